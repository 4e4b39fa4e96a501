import type { SocketEvent } from "../handle.js";
import { outcomeOf } from "./call-outcome.js";
import { searchedText } from "./message-text.js";
import { matchesQuery, type Query } from "./query.js";
import type { CallEntry, LogEntry } from "./recording.js";

export const directions = ["all", "sent", "received"] as const;
export type Direction = (typeof directions)[number];

/** Life-cycle events are in every direction: messages are read by where they stand between them. */
export function isFrameShown(event: SocketEvent, direction: Direction, query: Query): boolean {
  if ("data" in event) {
    if (direction !== "all" && event.type !== direction) return false;
    return matchesQuery(query, searchedText(event.data));
  }
  if (event.type === "error") return matchesQuery(query, `${event.errMsg} ${event.detail ?? ""}`);
  return matchesQuery(query, event.type === "close" ? `close ${event.code} ${event.reason}` : event.type);
}

export const callKinds = ["all", "failed", "pending"] as const;
export type CallKind = (typeof callKinds)[number];

export function isCallShown({ call, summary }: CallEntry, kind: CallKind, query: Query): boolean {
  if (kind !== "all" && outcomeOf(call.errMsg) !== kind) return false;
  return matchesQuery(query, `wx.${call.api} ${call.errMsg ?? ""} ${summary}`);
}

export const logKinds = ["all", "errors", "warnings", "info"] as const;
export type LogKind = (typeof logKinds)[number];

export function isLogShown({ line }: LogEntry, kind: LogKind, query: Query): boolean {
  if (kind === "errors" && line.level !== "error") return false;
  if (kind === "warnings" && line.level !== "warn") return false;
  if (kind === "info" && (line.level === "error" || line.level === "warn")) return false;
  return matchesQuery(query, `${line.parts.join(" ")} ${line.source ?? ""}`);
}
