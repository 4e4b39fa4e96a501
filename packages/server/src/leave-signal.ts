/** npm passes on a Ctrl-C that the terminal has sent to all of them already: that is one. */
const ONCE_WITHIN_MS = 500;

/**
 * A listener for signals that ask a process to leave. The first calls `leave`; another one, half a second later or more,
 * calls `hurry`.
 */
export function createLeaveListener(leave: () => void, hurry: () => void): () => void {
  let leavingSinceMs: number | undefined;
  return () => {
    if (leavingSinceMs === undefined) {
      leavingSinceMs = performance.now();
      leave();
    } else if (performance.now() - leavingSinceMs > ONCE_WITHIN_MS) {
      hurry();
    }
  };
}
