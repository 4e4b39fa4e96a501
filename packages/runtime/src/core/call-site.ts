import type { CallSite } from "./trace.js";

/** The frames outside `functionName`, nearest first. Works on the stacks of V8, JavaScriptCore and SpiderMonkey. */
export function findCallSite(functionName: string): CallSite {
  const lines = (new Error("stack").stack ?? "").split("\n").map((line) => line.trim());
  const inside = lines.findIndex((line) => line.includes(functionName));
  return lines.slice(inside + 1).filter((line) => line !== "");
}
