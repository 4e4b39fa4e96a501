import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeClientText,
  decodeServerText,
  encode,
  encodeBatch,
  jsonDepth,
  MAX_DEPTH,
  ProtocolError,
} from "@weapp-socket/protocol";
import type { ClientMessage, ServerMessage } from "@weapp-socket/protocol";

const clientMessages: ClientMessage[] = [
  { t: "hello", id: 1, version: [1, 1] },
  {
    t: "hello",
    id: 1,
    version: [1, 3],
    token: "t",
    device: "d",
    attempt: 3,
    session: "s",
    secret: "x",
    reason: "show",
    client: "weapp-socket/0.1.0",
    channels: { "~": "57-9f3ac1d2", "room:9": null, "room:0": "" },
  },
  { t: "subscribe", id: 5, c: "room:9", position: "12-77b0aa01" },
  { t: "unsubscribe", id: 6, c: "room:9" },
  { t: "history", id: 7, c: "room:9", before: "12-77b0aa01", limit: 50 },
  { t: "members", id: 8, c: "room:9" },
  { t: "publish", id: 9, c: "room:9", key: "d:1", d: null },
  { t: "call", id: 10, method: "order.get", key: "d:2", d: { id: 7 } },
  { t: "reply", id: -1, ok: {} },
  { t: "ack", c: { "~": "58-ab12cd34" }, level: "processed" },
  { t: "auth", id: 11, token: "t" },
  { t: "ping", id: 12 },
  { t: "pong", id: 12 },
  { t: "hidden" },
  { t: "shown" },
  { t: "bye" },
];

const serverMessages: ServerMessage[] = [
  {
    t: "welcome",
    id: 1,
    version: 1,
    session: "s",
    secret: "x",
    resumed: true,
    user: "u",
    now: 1_790_000_000_000,
    heartbeatMs: 25_000,
    window: 256,
    windowBytes: 524_288,
    messageBytes: 65_536,
    channels: { "~": { position: "60-1b00c3d4", recovered: true }, x: { position: "", gap: "trimmed" } },
  },
  { t: "reply", id: 9, ok: { p: "62-00000000" } },
  { t: "reply", id: 9, error: { code: "forbidden", message: "no", retry: false } },
  { t: "message", c: "room:9", p: "13-0badcafe", prev: "12-77b0aa01", d: [1, "二"], at: 5 },
  { t: "message", c: "room:9", p: "1-0badcafe", prev: "", d: false },
  { t: "skip", c: "room:9", p: "14-0badcafe", prev: "13-0badcafe" },
  { t: "gap", c: "room:9", p: "40-00aa11bb", why: "fork" },
  { t: "subscribed", c: "room:9", position: "" },
  { t: "unsubscribed", c: "room:9", error: { code: "forbidden", message: "", retry: false, afterMs: 5 } },
  { t: "presence", c: "room:9", joined: [{ user: "u", device: "d", info: { name: "王" } }], left: [] },
  { t: "call", id: -1, method: "refresh" },
  { t: "ping", id: 1 },
  { t: "pong", id: 1 },
  { t: "expiring", inMs: 60_000 },
  { t: "bye", code: 4000, name: "drain", retry: true, after: [2_000, 17_000], to: "wss://b.example/ws" },
];

describe("what one end encodes the other decodes", () => {
  test.each(clientMessages)("client: %j", (message) => {
    expect(decodeClientText(encode(message))).toEqual([message]);
  });

  test.each(serverMessages)("server: %j", (message) => {
    expect(decodeServerText(encode(message))).toEqual([message]);
  });

  test("a batch is its messages one by one; one alone goes without the array", () => {
    expect(decodeServerText(encodeBatch(serverMessages))).toEqual(serverMessages);
    expect(encodeBatch([{ t: "hidden" }])).toBe('{"t":"hidden"}');
    expect(decodeClientText("[]")).toEqual([]);
  });

  test("unknown fields are ignored, unknown types are told apart by their id", () => {
    expect(decodeClientText('{"t":"ping","id":1,"more":[1]}')).toEqual([{ t: "ping", id: 1, more: [1] }]);
    expect(decodeClientText('{"t":"dance","id":3}')).toEqual([{ t: "unknown", type: "dance", id: 3 }]);
    expect(decodeServerText('{"t":"toString"}')).toEqual([{ t: "unknown", type: "toString" }]);
    expect(decodeServerText('{"t":"dance","id":"x"}')).toEqual([{ t: "unknown", type: "dance" }]);
    expect(decodeServerText('{"t":"dance","id":0}')).toEqual([{ t: "unknown", type: "dance" }]);
  });
});

