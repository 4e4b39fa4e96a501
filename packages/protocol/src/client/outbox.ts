import type { ClientMessage, ErrorBody } from "../messages.js";
import type { ClientOutput, ClientRequest } from "./inputs.js";

/** Milliseconds before a request that was refused with `retry` and no `afterMs` is sent again. */
const RETRY_MS = 1_000;

interface Entry {
  /** The caller's number. */
  readonly request: number;
  readonly what: ClientRequest;
  readonly expiresAt: number;
  /** Number on the wire of the latest sending; undefined while it waits for one. */
  id: number | undefined;
  notBefore: number;
  wasSent: boolean;
}

/** What the client has asked and not heard about: kept until replied, sent again after every welcome, in order. */
export interface Outbox {
  /** The error when it is full. */
  add(request: number, what: ClientRequest, now: number): ErrorBody | undefined;
  /** What is to be sent now; `nextId` numbers it. */
  due(nextId: () => number, now: number): ClientMessage[];
  /** The connection is gone: nothing that was sent counts as sent. */
  lost(): void;
  /** The caller's number of the request that a reply settles; undefined when it is to be tried again, or is unknown. */
  settle(id: number, error: ErrorBody | undefined, now: number): number | undefined;
  /** Gives up what waits too long. */
  expire(now: number): ClientOutput[];
  /** Gives up everything. */
  clear(error: ErrorBody): ClientOutput[];
  /** When `expire` or `due` has something to do; Infinity: never. `isLive`: whether sending is possible. */
  deadline(isLive: boolean): number;
}

export function createOutbox(maxEntries: number, requestMs: number): Outbox {
  let entries: Entry[] = [];

  function take(matches: (entry: Entry) => boolean): Entry[] {
    const taken = entries.filter(matches);
    if (taken.length > 0) entries = entries.filter((entry) => !matches(entry));
    return taken;
  }

  return {
    add(request, what, now) {
      if (entries.length >= maxEntries) {
        return {
          code: "rate-limited",
          message: `outbox: expected at most ${maxEntries}`,
          retry: true,
        };
      }
      entries.push({
        request,
        what,
        expiresAt: now + requestMs,
        id: undefined,
        notBefore: now,
        wasSent: false,
      });
      return undefined;
    },
    due(nextId, now) {
      return entries
        .filter((entry) => entry.id === undefined && entry.notBefore <= now)
        .map((entry) => {
          const id = nextId();
          entry.id = id;
          entry.wasSent = true;
          return toMessage(entry.what, id);
        });
    },
    lost() {
      entries.forEach((entry) => {
        entry.id = undefined;
      });
    },
    settle(id, error, now) {
      const entry = entries.filter((candidate) => candidate.id === id)[0];
      if (entry === undefined) return undefined;
      if (error !== undefined && error.retry) {
        entry.id = undefined;
        entry.notBefore = now + (error.afterMs === undefined ? RETRY_MS : error.afterMs);
        return undefined;
      }
      take((candidate) => candidate === entry);
      return entry.request;
    },
    expire(now) {
      return take((entry) => entry.expiresAt <= now).map((entry) => settled(entry, tooLate(entry)));
    },
    clear(error) {
      return take(() => true).map((entry) =>
        settled(entry, entry.wasSent && isEffect(entry.what) ? tooLate(entry) : error),
      );
    },
    deadline(isLive) {
      return entries.reduce(
        (at, { id, notBefore, expiresAt }) =>
          Math.min(at, expiresAt, isLive && id === undefined ? notBefore : Infinity),
        Infinity,
      );
    },
  };
}

function settled({ request }: Entry, error: ErrorBody): ClientOutput {
  return { type: "settled", request, error };
}

function isEffect(what: ClientRequest): boolean {
  return what.kind === "publish" || what.kind === "call";
}

/** An effect that was sent may have happened: to say "failed" would be a lie. */
function tooLate(entry: Entry): ErrorBody {
  const mayHaveHappened = entry.wasSent && isEffect(entry.what);
  return {
    code: mayHaveHappened ? "unknown-outcome" : "unavailable",
    message: `${entry.what.kind}: not answered in time`,
    retry: !mayHaveHappened,
  };
}

/** One message of all that any kind may have: JSON leaves out what is undefined. */
function toMessage(what: ClientRequest, id: number): ClientMessage {
  const { kind, channel, method, key, data, before, after, limit } = what as Partial<
    Record<"channel" | "method" | "key" | "data" | "before" | "after" | "limit", unknown>
  > & { readonly kind: string };
  return { t: kind, id, c: channel, method, key, d: data, before, after, limit } as ClientMessage;
}
