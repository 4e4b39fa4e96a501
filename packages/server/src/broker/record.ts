import type { MaybePromise } from "./maybe-promise.js";

/**
 * Small values that expire, changed by compare-and-set: a session (its version is the fence of its connections),
 * a one-time ticket (`take` succeeds once), the result of a call. Kept as durably as the engine can without fsync.
 */
export interface RecordStore {
  read(key: string): MaybePromise<StoredRecord | undefined>;

  /**
   * Writes when the stored version is `expect` (0: there must be none). Versions rise by one and start at 1.
   * Of several writers with the same `expect`, one wins.
   */
  write(write: RecordWrite): MaybePromise<RecordWritten>;

  /** Reads and deletes as one step: of several callers, one gets the value. */
  take(key: string): MaybePromise<StoredRecord | undefined>;

  /** Reads and deletes all records of an owner, in the order of their keys. */
  takeOwned(owner: string): MaybePromise<readonly StoredRecord[]>;
}

export interface StoredRecord {
  readonly key: string;
  readonly value: string;
  readonly version: number;
  readonly owner?: string;
  /** Epoch milliseconds. */
  readonly expiresAtMs: number;
}

export interface RecordWrite {
  /** 1 to 256 characters, with a prefix that says what it is: `session:…`, `ticket:…`. */
  readonly key: string;
  /** At most 64 KiB. */
  readonly value: string;
  readonly expect: number;
  readonly ttlMs: number;
  /** With whom it goes: see `takeOwned`. A user as a rule. */
  readonly owner?: string;
}

/** `current` is what stands there when the write was refused; absent where there is none. */
export type RecordWritten =
  | { readonly ok: true; readonly version: number }
  | { readonly ok: false; readonly current?: StoredRecord };

/** As an `owner` is told; nobody in particular owns nothing. */
export function ownedBy(user: string | undefined): { readonly owner?: string } {
  return user === undefined || user === "" ? {} : { owner: user };
}
