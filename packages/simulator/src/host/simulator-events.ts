import type { Diagnostic, Program } from "../program.js";

/** What a simulator tells, with the arguments of its listeners. */
export interface SimulatorEvents {
  /** After every compilation that changed the program. */
  program: [program: Program];
  /** After every compilation whose diagnostics are others than before; empty once all is mended. */
  diagnostics: [diagnostics: readonly Diagnostic[]];
}
