/** It ended: what was asked can no longer be done here. */
export class ClosedError extends Error {
  override readonly name = "ClosedError";
}
