import type { Identity } from "./auth/identity.js";
import type { MaybePromise } from "./broker/maybe-promise.js";
import type { Handshake } from "./handshake.js";

/** What a client wants to do, by its own wish. What the application does for it is not asked about. */
export type AccessAction = "join" | "publish" | "history" | "members";

export interface AccessRequest {
  readonly action: AccessAction;
  /** A public name: a user's own inbox is never asked about, and others' inboxes cannot be named. */
  readonly channel: string;
  /** Absent for a client that has not proven who it is. */
  readonly identity: Identity | undefined;
  /** What it wants to publish, for `publish`: unchecked. Here is the place to ask what may be said, as `msgSecCheck`. */
  readonly data?: unknown;
}

/** Whether a client may. Asked anew for every wish. A RequestError is a no with its own words. */
export type Authorize = (request: AccessRequest) => MaybePromise<boolean>;

/** What a raw client asks for in its query. */
export interface RawWishes {
  /** Channels to join: `?channels=a,b`. */
  readonly channels: readonly string[];
  /** Newest publications to replay of each: `last=20`. */
  readonly last: number | undefined;
  /** Everything after this position, of the one channel: `after=12-9f3ac1d2`. */
  readonly after: string | undefined;
}

export const NO_WISHES: RawWishes = { channels: [], last: undefined, after: undefined };

export function readWishes(handshake: Handshake): RawWishes {
  // Most clients wish nothing: no query is parsed for them.
  if (!handshake.target.includes("channels=")) return NO_WISHES;
  const { query } = handshake;
  const channels = (query.get("channels") ?? "").split(",").filter((name) => name !== "");
  const last = query.get("last");
  return {
    channels: [...new Set(channels)],
    last: last === null ? undefined : Number(last),
    after: query.get("after") ?? undefined,
  };
}
