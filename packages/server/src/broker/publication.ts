/**
 * `memory`: survives nothing. `disk`: survives the death of the process. `fsync`: survives the loss of power.
 * In rising order.
 */
export type Durability = "memory" | "disk" | "fsync";

/** How `data` is to be read: the text of a JSON value, any text, or bytes. */
export type PublicationFormat = "json" | "text" | "binary";

/** What was published, with its place in its channel. */
export interface Publication {
  readonly channel: string;
  readonly position: string;
  /** Position of the publication before this one, or of the channel's beginning. */
  readonly previous: string;
  readonly data: string | Uint8Array;
  readonly format: PublicationFormat;
  /** Epoch milliseconds, the broker's clock. */
  readonly publishedAtMs: number;
  /** Epoch milliseconds from which history leaves it out. `Infinity`: never. */
  readonly expiresAtMs: number;
  readonly key: string | undefined;
  /** Whoever published it asked what becomes of it. */
  readonly wantsReceipt: boolean;
}

/** Why a listener's chain broke: history was trimmed before it could be read, was lost or replaced, or is not kept. */
export type GapReason = "trimmed" | "fork" | "no-history";

/** A member came (`join`) or went (`leave`), by its own word or by the end of its time. */
export interface PresenceEvent {
  readonly channel: string;
  readonly type: "join" | "leave";
  readonly memberId: string;
  readonly user: string;
  /** JSON text, as it was given at the join. */
  readonly info?: string;
}

/**
 * A node's ear on a channel. Calls come in channel order, never two at a time. A listener must not throw; one that
 * does is reported as an uncaught exception, and the others are still called. It may call the broker again:
 * what it publishes is delivered after the publication at hand.
 */
export interface ChannelListener {
  onPublication(publication: Publication): void;
  /** The chain was broken: the engine could not keep it, or the channel was forgotten. Publications go on after `position`. */
  onGap?(channel: string, position: string, reason: GapReason): void;
  onPresence?(event: PresenceEvent): void;
}
