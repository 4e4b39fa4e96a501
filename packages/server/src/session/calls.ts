import {
  CALL_KEEP_MS,
  decideCall,
  type CallRecord,
  type CallReply,
  type Json,
  type SessionOutput,
} from "@weapp-socket/protocol";
import type { Identity } from "../auth/identity.js";
import { ownedBy, type StoredRecord } from "../broker/record.js";
import { RequestError } from "../request-error.js";
import type { ServerNode } from "../server-node.js";
import { errorBodyOf } from "./answers.js";
import { scopedKey, type Requester } from "./requests.js";

/** Who calls a method. */
export interface CallContext {
  /** Empty for a client that nobody in particular is using. */
  readonly user: string;
  /** The installation as the client names it. Not proven. */
  readonly device: string;
  readonly identity: Identity | undefined;
  /** Of the call, as the client chose it: the same when it asks again. */
  readonly key: string;
}

/**
 * What session clients may call by its name. `data` is what they sent, any JSON, unchecked. The result is what JSON can
 * tell, at most about 60 KiB of it; `undefined` comes as null. A RequestError is the answer no: one that is retryable
 * says that nothing was done. Whatever else is thrown is answered `failed` and reaches the server's `error` event.
 */
export type CallMethod = (data: unknown, call: CallContext) => unknown;

/** Bytes of a result, so that its record fits into the broker's. */
const MAX_RESULT_BYTES = 60 * 1024;

/** Runs a method, once for each key of a client (PROTOCOL.md 2.7). Never rejects, except where the broker fails. */
export async function callFor(
  node: ServerNode,
  requester: Requester,
  output: Extract<SessionOutput, { type: "call" }>,
): Promise<CallReply> {
  const { methods } = node.settings;
  const method = Object.hasOwn(methods, output.method) ? methods[output.method] : undefined;
  if (method === undefined) {
    const message = `method ${output.method}: not known here`;
    return { error: { code: "unsupported", message, retry: false } };
  }
  const { records } = node.broker;
  const key = `call:${scopedKey(requester, output.key)}`;
  const decision = decideCall(parse(await records.read(key)), node.clock.now());
  if (decision.type === "reply") return decision.reply;
  const value = JSON.stringify(decision.record);
  const kept = { key, ttlMs: CALL_KEEP_MS, ...ownedBy(requester.user) };
  const begun = await records.write({ ...kept, value, expect: 0 });
  if (!begun.ok) return ASKED_TWICE;
  const reply = await run(node, method, requester, output);
  if ("error" in reply && reply.error.retry) {
    await records.take(key);
  } else {
    const done = JSON.stringify({ runsUntil: 0, reply } satisfies CallRecord);
    await records.write({ ...kept, value: done, expect: begun.version });
  }
  return reply;
}

/** The other one was faster: its reply is to be asked for. */
const ASKED_TWICE: CallReply = {
  error: { code: "unavailable", message: "call: asked for twice at once", retry: true },
};

async function run(
  node: ServerNode,
  method: CallMethod,
  { user, device, identity }: Requester,
  { data, key }: Extract<SessionOutput, { type: "call" }>,
): Promise<CallReply> {
  try {
    const result = JSON.stringify((await method(data, { user, device, identity, key })) ?? null) as
      | string
      | undefined;
    const bytes = Buffer.byteLength(result ?? "");
    if (result === undefined || bytes > MAX_RESULT_BYTES) {
      throw new TypeError(
        `result of a method: expected at most ${MAX_RESULT_BYTES} bytes of JSON, got ${result === undefined ? "none" : bytes}`,
      );
    }
    return { ok: JSON.parse(result) as Json };
  } catch (error) {
    if (!(error instanceof RequestError)) node.reception.onError(error);
    return { error: errorBodyOf(error) };
  }
}

function parse(record: StoredRecord | undefined): CallRecord | undefined {
  return record === undefined ? undefined : (JSON.parse(record.value) as CallRecord);
}
