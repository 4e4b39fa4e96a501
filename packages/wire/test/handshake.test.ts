import { createHash, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  acceptKey,
  checkUpgrade,
  checkUpgradeResponse,
  createKey,
  encodeBase64,
  findHeadEnd,
  formatHead,
  formatUpgradeRequest,
  formatUpgradeResponse,
  HeadError,
  isKey,
  parseRequestHead,
  parseResponseHead,
  parseSubprotocols,
  type RequestHead,
} from "@weapp-socket/wire";

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

function parseRequest(text: string, limits = {}): RequestHead {
  const raw = bytes(text);
  return parseRequestHead(raw, 0, findHeadEnd(raw, 0, raw.length, limits), limits);
}

function parseResponse(text: string) {
  const raw = bytes(text);
  return parseResponseHead(raw, 0, findHeadEnd(raw, 0, raw.length));
}

describe("the proof", () => {
  test("is that of RFC 6455 section 1.3", () => {
    expect(acceptKey(KEY)).toBe(ACCEPT);
  });

  test("agrees with the platform's SHA-1 and base64", () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, "~")),
        (key) => {
          const expected = createHash("sha1")
            .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
            .digest("base64");
          expect(acceptKey(key)).toBe(expected);
          const platform = (text: string) => createHash("sha1").update(text, "latin1").digest("base64");
          expect(acceptKey(key, platform)).toBe(expected);
        },
      ),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (value) => {
        expect(encodeBase64(value)).toBe(Buffer.from(value).toString("base64"));
      }),
    );
  });

  test("a key is 16 bytes as base64, made of the dice that it is given", () => {
    expect(createKey(() => 0)).toBe("AAAAAAAAAAAAAAAAAAAAAA==");
    expect(createKey(() => 0xffff_ffff)).toBe("/////////////////////w==");
    expect(isKey(KEY)).toBe(true);
    expect(isKey(randomBytes(16).toString("base64"))).toBe(true);
    for (const wrong of [
      "",
      "x",
      randomBytes(15).toString("base64"),
      randomBytes(17).toString("base64"),
      KEY.replace("Q==", "R=="),
      `${KEY} `,
    ]) {
      expect(isKey(wrong)).toBe(false);
    }
  });
});

