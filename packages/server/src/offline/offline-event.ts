/** A push to a user, or to a device, that a message by another way may have to follow: a subscribe message, for example. */
export interface OfflineEvent {
  /**
   * `away`: when it was made the user, or the device, was not connected, or in the background with every app, nor has
   * been here within `awayAfterMs` of having last been. Raw clients never say that they are in the background.
   * `expired`: its time is over, and no session client has said that it received it. Raw clients never say so.
   */
  readonly reason: "away" | "expired";
  readonly user: string;
  /** Where the push was for this device alone. */
  readonly device?: string;
  /** Of the push in its inbox, as `push` answered it. */
  readonly position: string;
  /** As it was given with the push. */
  readonly key?: string;
  /** What was pushed: the JSON value, the text, or the bytes. */
  readonly data: unknown;
  /** Epoch milliseconds. */
  readonly pushedAtMs: number;
  /** When the last connection ended, or its app went to the background, epoch milliseconds; `null` where none has in the last 30 days that is known of. */
  readonly lastSeenAtMs: number | null;
  /** An app in the background is connected for a while, or for as long as it stays there: not on every phone. */
  readonly isConnected: boolean;
}

/** What it throws or rejects with reaches the server's `error`; it is not called again. */
export type OnOffline = (event: OfflineEvent) => unknown;
