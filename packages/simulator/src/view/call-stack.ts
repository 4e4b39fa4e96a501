/** Frames of a stack that are looked at: the author calls directly or by a wrapper or two, and so does the view. */
const STACK_FRAMES = 12;

/** Where this was called from, nearest first, as the engine says it. */
export function takeStack(): readonly string[] {
  // Of the engines of Node and Chromium; others have none and do not mind it.
  const engine = Error as { stackTraceLimit?: number | undefined };
  const before = engine.stackTraceLimit;
  engine.stackTraceLimit = STACK_FRAMES;
  const { stack = "" } = new Error("here");
  engine.stackTraceLimit = before;
  return stack.split("\n");
}
