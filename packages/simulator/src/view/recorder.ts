import type { JsonValue } from "../program.js";
import type { LogLine, SimulatorEvent, SocketEvent, SocketRecord, WxCall } from "../handle.js";
import type { SourcePlace } from "../source-map.js";
import { takeStack } from "./call-stack.js";
import { formatPlace, type SourcePlaces } from "./source-places.js";
import type { SocketTrace } from "@weapp-socket/runtime/core";

/** Newest entries kept of each list. */
const MAX_CALLS = 2_000;
const MAX_LOGS = 2_000;
const MAX_SOCKETS = 200;
const MAX_SOCKET_EVENTS = 10_000;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What happened, for people and tests to look at; bounded, and told to listeners as it happens. */
export interface Recorder {
  readonly calls: readonly WxCall[];
  readonly sockets: readonly SocketRecord[];
  readonly logs: readonly LogLine[];
  listen(listener: (event: SimulatorEvent) => void): () => void;
  emit(event: SimulatorEvent): void;
  /** A wx function was called; the returned function says how it ended. */
  call(api: string, options: unknown): (errMsg: string) => void;
  /**
   * @param source where it comes from, in words. Default: the author's place in `stack`
   * @param stack where it was printed, nearest first. Default: that of an error among the parts
   */
  log(level: LogLine["level"], parts: readonly unknown[], source?: string, stack?: readonly string[]): void;
  trace(trace: SocketTrace): void;
}

/** @param places leads to the author's own files */
export function createRecorder(now: () => number, places: SourcePlaces): Recorder {
  const calls: WxCall[] = [];
  const sockets: SocketRecord[] = [];
  const logs: LogLine[] = [];
  const byTask = new Map<number, Writable<SocketRecord> & { readonly events: SocketEvent[] }>();
  const listeners = new Set<(event: SimulatorEvent) => void>();
  let lastCall = 0;

  function emit(event: SimulatorEvent): void {
    for (const listener of listeners) listener(event);
  }

  function trace(event: SocketTrace): void {
    if (event.type === "connect") {
      const record = {
        id: event.taskId,
        url: event.url,
        ...(event.target === event.url ? {} : { target: event.target }),
        openedBy: textOfPlace(places.find(event.callSite)),
        createdAt: event.at,
        state: "connecting" as const,
        sentMessages: 0,
        sentBytes: 0,
        receivedMessages: 0,
        receivedBytes: 0,
        events: [] as SocketEvent[],
      };
      byTask.set(event.taskId, record);
      keep(sockets, record, MAX_SOCKETS);
      emit({ type: "socket", socket: record });
      return;
    }
    const record = byTask.get(event.taskId);
    if (record === undefined) return;
    const entry = note(record, event);
    if (entry !== undefined) keep(record.events, entry, MAX_SOCKET_EVENTS);
    emit(
      entry === undefined
        ? { type: "socket", socket: record }
        : { type: "socket", socket: record, event: entry },
    );
  }

  return {
    calls,
    sockets,
    logs,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emit,
    call(api, options) {
      lastCall += 1;
      const place = places.find(takeStack());
      const call: Writable<WxCall> = {
        id: lastCall,
        at: now(),
        api,
        options: plain(options),
        ...(place === undefined ? {} : { place }),
      };
      keep(calls, call, MAX_CALLS);
      emit({ type: "call", call });
      return (errMsg) => {
        call.errMsg = errMsg;
        emit({ type: "call", call });
      };
    },
    log(level, parts, source, stack) {
      const error = parts.find((part) => part instanceof Error);
      const place = places.find(stack ?? error?.stack?.split("\n") ?? []);
      const from = source ?? (place === undefined ? undefined : formatPlace(place));
      const line: LogLine = {
        at: now(),
        level,
        parts: parts.map((part) => places.rewrite(show(part))),
        ...(from === undefined ? {} : { source: from }),
        ...(place === undefined ? {} : { place }),
      };
      keep(logs, line, MAX_LOGS);
      emit({ type: "log", line });
    },
    trace,
  };
}

function note(
  record: Writable<SocketRecord>,
  event: Exclude<SocketTrace, { type: "connect" }>,
): SocketEvent | undefined {
  const { at } = event;
  switch (event.type) {
    case "open":
      record.state = "open";
      record.header = event.header;
      if (event.profile !== undefined) record.profile = { ...event.profile };
      return { at, type: "open" };
    case "sent":
      record.sentMessages += 1;
      record.sentBytes += event.bytes;
      return { at, type: "sent", data: event.data, bytes: event.bytes };
    case "received":
      record.receivedMessages += 1;
      record.receivedBytes += event.bytes;
      return { at, type: "received", data: event.data, bytes: event.bytes };
    case "error":
      record.state = "closed";
      return { at, type: "error", errMsg: event.errMsg, detail: event.detail };
    case "close":
      record.state = "closed";
      return { at, type: "close", code: event.code, reason: event.reason };
    case "call-failed":
      return { at, type: "error", errMsg: event.errMsg };
    case "refused":
    case "closing":
    case "warning":
      return undefined;
  }
}

function textOfPlace(place: SourcePlace | undefined): string {
  return place === undefined ? "" : formatPlace(place);
}

/** A copy without functions: what people read, and what outlives the page's own changes. */
export function plain(value: unknown, depth = 0): JsonValue {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return value;
  if (value instanceof ArrayBuffer) return `ArrayBuffer(${value.byteLength})`;
  if (typeof value !== "object") return typeof value === "function" ? "ƒ" : typeof value;
  if (depth > 8) return "…";
  if (Array.isArray(value)) return value.slice(0, 1_000).map((item) => plain(item, depth + 1));
  const copy: Record<string, JsonValue> = {};
  for (const [name, item] of Object.entries(value)) {
    if (typeof item !== "function" && item !== undefined) copy[name] = plain(item, depth + 1);
  }
  return copy;
}

function show(part: unknown): string {
  if (typeof part === "string") return part;
  if (part instanceof Error) return part.stack ?? part.message;
  if (part === undefined) return "undefined";
  try {
    return JSON.stringify(plain(part), undefined, 1);
  } catch {
    // A getter that throws: say at least what it is.
    return Object.prototype.toString.call(part);
  }
}

function keep<T>(list: T[], item: T, max: number): void {
  list.push(item);
  if (list.length > max) list.splice(0, list.length - max);
}
