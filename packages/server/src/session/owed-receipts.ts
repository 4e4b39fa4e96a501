import { offsetOf, type AckLevel } from "@weapp-socket/protocol";
import type { Publication } from "../broker/publication.js";

/** A publication whose publisher wants to know what becomes of it. */
export interface Receipted {
  /** As the broker knows it. */
  readonly channel: string;
  readonly offset: number;
  readonly key: string;
}

/** What the window allows unacknowledged, and then some: beyond it the oldest are forgotten, and under-reported. */
const MAX_OWED = 1000;

export const NO_RECEIPTS: readonly Receipted[] = [];

/** `undefined` where nobody wants to know. */
export function toReceipted(publication: Publication): Receipted | undefined {
  const { channel, position, key, wantsReceipt } = publication;
  return wantsReceipt && key !== undefined ? { channel, offset: offsetOf(position), key } : undefined;
}

/** What one client was sent, until it says that it has it. */
export class OwedReceipts {
  private owed: readonly Receipted[] = NO_RECEIPTS;

  sent(receipted: readonly Receipted[]): void {
    this.owed = [...this.owed, ...receipted].slice(-MAX_OWED);
  }

  /** Those that an ack of everything after `after` up to `position` covers; what a gap passed over is forgotten. */
  take(
    channel: string,
    { after, position }: { readonly after: string; readonly position: string },
  ): readonly Receipted[] {
    if (this.owed.length === 0) return NO_RECEIPTS;
    const from = offsetOf(after);
    const upTo = offsetOf(position);
    const ofChannel = this.owed.filter((one) => one.channel === channel && one.offset <= upTo);
    if (ofChannel.length > 0) this.owed = this.owed.filter((one) => !ofChannel.includes(one));
    return ofChannel.filter(({ offset }) => offset > from);
  }
}

export type ReceiptNews = AckLevel | "sent";
