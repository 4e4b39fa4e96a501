/** What speaks session mode (PROTOCOL.md part 2) on a connection, in the place of the application. */
export interface Speaker {
  /** As the client names it; empty: not yet. */
  readonly device: string;
  /** Since when its app is in the background, epoch milliseconds; undefined: it is not. */
  readonly hiddenSinceMs: number | undefined;
  onMessage(data: string | ArrayBuffer): void;
  /** The connection is to end with this code: writes the last words, and says the code in its place. */
  farewell(code: number, reason: string): { readonly code: number; readonly reason: string };
  onClosed(): void;
}
