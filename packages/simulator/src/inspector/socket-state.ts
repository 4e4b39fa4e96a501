import type { SocketEntry } from "./recording.js";
import type { Texts } from "./texts.js";

/** How a socket is, in one word that also picks its colour. "lost": its page was loaded again while it lived. */
export type SocketLook = "connecting" | "open" | "closed" | "failed" | "lost";

export function socketLook({ record, end, era }: SocketEntry): SocketLook {
  if (end?.type === "error") return "failed";
  if (end?.type === "close") return end.code === 1000 ? "closed" : "failed";
  if (record.state === "closed") return "closed";
  return era === "now" ? record.state : "lost";
}

/** "open", "closed 1006", "failed" */
export function socketStateText(entry: SocketEntry, texts: Texts): string {
  if (entry.end?.type === "close") return `${texts.closed} ${entry.end.code}`;
  return texts[socketLook(entry)];
}

/** Milliseconds from the call to the end, or to `now` while it lives. */
export function socketAge(entry: SocketEntry, now: number): number {
  const end = entry.end?.at ?? (entry.era === "now" ? now : entry.events.get(entry.events.end - 1)?.at);
  return Math.max(0, (end ?? entry.record.createdAt) - entry.record.createdAt);
}
