/** What the network and the server are like, for every connection of a page. */
export interface Conditions {
  /** No network: what is open ends, nothing can be opened. */
  readonly offline: boolean;
  /** Milliseconds that each message takes in each direction, on top of the real ones. */
  readonly latencyMs: number;
  /** Up to this many milliseconds more, another for each message. The order stays. */
  readonly jitterMs: number;
  /** In each direction. Null: as fast as it goes. */
  readonly bytesPerSecond: number | null;
  /** The server's process stands still: nothing comes from it, no handshake is answered, until it goes on. */
  readonly paused: boolean;
}

export const GOOD_CONDITIONS: Conditions = {
  offline: false,
  latencyMs: 0,
  jitterMs: 0,
  bytesPerSecond: null,
  paused: false,
};
