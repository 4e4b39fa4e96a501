import { positionOffset } from "./position.js";
import type { HistoryPage, HistoryQuery, HistoryStatus } from "./broker.js";
import type { Publication } from "./publication.js";

/** What `readPage` needs to know of a channel's retained publications, oldest at index 0. */
export interface RetainedPublications {
  /** Offset of the publication at index 0. Meaningless while `length` is 0. */
  readonly firstOffset: number;
  readonly length: number;
  /** `undefined` where the publication was lost or damaged. */
  at(index: number): Publication | undefined;
  /** The channel's position. */
  readonly head: string;
  readonly keepsHistory: boolean;
  /** From positions of a lower offset nothing can be resumed, because what followed them may have been lost. */
  readonly unbrokenFrom: number;
}

export const DEFAULT_PAGE_BYTES: number = 1024 * 1024;

/**
 * The place right after `position`, as an index into the retained publications; or why there is none.
 * Only the exact position counts: the same offset with another nonce names another publication.
 */
function placeAfter(retained: RetainedPublications, position: string): number | Exclude<HistoryStatus, "ok"> {
  if (position === retained.head) return retained.length;
  if (!retained.keepsHistory) return "no-history";
  const offset = positionOffset(position);
  if (offset === undefined) return "fork";
  if (retained.length === 0) return offset < positionOffset(retained.head)! ? "trimmed" : "fork";
  const index = offset - retained.firstOffset + 1;
  if (index < 0) return "trimmed";
  if (index >= retained.length) return "fork";
  const isFound =
    retained.at(index)?.previous === position || (index > 0 && retained.at(index - 1)?.position === position);
  return isFound ? index : "fork";
}

/** One page of history, by the rules of `Broker.history`. The caller has trimmed what is too old or too many. */
export function readPage(retained: RetainedPublications, query: HistoryQuery, nowMs: number): HistoryPage {
  const isForward = query.direction === "forward";
  const refuse = (status: HistoryStatus): HistoryPage => ({
    status,
    publications: [],
    next: retained.head,
    more: false,
    position: retained.head,
  });

  let start = 0;
  if (query.after !== undefined) {
    const place = placeAfter(retained, query.after);
    if (typeof place !== "number") return refuse(place);
    if (place < retained.length && positionOffset(query.after)! < retained.unbrokenFrom)
      return refuse("fork");
    start = place;
  }
  let end = retained.length;
  if (query.before !== undefined) {
    const place = placeAfter(retained, query.before);
    if (typeof place !== "number") return refuse(place);
    end = Math.max(place - 1, 0);
  }
  if (query.maxAgeMs !== undefined) {
    start = Math.max(start, firstSince(retained, nowMs - query.maxAgeMs));
  }

  const publications: Publication[] = [];
  const maxBytes = query.maxBytes ?? DEFAULT_PAGE_BYTES;
  let bytes = 0;
  let index = isForward ? start : end - 1;
  let next: string | undefined;
  const step = isForward ? 1 : -1;
  let isFull = false;
  for (; index >= start && index < end; index += step) {
    const publication = retained.at(index);
    if (publication === undefined) {
      if (query.after === undefined || !isForward) continue;
      if (next === undefined) return refuse("fork");
      isFull = true;
      break;
    }
    if (publication.expiresAtMs > nowMs) {
      isFull =
        publications.length === query.limit ||
        (publications.length > 0 && bytes + dataBytes(publication) > maxBytes);
      if (isFull) break;
      publications.push(publication);
      bytes += dataBytes(publication);
    }
    next = publication.position;
  }
  if (isForward && !isFull && end === retained.length) next = retained.head;
  return {
    status: "ok",
    publications,
    next: next ?? restingPlace(retained, query, start),
    more: isFull,
    position: retained.head,
  };
}

function dataBytes(publication: Publication): number {
  const { data } = publication;
  return typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
}

/** Where a page that passed nothing ended. */
function restingPlace(retained: RetainedPublications, query: HistoryQuery, start: number): string {
  if (query.direction === "backward") return query.before ?? retained.head;
  return retained.at(start)?.previous ?? query.after ?? retained.head;
}

/** Index of the oldest publication not older than `sinceMs`. */
function firstSince(retained: RetainedPublications, sinceMs: number): number {
  let low = 0;
  let high = retained.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((retained.at(middle)?.publishedAtMs ?? -Infinity) < sinceMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
