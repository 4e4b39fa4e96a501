import { createHash, randomBytes } from "node:crypto";
import type { Published, PublishRequest } from "../broker/broker.js";
import type { MaybePromise } from "../broker/maybe-promise.js";
import { ownedBy, type RecordStore, type StoredRecord } from "../broker/record.js";
import type { Clock } from "../clock.js";
import { ownerOf } from "../inner-channel.js";

/**
 * What has become of a push, never more than is known: `accepted` (the broker has it), `sent` (written to a
 * connection), `received` (the client library has it), `processed` (the application's handler has returned);
 * `expired`: its time was over before it was received.
 */
export type ReceiptState = "accepted" | "sent" | "received" | "processed" | "expired";

export interface Receipt {
  readonly channel: string;
  readonly position: string;
  readonly state: ReceiptState;
  /** Epoch milliseconds. */
  readonly acceptedAtMs: number;
  readonly changedAtMs: number;
}

/** A receipt with the id that it is asked for under. */
export interface NamedReceipt extends Receipt {
  readonly receipt: string;
}

interface Stored extends Receipt {
  readonly expiresAtMs: number | null;
}

/** How long a receipt can be asked for, counted from the end of the push's own time where it has one. */
const KEEP_MS = 86_400_000;
const RANKS: readonly ReceiptState[] = ["accepted", "expired", "sent", "received", "processed"];

interface Store {
  readonly broker: { readonly records: RecordStore };
  readonly clock: Clock;
}

/** A key for a push that came without one, so that its receipt has a name. */
export function receiptKey(): string {
  return randomBytes(16).toString("base64url");
}

/** The id under which a push is asked for: it follows from where and under which key it was published. */
export function receiptId(channel: string, key: string): string {
  return createHash("sha256").update(`${channel}\n${key}`).digest("base64url");
}

/** Publishes and keeps a receipt, whose id the answer has. The push gets a key where it came without. */
export async function publishForReceipt(
  store: Store & { publish(request: Omit<PublishRequest, "policy">): MaybePromise<Published> },
  request: Omit<PublishRequest, "policy">,
): Promise<Published & { readonly receipt: string }> {
  const { channel, key = receiptKey(), ttlMs } = request;
  const published = await store.publish({ ...request, key, wantsReceipt: true });
  const receipt = await writeReceipt(store, { channel, key, position: published.position, ttlMs });
  return { ...published, receipt };
}

/** Notes that a push was accepted; a repetition of the push changes nothing. */
export async function writeReceipt(
  store: Store,
  push: {
    readonly channel: string;
    readonly key: string;
    readonly position: string;
    readonly ttlMs: number | undefined;
  },
): Promise<string> {
  const { channel, key, position, ttlMs } = push;
  const id = receiptId(channel, key);
  const nowMs = store.clock.now();
  const value: Stored = {
    channel,
    position,
    state: "accepted",
    acceptedAtMs: nowMs,
    changedAtMs: nowMs,
    expiresAtMs: ttlMs === undefined ? null : nowMs + ttlMs,
  };
  await store.broker.records.write({
    key: recordKey(id),
    value: JSON.stringify(value),
    expect: 0,
    ttlMs: KEEP_MS + (ttlMs ?? 0),
    ...ownedBy(ownerOf(channel)?.user),
  });
  return id;
}

/**
 * Notes what has become of a push. Only forward: what was received is never sent again. For whoever delivers
 * publications that want a receipt; does nothing where the receipt is gone. Answers
 * the receipt where this call changed it.
 */
export async function advanceReceipt(
  store: Store,
  push: { readonly channel: string; readonly key: string },
  state: Exclude<ReceiptState, "accepted" | "expired">,
): Promise<NamedReceipt | undefined> {
  const { records } = store.broker;
  const id = receiptId(push.channel, push.key);
  let record = await records.read(recordKey(id));
  while (record !== undefined) {
    const current = parse(record);
    if (RANKS.indexOf(state) <= RANKS.indexOf(current.state)) return undefined;
    const nowMs = store.clock.now();
    const changed: Stored = { ...current, state, changedAtMs: nowMs };
    const written = await records.write({
      key: record.key,
      value: JSON.stringify(changed),
      expect: record.version,
      ttlMs: record.expiresAtMs - nowMs,
      ...ownedBy(record.owner),
    });
    if (written.ok) return { receipt: id, ...toReceipt(changed) };
    record = written.current;
  }
  return undefined;
}

/** The push's time is over. Answers what has become of it, and whether that is this call's doing. */
export async function expireReceipt(
  store: Store,
  push: { readonly channel: string; readonly key: string },
): Promise<{ readonly receipt: NamedReceipt; readonly isChanged: boolean } | undefined> {
  const id = receiptId(push.channel, push.key);
  let record = await store.broker.records.read(recordKey(id));
  while (record !== undefined) {
    const current = parse(record);
    if (current.state !== "accepted") {
      return { receipt: { receipt: id, ...toReceipt(current) }, isChanged: false };
    }
    const nowMs = store.clock.now();
    const changed: Stored = { ...current, state: "expired", changedAtMs: nowMs };
    const written = await store.broker.records.write({
      key: record.key,
      value: JSON.stringify(changed),
      expect: record.version,
      ttlMs: record.expiresAtMs - nowMs,
      ...ownedBy(record.owner),
    });
    if (written.ok) return { receipt: { receipt: id, ...toReceipt(changed) }, isChanged: true };
    record = written.current;
  }
  return undefined;
}

/** `undefined` where there is no such receipt, or it is older than a day. */
export async function readReceipt(store: Store, id: string): Promise<Receipt | undefined> {
  const record = await store.broker.records.read(recordKey(id));
  if (record === undefined) return undefined;
  const stored = parse(record);
  const { expiresAtMs } = stored;
  const receipt = toReceipt(stored);
  const isOver = expiresAtMs !== null && store.clock.now() >= expiresAtMs;
  // What was sent may have arrived without our knowing; what was not even sent has not.
  if (receipt.state !== "accepted" || !isOver) return receipt;
  return { ...receipt, state: "expired", changedAtMs: expiresAtMs };
}

function toReceipt({ channel, position, state, acceptedAtMs, changedAtMs }: Stored): Receipt {
  return { channel, position, state, acceptedAtMs, changedAtMs };
}

function parse(record: StoredRecord): Stored {
  return JSON.parse(record.value) as Stored;
}

function recordKey(id: string): string {
  return `receipt:${id}`;
}
