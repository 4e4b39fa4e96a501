import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Hello } from "@weapp-socket/protocol";
import { ownedBy, type RecordStore } from "../broker/record.js";

/** Where a session is: the node, and the number of the connection there. */
export interface Holder {
  readonly node: string;
  readonly connection: string;
}

/** What is kept of a session. Secrets are kept as hashes. */
interface Stored extends Holder {
  readonly user: string;
  readonly device: string;
  readonly secret: string;
  /** Valid until the client has been heard with the new one. */
  readonly previous: string | null;
  /** Of the last hello served. */
  readonly attempt: number;
}

export interface OpenedSession {
  readonly session: string;
  readonly secret: string;
  readonly resumed: boolean;
  /** Who had it before, and is to let go of it. */
  readonly fenced: Holder | undefined;
}

/** Whose hello it is, and on which connection. */
export interface Claimant extends Holder {
  readonly user: string;
  readonly device: string;
}

/** How often others may be faster before the hello is given up. */
const MAX_TRIES = 5;

/** Sessions in the broker's records, so that every node knows them: PROTOCOL.md 2.2. */
export class SessionStore {
  private readonly records: RecordStore;
  private readonly ttlMs: number;

  constructor(records: RecordStore, ttlMs: number) {
    this.records = records;
    this.ttlMs = ttlMs;
  }

  /** Resumes the session of the hello or begins one. `superseded`: a later hello of this session was served. */
  async open(hello: Hello, claimant: Claimant): Promise<OpenedSession | "superseded" | "unavailable"> {
    const { user, device, node, connection } = claimant;
    const { session, secret: shown = "", attempt = 0 } = hello;
    const secret = randomBytes(16).toString("base64url");
    const next = { user, device, node, connection, secret: hash(secret), attempt };
    if (session !== undefined) {
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const record = await this.records.read(keyOf(session));
        if (record === undefined) break;
        const known = JSON.parse(record.value) as Stored;
        if (known.user !== user || known.device !== device || !isSecretOf(known, shown)) break;
        if (attempt !== 0 && attempt <= known.attempt) return "superseded";
        const written = await this.write(session, { ...next, previous: hash(shown) }, record.version);
        if (written) return { session, secret, resumed: true, fenced: known };
        if (tries === MAX_TRIES - 1) return "unavailable";
      }
    }
    const begun = `s-${randomBytes(16).toString("base64url")}`;
    const written = await this.write(begun, { ...next, previous: null }, 0);
    return written ? { session: begun, secret, resumed: false, fenced: undefined } : "unavailable";
  }

  /** The client has its new secret: the one before is no longer valid. Keeps the session for another while. */
  async confirm(session: string, holder: Holder): Promise<void> {
    const record = await this.records.read(keyOf(session));
    if (record === undefined) return;
    const known = JSON.parse(record.value) as Stored;
    if (known.node !== holder.node || known.connection !== holder.connection) return;
    // Refused, somebody else has it by now.
    await this.write(session, { ...known, previous: null }, record.version);
  }

  /** Keeps the session of a connection for another while. `false`: another connection has it by now. */
  async renew(session: string, holder: Holder): Promise<boolean> {
    const record = await this.records.read(keyOf(session));
    if (record === undefined) return true;
    const known = JSON.parse(record.value) as Stored;
    if (known.node !== holder.node || known.connection !== holder.connection) return false;
    // Refused, it has just been written, or taken over: then whoever took it over says so.
    await this.write(session, known, record.version);
    return true;
  }

  /** The client has left for good. */
  async end(session: string): Promise<void> {
    await this.records.take(keyOf(session));
  }

  private async write(session: string, stored: Stored, expect: number): Promise<boolean> {
    const { ok } = await this.records.write({
      key: keyOf(session),
      value: JSON.stringify(stored),
      expect,
      ttlMs: this.ttlMs,
      ...ownedBy(stored.user),
    });
    return ok;
  }
}

function keyOf(session: string): string {
  return `session:${session}`;
}

function hash(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

function isSecretOf({ secret, previous }: Stored, shown: string): boolean {
  const given = Buffer.from(hash(shown));
  const isSame = (kept: string): boolean => timingSafeEqual(given, Buffer.from(kept));
  return isSame(secret) || (previous !== null && isSame(previous));
}
