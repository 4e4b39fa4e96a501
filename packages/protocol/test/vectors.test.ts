import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  backoffMs,
  createClientMachine,
  decodeClientText,
  decodeServerText,
  defaultSessionOptions,
  formatPosition,
  parsePosition,
  ProtocolError,
  SessionMachine,
  withinMs,
  type ClientInput,
  type ClientRequest,
  type SessionInput,
} from "@weapp-socket/protocol";

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));

/** As JSON has it: without what is undefined. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

interface MessageVector {
  readonly text: string;
  readonly messages?: unknown;
  readonly refused?: string;
}

const messages = read("messages") as { fromClient: MessageVector[]; fromServer: MessageVector[] };

describe.each([
  ["client", messages.fromClient, decodeClientText],
  ["server", messages.fromServer, decodeServerText],
] as const)("what a %s sends", (_who, vectors, decode) => {
  test.each(vectors)("$text", ({ text, messages: decoded, refused }) => {
    if (refused === undefined) {
      expect(decode(text)).toEqual(decoded);
      return;
    }
    let bye: string | undefined;
    try {
      decode(text);
    } catch (error) {
      bye = (error as ProtocolError).bye;
    }
    expect(bye).toBe(refused);
  });
});

test("positions", () => {
  const vectors = read("positions") as {
    format: Array<{ offset: number; random32: number; position: string }>;
    notThisVersionsForm: string[];
  };
  for (const { offset, random32, position } of vectors.format) {
    expect(formatPosition(offset, random32)).toBe(position);
    expect(parsePosition(position)?.offset).toBe(offset);
  }
  expect(vectors.notThisVersionsForm.map(parsePosition)).toEqual(
    vectors.notThisVersionsForm.map(() => undefined),
  );
});

test("waits", () => {
  const { backoff, within } = read("backoff") as {
    backoff: { baseMs: number; capMs: number; random: number[]; waitsMs: number[] };
    within: Array<{ window: [number, number]; random: number; waitMs: number }>;
  };
  expect(backoff.random.map((random, attempt) => backoffMs(backoff, attempt, random))).toEqual(
    backoff.waitsMs,
  );
  for (const { window, random, waitMs } of within) expect(withinMs(window, random)).toBe(waitMs);
});

interface Step {
  readonly now: number;
  readonly input?: unknown;
  /** The client's application asks for something. */
  readonly subscribe?: { readonly channel: string; readonly position: string | null };
  readonly request?: { readonly number: number; readonly what: ClientRequest };
  /** To the server's machine: a batch goes to the fan-out. The output is whether the client is to have it. */
  readonly offer?: {
    readonly channel: string;
    readonly count: number;
    readonly bytes: number;
    readonly prev: string;
    readonly last: string;
  };
  readonly outputs: unknown;
}

interface Transcript {
  readonly name: string;
  readonly options?: object;
  readonly steps: readonly Step[];
}

test.each(read("client") as Transcript[])("client: $name", ({ options, steps }) => {
  let attempt = 0;
  const machine = createClientMachine({
    url: "wss://a.example/ws",
    device: "d1",
    client: "vector/1",
    decode: decodeServerText,
    random: () => 0.5,
    nextAttempt: () => (attempt += 1),
    ...options,
  });
  for (const { now, input, subscribe, request, outputs } of steps) {
    const came =
      subscribe !== undefined
        ? machine.subscribe(subscribe.channel, subscribe.position, now)
        : request !== undefined
          ? machine.request(request.number, request.what, now)
          : machine.handle(input as ClientInput, now);
    expect(plain(came)).toEqual(outputs);
  }
});

test.each(read("server") as Transcript[])("server: $name", ({ options, steps }) => {
  const machine = new SessionMachine({ ...defaultSessionOptions, ...options }, 0);
  for (const { now, input, offer, outputs } of steps) {
    const came =
      offer !== undefined
        ? machine.offer(offer.channel, offer, now)
        : machine.handle(input as SessionInput, now);
    expect(plain(came)).toEqual(outputs);
  }
});
