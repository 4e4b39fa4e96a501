import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { openRelayWorld } from "./relay-world.js";

/** A page that speaks as it likes; resolves to the close code that it earns. */
async function closeCodeFor(speak: (socket: WebSocket) => void): Promise<number> {
  const { socket } = await openRelayWorld({ maxBufferedBytes: 64 * 1024 });
  const page = new WebSocket(`ws://127.0.0.1:${socket.localPort}`);
  return new Promise((resolve, reject) => {
    page.on("open", () => speak(page));
    page.on("close", resolve);
    page.on("error", reject);
  });
}

const dial = {
  type: "dial",
  id: 1,
  request: {
    url: "ws://x",
    headers: [],
    protocols: [],
    timeoutMs: 1,
    tcpNoDelay: false,
    perMessageDeflate: false,
  },
};

test.each([
  ["no json", "{"],
  ["no object", "1"],
  ["null", "null"],
  ["no id", '{"type":"terminate"}'],
  ["an unknown type", '{"type":"sing","id":1}'],
  ["a dial without its request", '{"type":"dial","id":1}'],
  ["a dial with a wrong header", JSON.stringify({ ...dial, request: { ...dial.request, headers: [["a"]] } })],
  ["a close without code", '{"type":"close","id":1}'],
  ["a call without params", '{"type":"call","id":1,"method":"m","body":0}'],
])("control: %s earns 1008", async (_, text) => {
  expect(await closeCodeFor((page) => page.send(text))).toBe(1008);
});

test("a second dial under one id earns 1008", async () => {
  const text = JSON.stringify(dial);
  expect(await closeCodeFor((page) => [text, text].forEach((item) => page.send(item)))).toBe(1008);
});

test("payload without its head, or of an unknown kind, earns 1008", async () => {
  expect(await closeCodeFor((page) => page.send(Buffer.from([0, 0, 0])))).toBe(1008);
  const unknown = (page: WebSocket): void => {
    page.send(JSON.stringify(dial));
    page.send(Buffer.from([0, 0, 0, 1, 9, 65]));
  };
  expect(await closeCodeFor(unknown)).toBe(1008);
});

test("bodies whose call never comes earn 1009 at the limit", async () => {
  const body = Buffer.concat([Buffer.from([0, 0, 0, 1, 3]), Buffer.alloc(40_000)]);
  expect(await closeCodeFor((page) => [body, body].forEach((item) => page.send(item)))).toBe(1009);
});

test("payload for a link that is not there is passed over", async () => {
  const speak = (page: WebSocket): void => {
    page.send(Buffer.from([0, 0, 0, 7, 1, 65]));
    page.close(1000);
  };
  expect(await closeCodeFor(speak)).toBe(1000);
});

test("frames that break RFC 6455 end the relay with their code", async () => {
  const { socket } = await openRelayWorld();
  const page = new WebSocket(`ws://127.0.0.1:${socket.localPort}`);
  const unmasked = Buffer.from([0x81, 0x01, 0x41]);
  page.on("upgrade", (response) => response.socket.write(unmasked));
  expect(await new Promise((resolve) => page.on("close", resolve))).toBe(1002);
});
