/** Runs a mini program's folder in a browser: compiler, host and the relay between the page and real sockets. */
export { createCompiler, type Compiler } from "./compiler/compiler.js";
export type { DomainLists } from "./domain-list.js";
export { BuildError, buildProgram, type BuildOptions, type BuildResult } from "./export/build-program.js";
export type {
  SimulatorHandle,
  PageHandle,
  ElementHandle,
  TreeNode,
  SocketRecord,
  SocketEvent,
  WxCall,
  LogLine,
  SimulatorEvent,
  PhoneLook,
  RunSettings,
  Rect,
  Answer,
  Answers,
  Storage,
} from "./handle.js";
export type * from "./view/overlays.js";
export {
  launch,
  LaunchError,
  type LaunchedProgram,
  type LaunchOptions,
  type PhoneSize,
} from "./headless/launch.js";
export { createVirtualClock } from "./headless/virtual-clock.js";
export type { HostNeed } from "./export/host-needs.js";
export type { Scenario, ScenarioAction, ScenarioStep } from "./faults/scenario.js";
export type { ScenarioRun, StepProgress } from "./faults/scenario-player.js";
export type { OpenInEditor } from "./host/editor-route.js";
export { ListenError } from "./host/listen-error.js";
export { parseScenario, type ParsedScenario } from "./host/scenario-file.js";
export type { SessionInfo } from "./host/session-info.js";
export {
  createSimulator,
  type ListenOptions,
  type Simulator,
  type SimulatorLogger,
  type SimulatorOptions,
} from "./host/simulator.js";
export type { SimulatorEvents } from "./host/simulator-events.js";
export type { SourcePlace } from "./source-map.js";
export type { UrlMapping } from "./url-rule.js";
export type {
  Diagnostic,
  JsonObject,
  JsonValue,
  OriginalText,
  Package,
  Program,
  ProgramFiles,
  StyleIsolation,
  Unit,
} from "./program.js";
