import { createHash, randomBytes } from "node:crypto";
import {
  DEVICE_FORMAT,
  isDevice,
  requireUser,
  unauthorized,
  type Authenticate,
  type Identity,
} from "./identity.js";
import { parseReferer } from "./referer.js";
import { systemClock, type Clock } from "../clock.js";
import { ownedBy, type RecordStore } from "../broker/record.js";

export interface TicketOptions {
  /** Where tickets are kept until they are redeemed: the broker's, so that every node knows them. */
  readonly records: RecordStore;
  /** How long a ticket holds: 1 to 60 seconds. Default: 60 seconds. */
  readonly ttlMs?: number;
  readonly clock?: Clock;
  /** Random bytes. Default: from the operating system. */
  readonly random?: (bytes: number) => Uint8Array;
}

/** Whom a ticket is for. */
export interface TicketHolder {
  readonly user: string;
  /** The installation that alone may redeem it. */
  readonly device?: string;
  /** The mini program that alone may redeem it, as far as the Referer tells. */
  readonly appId?: string;
  /** Handed on as `Identity.claims`. At most 4 KiB of JSON. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Epoch milliseconds after which the connection must prove itself anew. */
  readonly sessionExpiresAtMs?: number;
}

export interface Ticket {
  /** Opaque, 37 characters. A secret for as long as it holds. */
  readonly ticket: string;
  /** Epoch milliseconds. */
  readonly expiresAtMs: number;
}

/** One-time tickets: who minted one vouches for the user, and who brings it is that user, once. */
export interface Tickets {
  /** Makes a ticket. `RangeError` for a user or claims that cannot be, `RequestError` where the broker says no. */
  mint(holder: TicketHolder): Promise<Ticket>;
  /** Redeems the ticket that a client brings as its token. */
  readonly authenticate: Authenticate;
}

const PREFIX = "ticket";
const FORM = /^ticket[A-Za-z0-9_-]{31,32}$/;
const MAX_CLAIMS_BYTES = 4096;
const MAX_TTL_MS = 60_000;

export function createTickets(options: TicketOptions): Tickets {
  const { records, ttlMs = MAX_TTL_MS, clock = systemClock, random = randomBytes } = options;
  if (!(ttlMs >= 1000 && ttlMs <= MAX_TTL_MS)) {
    throw new RangeError(`ttlMs: expected 1000 to ${MAX_TTL_MS}, got ${ttlMs}`);
  }
  return {
    async mint(holder) {
      checkHolder(holder);
      const ticket = `${PREFIX}${Buffer.from(random(24)).toString("base64url")}`;
      const expiresAtMs = clock.now() + ttlMs;
      const written = await records.write({
        key: recordKey(ticket),
        value: JSON.stringify(holder),
        expect: 0,
        ttlMs,
        ...ownedBy(holder.user),
      });
      if (!written.ok) throw new Error("ticket: the random source repeats itself");
      return { ticket, expiresAtMs };
    },

    async authenticate(handshake, { token, device }) {
      if (token === undefined || !FORM.test(token)) return undefined;
      const record = await records.take(recordKey(token));
      // Unknown, used and expired are one answer: it tells nobody which tickets there were.
      if (record === undefined)
        throw unauthorized("ticket: expected one that was not used and has not expired");
      return redeem(JSON.parse(record.value) as TicketHolder, device, handshake.headers["referer"]);
    },
  };
}

function redeem(holder: TicketHolder, device: string | undefined, referer: string | undefined): Identity {
  if (holder.device !== undefined && holder.device !== device) {
    throw unauthorized("ticket: bound to another device");
  }
  const seenAppId = parseReferer(referer)?.appId;
  if (holder.appId !== undefined && seenAppId !== undefined && holder.appId !== seenAppId) {
    throw unauthorized("ticket: made for another mini program");
  }
  const { sessionExpiresAtMs, ...identity } = holder;
  return sessionExpiresAtMs === undefined ? identity : { ...identity, expiresAtMs: sessionExpiresAtMs };
}

function checkHolder({ user, device, appId, claims, sessionExpiresAtMs }: TicketHolder): void {
  try {
    requireUser(user, "user");
  } catch (error) {
    throw new RangeError((error as Error).message, { cause: error });
  }
  // What no client can name would be a ticket for nobody.
  if (device !== undefined && !isDevice(device)) {
    throw new RangeError(`device: expected ${DEVICE_FORMAT}`);
  }
  if (appId !== undefined && !/^[0-9A-Za-z]{1,64}$/.test(appId)) {
    throw new RangeError("appId: expected a mini program's id");
  }
  if (sessionExpiresAtMs !== undefined && !Number.isFinite(sessionExpiresAtMs)) {
    throw new RangeError(
      `sessionExpiresAtMs: expected epoch milliseconds, got ${String(sessionExpiresAtMs)}`,
    );
  }
  const bytes = claims === undefined ? 0 : Buffer.byteLength(JSON.stringify(claims));
  if (bytes > MAX_CLAIMS_BYTES) {
    throw new RangeError(`claims: expected at most ${MAX_CLAIMS_BYTES} bytes of JSON, got ${bytes}`);
  }
}

/** Who reads the store learns no ticket. */
function recordKey(ticket: string): string {
  return `ticket:${createHash("sha256").update(ticket).digest("base64url")}`;
}
