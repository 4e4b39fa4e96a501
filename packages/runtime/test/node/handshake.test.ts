import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeFrame, FrameReader, OPCODE, type FrameSink } from "@weapp-socket/wire";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { createNodeTransport } from "@weapp-socket/runtime";
import { failureOf } from "../../src/node/dial-failure.js";
import { dial } from "./dialing.js";
import { startRawServer, type RawRequest, type RawServer } from "./raw-server.js";

let server: RawServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(onRequest: (request: RawRequest) => void, options = {}): Promise<string> {
  server = await startRawServer(onRequest, options);
  return `127.0.0.1:${server.port}`;
}

const accept = ({ socket, accept: head }: RawRequest): unknown => socket.write(head());
const text = (data: string): Uint8Array => encodeFrame(OPCODE.text, Uint8Array.from(Buffer.from(data)));

describe("what is sent", () => {
  test("the handshake's own headers, then the caller's, in order; the fragment stays here", async () => {
    let head = "";
    const host = await serve((request) => {
      head = request.head.replace(/(Sec-WebSocket-Key): .*/, "$1: key");
      accept(request);
    });
    const headers = [
      ["Origin", "http://a"],
      ["x-a", "1"],
      ["Host", "evil"],
    ] as const;
    await dial(`ws://${host}/p/q?r=%20s#t`, {
      headers,
      protocols: ["a", "b"],
      perMessageDeflate: true,
    }).until("open");
    expect(head.split("\r\n")).toEqual([
      "GET /p/q?r=%20s HTTP/1.1",
      `Host: ${host}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Key: key",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Protocol: a, b",
      "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
      "Origin: http://a",
      "x-a: 1",
    ]);
  });

  test.each([
    [
      "a line break in a value",
      "ws://127.0.0.1:9",
      [["a", "b\r\nEvil: c"]],
      "header a: expected a value of one line",
    ],
    ["a name that is no token", "ws://127.0.0.1:9", [["a b", "c"]], "header name: expected a token"],
    ["another scheme", "http://127.0.0.1:9", [], "url: expected ws: or wss:, got http:"],
    ["no address", "ws://", [], "url: expected an absolute ws: or wss: address"],
  ] as const)("%s cannot be sent", async (_name, url, headers, detail) => {
    const { failure } = await dial(url, { headers }).until("fail");
    expect(failure.cause).toBe("request");
    expect(failure.detail).toContain(detail);
  });

  test("options that make no sense are refused by name", () => {
    for (const value of [0, -1, 1.5, Number.NaN]) {
      expect(() => createNodeTransport({ maxMessageBytes: value })).toThrow(
        "maxMessageBytes: expected a positive integer",
      );
      expect(() => createNodeTransport({ closeTimeoutMs: value })).toThrow(
        "closeTimeoutMs: expected a positive integer",
      );
    }
  });
});

describe("what is heard", () => {
  test("headers of the 101 as written, repeated ones joined; every step measured", async () => {
    const host = await serve(({ socket, accept: head }) =>
      socket.write(head("X-Up: 1", "Set-Cookie: a", "x-up: 2", "set-cookie: b")),
    );
    const before = Date.now();
    const { response } = await dial(`ws://localhost:${host.split(":")[1]}/`).until("open");
    expect(response.header).toMatchObject({ Upgrade: "websocket", "X-Up": "1,2", "Set-Cookie": "a,b" });
    const profile = response.profile!;
    expect(Object.keys(profile)).toEqual([
      "fetchStart",
      "domainLookUpStart",
      "domainLookUpEnd",
      "connectStart",
      "connectEnd",
      "rtt",
      "handshakeCost",
      "cost",
    ]);
    const {
      fetchStart,
      domainLookUpStart,
      domainLookUpEnd,
      connectStart,
      connectEnd,
      rtt,
      handshakeCost,
      cost,
    } = profile;
    const steps = [fetchStart, domainLookUpStart, domainLookUpEnd, connectStart, connectEnd];
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(Math.abs(fetchStart - before)).toBeLessThan(60_000);
    for (const duration of [rtt, handshakeCost, cost]) expect(duration).toBeGreaterThanOrEqual(0);
    expect(cost).toBeGreaterThanOrEqual(rtt);
    expect(Object.values(profile).every(Number.isInteger)).toBe(true);
  });

  test("a 101 byte by byte, with frames glued to its end: open first, then the messages", async () => {
    const host = await serve(({ socket, accept: head }) => {
      socket.setNoDelay(true);
      const bytes = Buffer.concat([Buffer.from(head()), text("one"), text("two")]);
      const drip = (at: number): void => {
        if (at < bytes.length) socket.write(bytes.subarray(at, at + 1), () => setImmediate(drip, at + 1));
      };
      drip(0);
    });
    const dialed = dial(`ws://${host}/`);
    expect(await dialed.messages(2)).toEqual(["one", "two"]);
    expect(dialed.events[0]!.type).toBe("open");
  });

  test("frames in the 101's own segment", async () => {
    const host = await serve(({ socket, accept: head }) =>
      socket.write(Buffer.concat([Buffer.from(head()), text("glued")])),
    );
    const dialed = dial(`ws://${host}/`);
    expect(dialed.events).toEqual([]);
    expect(await dialed.messages(1)).toEqual(["glued"]);
    expect(dialed.events.map((event) => event.type)).toEqual(["open", "message"]);
  });

  test("a subprotocol that was offered", async () => {
    const host = await serve(({ socket, accept: head }) => socket.write(head("Sec-WebSocket-Protocol: b")));
    const { response } = await dial(`ws://${host}/`, { protocols: ["a", "b"] }).until("open");
    expect(response.header["Sec-WebSocket-Protocol"]).toBe("b");
  });
});

describe("what fails, by name", () => {
  test.each([
    ["200", "HTTP/1.1 200 OK\r\n\r\n", "status", "expected 101, got 200"],
    [
      "302, not followed",
      "HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\n\r\n",
      "status",
      "expected 101, got 302",
    ],
    ["401", "HTTP/1.1 401 Unauthorized\r\n\r\n", "status", "expected 101, got 401"],
    ["500", "HTTP/1.1 500 x\r\n\r\n", "status", "expected 101, got 500"],
    ["garbage", "SSH-2.0-OpenSSH_9\r\n\r\n", "upgrade", "status line: expected HTTP/1.1"],
    [
      "an endless head",
      `HTTP/1.1 101 x\r\n${"a: b\r\n".repeat(5_000)}`,
      "upgrade",
      "head: expected at most 16384 bytes",
    ],
    ["a 101 without upgrade", "HTTP/1.1 101 x\r\n\r\n", "upgrade", "Upgrade: expected websocket"],
    [
      "a wrong accept",
      "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n",
      "upgrade",
      "Sec-WebSocket-Accept",
    ],
  ])("%s", async (_name, answer, cause, detail) => {
    const host = await serve(({ socket }) => socket.write(answer));
    const dialed = dial(`ws://${host}/`);
    const { failure } = await dialed.until("fail");
    expect(failure).toMatchObject({ cause, detail: expect.stringContaining(detail) });
    expect(dialed.events).toHaveLength(1);
  });

  test.each([
    ["a subprotocol that nobody offered", "Sec-WebSocket-Protocol: z"],
    ["an extension that nobody offered", "Sec-WebSocket-Extensions: permessage-deflate"],
  ])("%s", async (_name, line) => {
    const host = await serve(({ socket, accept: head }) => socket.write(head(line)));
    expect((await dial(`ws://${host}/`).until("fail")).failure.cause).toBe("upgrade");
  });

  test.each([
    "permessage-deflate; server_max_window_bits=99",
    "permessage-deflate, permessage-deflate",
    "permessage-deflate; client_max_window_bits",
  ])("deflate answered as %s", async (value) => {
    const host = await serve(({ socket, accept: head }) =>
      socket.write(head(`Sec-WebSocket-Extensions: ${value}`)),
    );
    const { failure } = await dial(`ws://${host}/`, { perMessageDeflate: true }).until("fail");
    expect(failure).toMatchObject({
      cause: "upgrade",
      detail: expect.stringContaining("expected permessage-deflate as we offered it"),
    });
  });

  test("nobody there", async () => {
    const host = await serve(() => {});
    await server!.close();
    expect((await dial(`ws://${host}/`).until("fail")).failure).toMatchObject({
      cause: "refused",
      detail: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test("nobody there, behind an address that does not answer: Node gave that one a quarter of a second", () => {
    const failed = (code: string): Error => Object.assign(new Error(code), { code });
    const errors = [failed("ETIMEDOUT"), failed("ECONNREFUSED")];
    const both = Object.assign(new AggregateError(errors, "both"), { code: "ETIMEDOUT" });
    expect(failureOf(both, "tcp")).toEqual({ cause: "refused", detail: "tcp: both" });
    expect(failureOf(failed("ETIMEDOUT"), "tcp").cause).toBe("timeout");
  });

  test("a name that does not exist", async () => {
    expect((await dial("ws://does-not-exist.invalid/").until("fail")).failure).toMatchObject({
      cause: "dns",
      detail: expect.stringMatching(/^dns: /),
    });
  });

  test("a server that hangs up before it answers, with FIN or RST", async () => {
    const fin = await serve(({ socket }) => socket.end());
    expect((await dial(`ws://${fin}/`).until("fail")).failure).toEqual({
      cause: "reset",
      detail: "upgrade: the server closed the connection",
    });
    await server!.close();
    const rst = await serve(({ socket }) => socket.resetAndDestroy());
    expect((await dial(`ws://${rst}/`).until("fail")).failure).toMatchObject({ cause: "reset" });
  });

  test("a server that never answers, or drips for ever", async () => {
    const silent = await serve(() => {});
    // Long enough to be connected by then, on a busy machine too: it is the answer that is missing.
    expect((await dial(`ws://${silent}/`, { timeoutMs: 1_000 }).until("fail")).failure).toEqual({
      cause: "timeout",
      detail: "upgrade: expected an open connection within 1000 ms",
    });
    await server!.close();
    const slow = await serve(({ socket }) => {
      const timer = setInterval(() => socket.write("H"), 5);
      socket.on("close", () => clearInterval(timer));
    });
    expect((await dial(`ws://${slow}/`, { timeoutMs: 50 }).until("fail")).failure.cause).toBe("timeout");
  });

  test("an attempt that is given up says nothing, one that is closed says what it was closed with", async () => {
    const host = await serve(accept);
    const terminated = dial(`ws://${host}/`);
    terminated.link.terminate();
    terminated.link.close(1000, "");
    const closed = dial(`ws://${host}/`);
    closed.link.close(4001, "bye");
    closed.link.close(4002, "again");
    closed.link.send("nobody hears");
    expect(closed.events).toEqual([]);
    await closed.until("close");
    expect(closed.events).toEqual([{ type: "close", code: 4001, reason: "bye" }]);
    expect(closed.link.bufferedBytes).toBe(0);
    // A whole round trip later still nothing has come of the first.
    await dial(`ws://${host}/`).until("open");
    expect(terminated.events).toEqual([]);
  });
});

describe("TLS", () => {
  let dir: string;
  const file = (name: string): string => join(dir, name);
  const openssl = (...args: string[]): void =>
    void execFileSync("openssl", args, { stdio: "ignore", cwd: dir });
  const certify = (name: string, days: string): void => {
    openssl(
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.crt`,
      "-days",
      days,
      "-subj",
      "/CN=localhost",
      "-addext",
      "subjectAltName=DNS:localhost,IP:127.0.0.1",
    );
  };
  const tls = (name: string): object => ({
    tls: { key: readFileSync(file(`${name}.key`)), cert: readFileSync(file(`${name}.crt`)) },
  });

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "tls-"));
    certify("good", "2");
    openssl(
      "req",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-keyout",
      "expired.key",
      "-out",
      "expired.csr",
      "-subj",
      "/CN=localhost",
    );
    openssl(
      "x509",
      "-req",
      "-in",
      "expired.csr",
      "-signkey",
      "expired.key",
      "-out",
      "expired.crt",
      "-days",
      "-1",
    );
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  test("is verified: self-signed is refused, and taken when its authority is given, or nobody asks", async () => {
    const host = await serve(accept, tls("good"));
    const { failure } = await dial(`wss://${host}/`).until("fail");
    expect(failure).toMatchObject({ cause: "tls", detail: expect.stringContaining("self-signed") });
    const ca = readFileSync(file("good.crt"), "utf8");
    await dial(`wss://${host}/`, {}, { tls: { ca } }).until("open");
    await dial(`wss://localhost:${host.split(":")[1]}/`, {}, { tls: { ca: [ca] } }).until("open");
    await dial(`wss://${host}/`, {}, { tls: { rejectUnauthorized: false } }).until("open");
  });

  test.each(["ws", "wss"])("tcpNoDelay is heeded over %s", async (scheme) => {
    const host = await serve(accept, scheme === "wss" ? tls("good") : {});
    // What the kernel was told cannot be asked.
    const told = vi.spyOn(Socket.prototype, "setNoDelay");
    for (const tcpNoDelay of [true, false]) {
      told.mockClear();
      await dial(`${scheme}://${host}/`, { tcpNoDelay }, { tls: { rejectUnauthorized: false } }).until(
        "open",
      );
      expect(told.mock.calls.filter(([on]) => on === true).length).toBe(tcpNoDelay ? 1 : 0);
    }
    told.mockRestore();
  });

  test("frames go both ways", async () => {
    const host = await serve(({ socket, accept: head }) => {
      socket.write(Buffer.concat([Buffer.from(head()), text("over TLS")]));
    }, tls("good"));
    const dialed = dial(`wss://${host}/`, {}, { tls: { rejectUnauthorized: false } });
    expect(await dialed.messages(1)).toEqual(["over TLS"]);
    const { response } = await dialed.until("open");
    expect(response.profile!.rtt).toBeGreaterThanOrEqual(0);
  });

  test("what is sent in many turns arrives as it was sent", async () => {
    const host = await serve(({ socket, accept: head }) => {
      const nothing = (): void => {};
      const sink: FrameSink = {
        message: (bytes, start, end) => socket.write(text(Buffer.from(bytes.slice(start, end)).toString())),
        ping: nothing,
        pong: nothing,
        close: nothing,
      };
      const reader = new FrameReader({ role: "server", maxMessageBytes: 100_000 });
      socket.on("data", (chunk: Buffer) => reader.push(chunk, sink));
      socket.write(head());
    }, tls("good"));
    const dialed = dial(`wss://${host}/`, {}, { tls: { rejectUnauthorized: false } });
    await dialed.until("open");
    const sent = Array.from({ length: 300 }, (_, n) => `${n}:`.padEnd(3_000, String(n % 10)));
    for (const [n, one] of sent.entries()) {
      dialed.link.send(one);
      if (n % 3 === 0) await new Promise<void>((resolve) => void setImmediate(resolve));
    }
    expect(await dialed.messages(sent.length)).toEqual(sent);
  });

  test("expired", async () => {
    const host = await serve(accept, tls("expired"));
    expect((await dial(`wss://${host}/`).until("fail")).failure.cause).toBe("tls");
  });

  test("a server that speaks no TLS, hangs up in it, or hangs in it", async () => {
    const plain = await serve(() => {}, {
      onConnection: (socket: RawRequest["socket"]) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"),
    });
    expect((await dial(`wss://${plain}/`).until("fail")).failure.cause).toBe("tls");
    await server!.close();
    const gone = await serve(() => {}, {
      onConnection: (socket: RawRequest["socket"]) => socket.once("data", () => socket.destroy()),
    });
    expect((await dial(`wss://${gone}/`).until("fail")).failure.cause).toBe("tls");
    await server!.close();
    const hang = await serve(() => {});
    expect((await dial(`wss://${hang}/`, { timeoutMs: 1_000 }).until("fail")).failure).toEqual({
      cause: "tls-timeout",
      detail: "tls: expected an open connection within 1000 ms",
    });
  });
});