describe("heads", () => {
  test("are decoded by the platform where it offers to", () => {
    const decodeLatin1 = (raw: Uint8Array, start: number, end: number): string =>
      Buffer.from(raw).toString("latin1", start, end);
    const text = "GET /\u0020HTTP/1.1\r\nHost: a\r\nX: \u00e4\r\n\r\n";
    expect(parseRequest(text, { decodeLatin1 })).toEqual(parseRequest(text));
    expect(() => parseRequest(text, { decodeLatin1: () => "garbage" })).toThrow(HeadError);
  });

  test("are found wherever the chunks end, and not beyond their limit", () => {
    const raw = bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\nrest");
    const end = raw.length - 4;
    expect(findHeadEnd(raw, 0, raw.length)).toBe(end);
    for (let have = 0; have < end; have += 1) expect(findHeadEnd(raw, 0, have)).toBe(-1);
    for (let from = 0; from < end; from += 1)
      expect(findHeadEnd(raw, Math.max(0, from), end)).toBe(from >= end ? -1 : end);
    expect(findHeadEnd(raw, 0, raw.length, { maxBytes: end })).toBe(end);
    expect(() => findHeadEnd(raw, 0, raw.length, { maxBytes: end - 1 })).toThrow(
      "head: expected at most 26 bytes, got more",
    );
    expect(() => findHeadEnd(new Uint8Array(20_000), 0, 20_000)).toThrow(HeadError);
  });

  test("keep names as written and join what is repeated", () => {
    const lines = "Host: x\r\nX-A: 1\r\nx-a:2\r\nX-B: \t caf\xe9 \t\r\nX-C:\r\n\r\n";
    const head = parseRequest(`GET /a?b=c HTTP/1.1\r\n${lines}`);
    expect(head).toMatchObject({ method: "GET", target: "/a?b=c" });
    expect([...head.headers]).toEqual([
      ["host", "x"],
      ["x-a", "1, 2"],
      ["x-b", "caf\xe9"],
      ["x-c", ""],
    ]);
    expect(parseResponse(`HTTP/1.1 200 OK\r\n${lines}`).rawHeaders).toEqual([
      ["Host", "x"],
      ["X-A", "1"],
      ["x-a", "2"],
      ["X-B", "caf\xe9"],
      ["X-C", ""],
    ]);
    expect(parseResponse("HTTP/1.1 404 Not Found\r\n\r\n")).toMatchObject({
      status: 404,
      reason: "Not Found",
      rawHeaders: [],
    });
    expect(parseResponse("HTTP/1.0 200\r\n\r\n")).toMatchObject({ status: 200, reason: "" });
  });

  test.each([
    ["garbage", "\x16\x03\x01\r\n\r\n", 400, "request line: expected METHOD target HTTP/1.1"],
    ["nothing", "\r\n\r\n", 400, "request line: expected METHOD target HTTP/1.1"],
    ["a space too many", "GET  / HTTP/1.1\r\n\r\n", 400, "request line: expected METHOD target HTTP/1.1"],
    ["HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 505, "HTTP version: expected 1.1, got 1.0"],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\n", 505, "HTTP version: expected 1.1, got 2.0"],
    ["no colon", "GET / HTTP/1.1\r\nHost\r\n\r\n", 400, "header line: expected name: value"],
    [
      "a space before the colon",
      "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
      400,
      "header line: expected name: value",
    ],
    ["a folded line", "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", 400, "header line: expected name: value"],
    ["no name", "GET / HTTP/1.1\r\n: x\r\n\r\n", 400, "header line: expected name: value"],
    [
      "a bare LF in a value",
      "GET / HTTP/1.1\r\nA: b\nEvil: c\r\n\r\n",
      400,
      "header A: expected no control character",
    ],
    ["a NUL in a value", "GET / HTTP/1.1\r\nA: b\0c\r\n\r\n", 400, "header A: expected no control character"],
  ])("%s", (_name, text, status, message) => {
    expect(() => parseRequest(text)).toThrow(expect.objectContaining({ status, message }));
  });

  test("too many headers, and a status line that is none", () => {
    expect(() => parseRequest(`GET / HTTP/1.1\r\n${"A: b\r\n".repeat(129)}\r\n`)).toThrow(
      "headers: expected at most 128, got 129",
    );
    expect(() => parseRequest("GET / HTTP/1.1\r\nA: b\r\nA: b\r\n\r\n", { maxHeaders: 1 })).toThrow(
      "headers: expected at most 1, got 2",
    );
    expect(() => parseResponse("SSH-2.0-OpenSSH\r\n\r\n")).toThrow(
      "status line: expected HTTP/1.1 and a status",
    );
    expect(() => parseResponse("HTTP/1.1 1\r\n\r\n")).toThrow(HeadError);
  });

  test("no header is smuggled through a name or a value", () => {
    expect(
      formatHead("X", [
        ["A", "b"],
        ["C", "caf\xe9\t"],
      ]),
    ).toBe("X\r\nA: b\r\nC: caf\xe9\t\r\n\r\n");
    for (const value of ["a\r\nEvil: 1", "a\n", "a\r", "a\0"])
      expect(() => formatHead("X", [["A", value]])).toThrow(TypeError);
    for (const name of ["", "A B", "A:", "A\r\n", "é"])
      expect(() => formatHead("X", [[name, "v"]])).toThrow("header name: expected a token");
  });

  test("what is formatted is parsed back", () => {
    const token = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,20}$/);
    const value = fc.stringMatching(/^([\x21-\x7e]([\x20-\x7e]{0,20}[\x21-\x7e])?)?$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(token, value), { maxLength: 20 }), (headers) => {
        expect(parseResponse(formatHead("HTTP/1.1 200 OK", headers)).rawHeaders).toEqual(headers);
      }),
    );
  });
});

