import { takeStack } from "../view/call-stack.js";
import type { Simulator } from "../view/simulator.js";

const LEVELS = ["log", "info", "warn", "error", "debug"] as const;

/** Sends what the author prints to the simulator's log as well, with the line that printed it. Returns the undo. */
export function tapConsole(simulator: Simulator): () => void {
  const undo = LEVELS.map((level) => {
    const original = console[level].bind(console);
    console[level] = (...parts: unknown[]) => {
      original(...parts);
      simulator.log(level, parts, undefined, takeStack());
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
