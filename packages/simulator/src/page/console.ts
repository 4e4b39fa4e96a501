import type { Simulator } from "../view/simulator.js";

const LEVELS = ["log", "info", "warn", "error", "debug"] as const;

/** Frames of a stack that are looked at: the author calls the console directly, or by a wrapper or two. */
const STACK_FRAMES = 6;

function callers(): readonly string[] {
  // Chromium's own setting; others have none and do not mind it.
  const engine = Error as { stackTraceLimit?: number | undefined };
  const before = engine.stackTraceLimit;
  engine.stackTraceLimit = STACK_FRAMES;
  const { stack = "" } = new Error("here");
  engine.stackTraceLimit = before;
  return stack.split("\n");
}

/** Sends what the author prints to the simulator's log as well, with the line that printed it. Returns the undo. */
export function tapConsole(simulator: Simulator): () => void {
  const undo = LEVELS.map((level) => {
    const original = console[level].bind(console);
    console[level] = (...parts: unknown[]) => {
      original(...parts);
      simulator.log(level, parts, undefined, callers());
    };
    return () => {
      console[level] = original;
    };
  });
  const uncaught = (event: ErrorEvent): void => simulator.uncaught(event.error ?? event.message, "uncaught");
  const rejected = (event: PromiseRejectionEvent): void => simulator.unhandled(event.reason, event.promise);
  addEventListener("error", uncaught);
  addEventListener("unhandledrejection", rejected);
  return () => {
    for (const each of undo) each();
    removeEventListener("error", uncaught);
    removeEventListener("unhandledrejection", rejected);
  };
}
