import type { Simulator } from "../view/simulator.js";

const LEVELS = ["log", "info", "warn", "error", "debug"] as const;

/** Sends what the author prints to the simulator's log as well, with the line that printed it. Returns the undo. */
export function tapConsole(simulator: Simulator): () => void {
  const undo = LEVELS.map((level) => {
    const original = console[level].bind(console);
    console[level] = (...parts: unknown[]) => {
      original(...parts);
      simulator.log(level, parts, callSite());
    };
    return () => {
      console[level] = original;
    };
  });
  const uncaught = (event: ErrorEvent): void => simulator.log("error", [event.error ?? event.message]);
  const rejected = (event: PromiseRejectionEvent): void =>
    simulator.log("error", ["unhandled rejection:", event.reason]);
  addEventListener("error", uncaught);
  addEventListener("unhandledrejection", rejected);
  return () => {
    for (const each of undo) each();
    removeEventListener("error", uncaught);
    removeEventListener("unhandledrejection", rejected);
  };
}

/** The author's line, as "pages/chat/chat.js:12". Modules are named by `sourceURL`. */
function callSite(): string | undefined {
  const lines = new Error("here").stack?.split("\n") ?? [];
  for (const line of lines) {
    const match = /program\/(?:modules\/)?([^\s()]+\.js):(\d+)/.exec(line);
    if (match !== null && match[1] !== "modules.js") return `${match[1]}:${match[2]}`;
  }
  return undefined;
}
