import type { ClientInput, ClientMachine, ClientOutput } from "@weapp-socket/protocol";
import type { Clock } from "./clock.js";
import type { ClientError } from "./failure.js";
import type { MiniProgram } from "./mini-program.js";
import type { Kept } from "./kept.js";

/** What every part of one client shares. */
export interface Core {
  readonly api: MiniProgram;
  readonly machine: ClientMachine;
  readonly clock: Clock;
  readonly kept: Kept;
  /** Steady milliseconds. */
  readonly now: () => number;
  readonly input: (what: ClientInput) => void;
  /** Acts on what the machine said, after everything that it said before. */
  readonly run: (outputs: readonly ClientOutput[]) => void;
  /** A listener's exception is the app's: it arrives at `wx.onError`, in a task of its own. */
  readonly rethrow: (error: unknown) => void;
  /** Tells the application; throws it, as above, when it would reach nobody. `isHeard`: somebody knows already. */
  readonly report: (error: ClientError, isHeard?: boolean) => void;
}
