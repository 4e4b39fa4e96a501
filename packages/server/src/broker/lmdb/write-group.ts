import type { LmdbChannel } from "./channel.js";

/** What goes into the store in one transaction, and what waits for it. */
export class WriteGroup {
  /** Bytes of publications in it. */
  bytes = 0;
  readonly writes: (() => void)[] = [];
  /** Channels whose row is written as it stands when the transaction begins. */
  readonly channels: Set<LmdbChannel> = new Set();
  /** Called when the group is in the store and survives the death of the process. */
  readonly onCommitted: (() => void)[] = [];
  /** Called when the group survives the loss of power. */
  readonly onFlushed: (() => void)[] = [];
  readonly onFailed: ((error: unknown) => void)[] = [];
}