describe("a server", () => {
  const good = [
    "Host: a",
    "Upgrade: websocket",
    "Connection: keep-alive, Upgrade",
    `Sec-WebSocket-Key: ${KEY}`,
    "Sec-WebSocket-Version: 13",
  ];
  const check = (lines: readonly string[], method = "GET") =>
    checkUpgrade(parseRequest(`${method} / HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`));
  const without = (name: string) => good.filter((line) => !line.startsWith(name));

  test("takes a good request, whatever the case of its words", () => {
    expect(check(good)).toEqual({ key: KEY, protocols: [], extensions: [] });
    const lines = [
      ...without("Upgrade").map((line) => line.replace("Upgrade", "upGRADE")),
      "UPGRADE: WebSocket",
      "Sec-WebSocket-Protocol: chat, v2",
      "Sec-WebSocket-Protocol: v3",
      "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
    ];
    expect(check(lines)).toEqual({
      key: KEY,
      protocols: ["chat", "v2", "v3"],
      extensions: [{ name: "permessage-deflate", parameters: [["client_max_window_bits", true]] }],
    });
  });

  test.each([
    ["no host", without("Host"), 400, "Host: expected one, got none"],
    ["no upgrade", without("Upgrade"), 426, "Upgrade: expected websocket"],
    ["another upgrade", [...without("Upgrade"), "Upgrade: h2c"], 426, "Upgrade: expected websocket"],
    ["no connection", without("Connection"), 400, "Connection: expected Upgrade"],
    ["no version", without("Sec-WebSocket-Version"), 426, "Sec-WebSocket-Version: expected 13, got none"],
    [
      "version 8",
      [...without("Sec-WebSocket-Version"), "Sec-WebSocket-Version: 8"],
      426,
      "Sec-WebSocket-Version: expected 13, got 8",
    ],
    ["no key", without("Sec-WebSocket-Key"), 400, "Sec-WebSocket-Key: expected 16 bytes as base64, got none"],
    [
      "a short key",
      [...without("Sec-WebSocket-Key"), "Sec-WebSocket-Key: abc"],
      400,
      "Sec-WebSocket-Key: expected 16 bytes as base64, got another text",
    ],
    [
      "two keys",
      [...good, `Sec-WebSocket-Key: ${KEY}`],
      400,
      "Sec-WebSocket-Key: expected 16 bytes as base64, got another text",
    ],
    [
      "a subprotocol twice",
      [...good, "Sec-WebSocket-Protocol: a, a"],
      400,
      "Sec-WebSocket-Protocol: expected a list of distinct tokens",
    ],
    [
      "broken extensions",
      [...good, "Sec-WebSocket-Extensions: a; ="],
      400,
      "Sec-WebSocket-Extensions: expected a list as in RFC 6455 section 9.1",
    ],
  ])("%s", (_name, lines, status, message) => {
    expect(check(lines)).toMatchObject({ status, message });
  });

  test("says which version, and which method, it wants", () => {
    expect(check(without("Sec-WebSocket-Version"))).toMatchObject({
      headers: [["Sec-WebSocket-Version", "13"]],
    });
    expect(check(good, "POST")).toEqual({
      status: 405,
      message: "method: expected GET, got POST",
      headers: [["Allow", "GET"]],
    });
  });

  test("answers", () => {
    expect(formatUpgradeResponse(KEY, undefined, undefined)).toBe(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${ACCEPT}\r\n\r\n`,
    );
    expect(formatUpgradeResponse(KEY, "chat", "x; y", () => "proof")).toContain(
      "Sec-WebSocket-Accept: proof\r\nSec-WebSocket-Protocol: chat\r\nSec-WebSocket-Extensions: x; y\r\n\r\n",
    );
  });

  test.each([
    ["a", ["a"]],
    ["a, b ,c", ["a", "b", "c"]],
    ["a,a", undefined],
    ["a,,b", undefined],
    ["", undefined],
    ["a b", undefined],
  ])("subprotocols %j are %j", (value, list) => {
    expect(parseSubprotocols(value)).toEqual(list);
  });
});

describe("a client", () => {
  const request = {
    host: "a:81",
    target: "/p?q=1",
    key: KEY,
    protocols: ["chat", "v2"],
    extensions: "permessage-deflate; client_max_window_bits",
    headers: [
      ["Origin", "http://a"],
      ["Host", "evil"],
    ] as const,
  };

  test("asks, and nobody's header replaces its own", () => {
    expect(formatUpgradeRequest(request)).toBe(
      `GET /p?q=1 HTTP/1.1\r\nHost: a:81\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\n` +
        "Sec-WebSocket-Protocol: chat, v2\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\nOrigin: http://a\r\n\r\n",
    );
    expect(
      formatUpgradeRequest({ ...request, protocols: [], extensions: undefined, headers: [] }),
    ).not.toMatch(/Protocol:|Extensions/);
    for (const target of ["", "p", "/a b", "/a\r\nX: y", "/é"])
      expect(() => formatUpgradeRequest({ ...request, target })).toThrow(
        "target: expected a path of visible ASCII",
      );
    expect(() => formatUpgradeRequest({ ...request, headers: [["A", "b\r\nc"]] })).toThrow(TypeError);
  });

  const answer = (lines: readonly string[], status = "101 Switching Protocols") =>
    checkUpgradeResponse(parseResponse(`HTTP/1.1 ${status}\r\n${lines.join("\r\n")}\r\n\r\n`), request);
  const good = ["Upgrade: WebSocket", "Connection: upgrade", `Sec-WebSocket-Accept: ${ACCEPT}`];

  test("takes a good answer", () => {
    expect(answer(good)).toEqual({ protocol: undefined, extensions: [] });
    expect(
      answer([...good, "Sec-WebSocket-Protocol: v2", "Sec-WebSocket-Extensions: permessage-deflate"]),
    ).toEqual({ protocol: "v2", extensions: [{ name: "permessage-deflate", parameters: [] }] });
  });

  test.each([
    ["200", good, "200 OK", "status", "status: expected 101, got 200"],
    ["302", ["Location: /x"], "302 Found", "status", "status: expected 101, got 302"],
    ["no upgrade", good.slice(1), undefined, "upgrade", "Upgrade: expected websocket"],
    ["no connection", [good[0]!, good[2]!], undefined, "upgrade", "Connection: expected Upgrade"],
    [
      "no accept",
      good.slice(0, 2),
      undefined,
      "upgrade",
      "Sec-WebSocket-Accept: expected the proof of our key, got none or another",
    ],
    [
      "another accept",
      [...good.slice(0, 2), "Sec-WebSocket-Accept: x"],
      undefined,
      "upgrade",
      "Sec-WebSocket-Accept: expected the proof of our key, got none or another",
    ],
    [
      "a subprotocol that nobody offered",
      [...good, "Sec-WebSocket-Protocol: v9"],
      undefined,
      "upgrade",
      "Sec-WebSocket-Protocol: expected one that we offered, got another",
    ],
    [
      "an extension that nobody offered",
      [...good, "Sec-WebSocket-Extensions: x"],
      undefined,
      "upgrade",
      "Sec-WebSocket-Extensions: expected only what we offered",
    ],
    [
      "broken extensions",
      [...good, "Sec-WebSocket-Extensions: ;"],
      undefined,
      "upgrade",
      "Sec-WebSocket-Extensions: expected a list as in RFC 6455 section 9.1",
    ],
  ])("%s", (_name, lines, status, cause, message) => {
    expect(answer(lines, status)).toEqual({ cause, message });
  });

  test("that offered no extension takes none", () => {
    const head = parseResponse(
      `HTTP/1.1 101 x\r\n${[...good, "Sec-WebSocket-Extensions: x"].join("\r\n")}\r\n\r\n`,
    );
    expect(checkUpgradeResponse(head, { ...request, extensions: undefined })).toMatchObject({
      cause: "upgrade",
    });
    expect(checkUpgradeResponse(head, { ...request, extensions: ";" })).toMatchObject({ cause: "upgrade" });
  });
});