describe("what is wrong is named", () => {
  test.each([
    ["{", "frame: expected JSON, got a text of 1 characters that is none"],
    ["", "frame: expected JSON, got a text of 0 characters that is none"],
    ["7", "message: expected an object, got the number 7"],
    ["null", "message: expected an object, got null"],
    ["[[]]", "message: expected an object, got an array of 0"],
    ["true", "message: expected an object, got true"],
    ["{}", "t: expected a message type, got nothing"],
    ['{"t":{}}', "t: expected a message type, got an object"],
    ['{"t":"ping"}', "ping.id: expected an integer from 1 to 9007199254740991, got nothing"],
    ['{"t":"ping","id":0}', "ping.id: expected an integer from 1 to 9007199254740991, got the number 0"],
    ['{"t":"ping","id":1.5}', "ping.id: expected an integer from 1 to 9007199254740991, got the number 1.5"],
    [
      '{"t":"hello","id":1,"version":[2,1]}',
      "hello.version: expected two integers from 1 to 1000, the lower first, got an array of 2",
    ],
    [
      '{"t":"hello","id":1,"version":[1]}',
      "hello.version: expected two integers from 1 to 1000, the lower first, got an array of 1",
    ],
    [
      '{"t":"hello","id":1,"version":[0,1]}',
      "hello.version: expected two integers from 1 to 1000, the lower first, got an array of 2",
    ],
    [
      '{"t":"hello","id":1,"version":[1,1],"token":""}',
      "hello.token: expected a text of 1 to 8192 characters, got a text of 0 characters",
    ],
    [
      '{"t":"hello","id":1,"version":[1,1],"channels":{"a b":null}}',
      "hello.channels: expected as name a channel name of 1 to 200 of A-Z a-z 0-9 _ - : . ~ / @, got an object",
    ],
    [
      '{"t":"hello","id":1,"version":[1,1],"channels":{"~x":null}}',
      "hello.channels: expected as name a channel name of 1 to 200 of A-Z a-z 0-9 _ - : . ~ / @, got an object",
    ],
    [
      '{"t":"hello","id":1,"version":[1,1],"channels":{"a":7}}',
      "hello.channels: expected at a: a text of at most 64 characters, got an object",
    ],
    [
      '{"t":"hello","id":1,"version":[1,1],"channels":[]}',
      "hello.channels: expected an object, got an array of 0",
    ],
    ['{"t":"publish","id":1,"c":"a","key":"k"}', "publish.d: expected a JSON value, got nothing"],
    [
      '{"t":"ack","c":{},"level":"seen"}',
      "ack.level: expected one of received, processed, got a text of 4 characters",
    ],
    ['{"t":"reply","id":-1}', "reply: expected either ok or error"],
    [
      '{"t":"reply","id":1,"ok":1}',
      "reply.id: expected an integer from -9007199254740991 to -1, got the number 1",
    ],
    ['{"t":"ping","id":1,"__proto__":{}}', "frame: the name __proto__ is not allowed"],
    [
      '{"t":"publish","id":1,"c":"a","key":"k","d":{"\\u005f_proto__":1}}',
      "frame: the name __proto__ is not allowed",
    ],
  ])("client sends %s", (text, message) => {
    expect(() => decodeClientText(text)).toThrow(new ProtocolError("bad-message", message));
  });

  test.each([
    ['{"t":"welcome","id":1}', "welcome.version: expected an integer from 1 to 1000, got nothing"],
    [
      '{"t":"reply","id":1,"ok":1,"error":{"code":"failed","message":"","retry":true}}',
      "reply: expected either ok or error",
    ],
    [
      '{"t":"reply","id":1,"error":{"code":"failed","message":"","retry":1}}',
      "reply.error: expected retry: expected true or false, got the number 1, got an object",
    ],
    ['{"t":"reply","id":1,"error":7}', "reply.error: expected an object, got the number 7"],
    [
      '{"t":"presence","c":"a","joined":[{"user":"u"}],"left":[]}',
      "presence.joined: expected at 0: device: expected a text of at most 64 characters, got nothing, got an array of 1",
    ],
    [
      '{"t":"presence","c":"a","joined":{},"left":[]}',
      "presence.joined: expected a list of at most 10000, got an object",
    ],
  ])("server sends %s", (text, message) => {
    expect(() => decodeServerText(text)).toThrow(new ProtocolError("bad-message", message));
  });

  test("more than 1000 messages, or channels", () => {
    const many = Array.from({ length: 1_001 }, () => '{"t":"hidden"}').join(",");
    expect(() => decodeClientText(`[${many}]`)).toThrow("frame: expected at most 1000 messages, got 1001");
    const channels = Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [`c${n}`, ""]));
    expect(() => decodeClientText(JSON.stringify({ t: "ack", c: channels }))).toThrow(
      "ack.c: expected an object of at most 1000 names, got an object",
    );
  });

  test("nesting is refused before anything is parsed", () => {
    expect(() => decodeClientText("[".repeat(1_000_000))).toThrow(
      `frame: expected at most ${MAX_DEPTH} levels`,
    );
    const deepest = `{"t":"publish","id":1,"c":"a","key":"k","d":${"[".repeat(31)}${"]".repeat(31)}}`;
    expect(decodeClientText(deepest)).toHaveLength(1);
    expect(() => decodeClientText(deepest.replace("[]", "[[]]"))).toThrow("levels of nesting");
  });

  test("an error carries the close code of its bye", () => {
    expect(new ProtocolError("too-large", "x").closeCode).toBe(4513);
  });
});

test("depth found by scanning is depth found by walking", () => {
  const walk = (value: unknown): number =>
    typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(walk)) : 0;
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(jsonDepth(text, 1_000)).toBe(walk(JSON.parse(text)));
    }),
  );
  expect(jsonDepth('"[[\\"[["', 5)).toBe(0);
});

test("no text makes the decoder throw anything but a ProtocolError", () => {
  const mutated = fc
    .tuple(fc.constantFrom(...clientMessages), fc.string(), fc.nat())
    .map(([message, noise, at]) => {
      const text = encode(message);
      const cut = at % text.length;
      return text.slice(0, cut) + noise + text.slice(cut + noise.length);
    });
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), mutated), (text) => {
      try {
        decodeClientText(text);
        decodeServerText(text);
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    }),
    { numRuns: 1_000 },
  );
});
