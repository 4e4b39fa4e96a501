import type {
  LogLine,
  SimulatorEvent,
  SimulatorHandle,
  SocketEvent,
  SocketRecord,
  WxCall,
} from "../handle.js";
import { createRing, type Ring } from "./ring.js";

/** Newest entries kept. */
const MAX_FRAMES = 10_000;
const MAX_CALLS = 5_000;
const MAX_LOGS = 5_000;
const MAX_SOCKETS = 200;

/** Characters of a call's options that a list shows and a search looks at. */
const MAX_SUMMARY = 2_000;

/** One SocketTask and what happened to it. */
export interface SocketEntry {
  /** Its own among all sockets of a recording. */
  readonly key: number;
  /** "now": of the program that runs. "before": of an earlier load of the page. "file": imported. */
  readonly era: "now" | "before" | "file";
  /** The simulator's own while the program runs: its counts go on. */
  readonly record: SocketRecord;
  readonly events: Ring<SocketEvent>;
  /** What ended it; undefined while it lives, or where nobody saw it end. */
  readonly end: SocketEvent | undefined;
}

export interface CallEntry {
  readonly call: WxCall;
  /** Options as one line. */
  readonly summary: string;
  /** Undefined while it is pending, or where nobody saw it end. */
  readonly endedAt: number | undefined;
  readonly isBefore: boolean;
}

export interface LogEntry {
  readonly line: LogLine;
  readonly isBefore: boolean;
}

/**
 * What the inspector shows of sockets, calls and the console. It hears a running program, and can keep what an earlier
 * load of the page said: a crash is often looked at after the reload that it led to.
 */
export interface Recording {
  /** Oldest first. */
  readonly sockets: readonly SocketEntry[];
  readonly calls: Ring<CallEntry>;
  readonly logs: Ring<LogEntry>;
  /** A program runs, for the first time or again; takes in what it has seen so far. `keeps`: what was here stays. */
  begin(handle: Pick<SimulatorHandle, "sockets" | "calls" | "logs">, keeps: boolean): void;
  hear(event: SimulatorEvent, now: number): void;
  /** Adds sockets that were recorded elsewhere. */
  addImported(sockets: readonly SocketRecord[]): void;
  /** Forgets sockets that have ended, and the frames of those that live. */
  clearSockets(): void;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export function createRecording(): Recording {
  const calls = createRing<CallEntry>(MAX_CALLS);
  const logs = createRing<LogEntry>(MAX_LOGS);
  let sockets: Array<Writable<SocketEntry>> = [];
  let live = new Map<SocketRecord, Writable<SocketEntry>>();
  let pending = new Map<WxCall, Writable<CallEntry>>();
  let lastKey = 0;

  function add(record: SocketRecord, era: SocketEntry["era"]): Writable<SocketEntry> {
    lastKey += 1;
    const entry: Writable<SocketEntry> = {
      key: lastKey,
      era,
      record,
      events: createRing(MAX_FRAMES),
      end: undefined,
    };
    sockets.push(entry);
    if (sockets.length > MAX_SOCKETS) {
      const oldest = sockets.findIndex((each) => each.era !== "now" || each.record.state === "closed");
      for (const dropped of sockets.splice(Math.max(0, oldest), 1)) live.delete(dropped.record);
    }
    return entry;
  }

  function entryOf(record: SocketRecord): Writable<SocketEntry> {
    const known = live.get(record);
    if (known !== undefined) return known;
    const entry = add(record, "now");
    live.set(record, entry);
    return entry;
  }

  function note(entry: Writable<SocketEntry>, event: SocketEvent): void {
    entry.events.push(event);
    // A `send` that fails on a closed task is an error as well, but not the end.
    if (event.type === "close") entry.end = event;
    else if (event.type === "error" && entry.record.state === "closed") entry.end ??= event;
  }

  function noteCall(call: WxCall, now: number | undefined): void {
    const known = pending.get(call);
    if (known === undefined) {
      const entry: Writable<CallEntry> = {
        call,
        summary: (JSON.stringify(call.options) ?? "").slice(0, MAX_SUMMARY),
        endedAt: undefined,
        isBefore: false,
      };
      calls.push(entry);
      if (call.errMsg === undefined) pending.set(call, entry);
      return;
    }
    if (call.errMsg === undefined) return;
    known.endedAt = now;
    pending.delete(call);
    calls.touch();
  }

  /** Copies, so that nothing here holds the window of the page that is gone. */
  function age(): void {
    for (const entry of sockets) {
      if (entry.era !== "now") continue;
      entry.era = "before";
      entry.record = structuredClone({ ...entry.record, events: [] });
      const events = structuredClone(entry.events.toArray());
      entry.events = createRing(MAX_FRAMES);
      for (const event of events) entry.events.push(event);
      if (entry.end !== undefined) entry.end = structuredClone(entry.end);
    }
    const oldCalls = calls.toArray();
    calls.clear();
    for (const entry of oldCalls) calls.push({ ...structuredClone(entry), isBefore: true });
    const oldLogs = logs.toArray();
    logs.clear();
    for (const entry of oldLogs) logs.push({ ...structuredClone(entry), isBefore: true });
  }

  return {
    get sockets() {
      return sockets;
    },
    calls,
    logs,
    begin(handle, keeps) {
      if (keeps) age();
      else {
        sockets = sockets.filter(({ era }) => era === "file");
        calls.clear();
        logs.clear();
      }
      live = new Map();
      pending = new Map();
      for (const record of handle.sockets) {
        const entry = entryOf(record);
        for (const event of record.events) note(entry, event);
      }
      for (const call of handle.calls) noteCall(call, undefined);
      for (const line of handle.logs) logs.push({ line, isBefore: false });
    },
    hear(event, now) {
      if (event.type === "socket") {
        const entry = entryOf(event.socket);
        if (event.event !== undefined) note(entry, event.event);
      } else if (event.type === "call") noteCall(event.call, now);
      else if (event.type === "log") logs.push({ line: event.line, isBefore: false });
    },
    addImported(records) {
      for (const record of records) {
        const entry = add(record, "file");
        for (const event of record.events) note(entry, event);
      }
    },
    clearSockets() {
      sockets = sockets.filter((entry) => {
        const stays = entry.era === "now" && entry.record.state !== "closed";
        if (stays) entry.events.clear();
        else live.delete(entry.record);
        return stays;
      });
    },
  };
}
