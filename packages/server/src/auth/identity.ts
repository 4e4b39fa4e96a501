import { RequestError } from "../request-error.js";
import type { MaybePromise } from "../broker/maybe-promise.js";
import type { Handshake } from "../handshake.js";

/** Who a client is. Made by `authenticate` alone: nothing that a client says of itself is in it. */
export interface Identity {
  /** 1 to 128 characters of `A-Z a-z 0-9 _ - : . @ /`; an openid fits. */
  readonly user: string;
  /** The installation, where the proof is bound to one. */
  readonly device?: string;
  /** The mini program, where the proof says so. */
  readonly appId?: string;
  /** Epoch milliseconds after which the proof no longer holds. */
  readonly expiresAtMs?: number;
  /** What else the proof says; for the application's `authorize`. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** What a client brings to prove who it is, wherever it had it: header, query, hello or first message. */
export interface Credentials {
  readonly token?: string;
  /** The installation as the client names it. Not proven. */
  readonly device?: string;
}

/**
 * Finds out who a client is.
 *
 * `undefined`: these credentials are not of the kind that is understood here. A `RequestError` is the answer no:
 * `unauthorized`, `token-expired` (a new one may help), `forbidden`, or `unavailable` (retryable) where who knows
 * could not be asked.
 */
export type Authenticate = (
  handshake: Handshake,
  credentials: Credentials,
) => MaybePromise<Identity | undefined>;

export const USER_FORMAT = "1 to 128 characters of A-Z a-z 0-9 _ - : . @ /";
export const USER_PATTERN = "^[A-Za-z0-9_\\-:.@/]{1,128}$";
const userPattern = new RegExp(USER_PATTERN);

export const DEVICE_FORMAT = "1 to 64 characters of A-Z a-z 0-9 _ - : . @ /";
export const DEVICE_PATTERN = "^[A-Za-z0-9_\\-:.@/]{1,64}$";
const devicePattern = new RegExp(DEVICE_PATTERN);

/** Whether a client can name it in its handshake. */
export function isDevice(device: unknown): device is string {
  return typeof device === "string" && devicePattern.test(device);
}

function isUser(user: unknown): user is string {
  return typeof user === "string" && userPattern.test(user);
}

/** Throws TypeError where a caller names somebody who cannot be a user. */
export function checkUser(user: unknown): void {
  if (isUser(user)) return;
  const got = typeof user === "string" ? JSON.stringify(user.slice(0, 140)) : typeof user;
  throw new TypeError(`user: expected ${USER_FORMAT}, got ${got}`);
}

/** Throws `RequestError` `unauthorized` where the text cannot be a user. */
export function requireUser(user: unknown, where: string): string {
  if (isUser(user)) return user;
  throw unauthorized(`${where}: expected ${USER_FORMAT}`);
}

/** `reason` must not hold anything secret: clients and logs see it. */
export function unauthorized(reason: string, options?: ErrorOptions): RequestError {
  return new RequestError("unauthorized", false, reason, options);
}

/** Asks one after the other, and takes the first that understands the credentials. */
export function firstOf(...candidates: readonly Authenticate[]): Authenticate {
  return async (handshake, credentials) => {
    for (const authenticate of candidates) {
      const identity = await authenticate(handshake, credentials);
      if (identity !== undefined) return identity;
    }
    return undefined;
  };
}
