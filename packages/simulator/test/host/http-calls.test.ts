import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { createHttpCalls } from "../../src/host/http-calls.js";
import type { JsonObject, JsonValue } from "../../src/program.js";
import type { CallContext, CallResult } from "../../src/relay/host/relay-session.js";

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((listening) => void server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString();
}

interface Called {
  readonly result: JsonObject;
  readonly body: string;
  readonly events: [string, JsonValue, string | null][];
}

async function call(
  method: string,
  params: JsonObject,
  more: { body?: string; signal?: AbortSignal } = {},
): Promise<Called> {
  const events: Called["events"] = [];
  const context: CallContext = {
    params: { timeoutMs: 5000, ...params },
    bodies: more.body === undefined ? [] : [Buffer.from(more.body)],
    signal: more.signal ?? new AbortController().signal,
    emit: (name, data, part) =>
      events.push([name, data, part === undefined ? null : Buffer.from(part).toString()]),
  };
  const { result, body }: CallResult = await createHttpCalls().get(method)!(context);
  return { result: result as JsonObject, body: Buffer.from(body ?? []).toString(), events };
}

test("a request goes out and comes back whole, without any CORS", async () => {
  let seen: unknown;
  const url = await serve(async (request, response) => {
    const { accept, origin, "accept-encoding": encodings, "x-a": own } = request.headers;
    seen = [request.method, request.url, own, origin, accept, encodings, await textOf(request)];
    response.setHeader("X-B", "2");
    response.setHeader("Set-Cookie", ["a=1; Path=/", "b=2"]);
    response.writeHead(201).end("字");
  });
  const { result, body, events } = await call(
    "request",
    { url: `${url}/p?q=1`, method: "put", header: { "X-A": "1", accept: "text/x" } },
    { body: "data" },
  );
  expect(seen).toEqual(["PUT", "/p?q=1", "1", undefined, "text/x", "gzip, deflate, br", "data"]);
  expect(result).toMatchObject({ statusCode: 201, header: { "X-B": "2", "Set-Cookie": "a=1; Path=/,b=2" } });
  expect(result["cookies"]).toEqual(["a=1; Path=/", "b=2"]);
  expect(body).toBe("字");
  expect(events).toEqual([["headers", result, null]]);
});

test.each([
  ["gzip", gzipSync("plain")],
  ["br", brotliCompressSync("plain")],
  ["identity", Buffer.from("plain")],
])("an answer in %s is decoded", async (encoding, bytes) => {
  const url = await serve((_, response) => response.setHeader("content-encoding", encoding).end(bytes));
  expect((await call("request", { url })).body).toBe("plain");
});

test("redirects are followed as browsers do: POST becomes GET, secrets stay at home, cookies are kept", async () => {
  const seen: unknown[] = [];
  const there = await serve((request, response) => {
    seen.push([request.method, request.url, request.headers.authorization, request.headers["content-type"]]);
    response.end("end");
  });
  const here = await serve((_, response) => {
    response
      .setHeader("set-cookie", "a=1")
      .writeHead(302, { location: `${there}/x` })
      .end();
  });
  const header = { Authorization: "secret", "Content-Type": "text/plain" };
  const { result, body } = await call("request", { url: here, method: "POST", header }, { body: "b" });
  expect([body, seen, result["cookies"]]).toEqual(["end", [["GET", "/x", undefined, undefined]], ["a=1"]]);
  const manual = await call("request", { url: here, redirect: "manual" });
  expect(manual.result["statusCode"]).toBe(302);
});

test("a 307 keeps method and body", async () => {
  let seen: unknown;
  const url = await serve(async (request, response) => {
    if (request.url === "/a") return response.writeHead(307, { location: "/b" }).end();
    seen = [request.method, await textOf(request)];
    return response.end();
  });
  await call("request", { url: `${url}/a`, method: "POST" }, { body: "body" });
  expect(seen).toEqual(["POST", "body"]);
});

test.each([
  ["nothing listens", "http://127.0.0.1:1/", "refused"],
  ["the name does not resolve", "http://no-such-name.invalid/", "dns"],
  ["the url is none", "字:8090", "request"],
  ["the scheme is another", "ftp://x/", "request"],
])("%s: %s fails with %s", async (_, url, code) => {
  await expect(call("request", { url })).rejects.toMatchObject({ code });
});

test("a header that cannot be sent fails with request", async () => {
  await expect(call("request", { url: "http://127.0.0.1:1", header: { "a b": "c" } })).rejects.toMatchObject({
    code: "request",
  });
  await expect(
    call("request", { url: "http://127.0.0.1:1", header: { a: "c\r\nd: e" } }),
  ).rejects.toMatchObject({ code: "request" });
});

test("a server that hangs, before or within its answer, fails with timeout", async () => {
  const silent = await serve(() => undefined);
  const stuck = await serve((_, response) => void response.writeHead(200).write("x"));
  await expect(call("request", { url: silent, timeoutMs: 30 })).rejects.toMatchObject({ code: "timeout" });
  await expect(call("request", { url: stuck, timeoutMs: 30 })).rejects.toMatchObject({ code: "timeout" });
});

test("a page that aborts ends the request at the server", async () => {
  let gone: (() => void) | undefined;
  const closed = new Promise<void>((resolve) => (gone = resolve));
  const abort = new AbortController();
  const url = await serve((request) => {
    request.on("close", () => gone?.());
    abort.abort();
  });
  await expect(call("request", { url }, { signal: abort.signal })).rejects.toMatchObject({ code: "abort" });
  await closed;
});

test("a server that breaks off fails with reset, one that is no HTTP with response", async () => {
  const url = await serve((_, response) => void response.destroy());
  await expect(call("request", { url })).rejects.toMatchObject({ code: "reset" });
  const half = await serve((_, response) => {
    response.writeHead(200, { "content-length": 10 }).write("x", () => response.destroy());
  });
  await expect(call("request", { url: half })).rejects.toMatchObject({ code: "reset" });
  const garbage = await serve((_, response) => response.socket?.end("garbage\r\n\r\n"));
  await expect(call("request", { url: garbage })).rejects.toMatchObject({ code: "response" });
});

test("endless redirects fail with redirects", async () => {
  const url = await serve((_, response) => response.writeHead(302, { location: "/" }).end());
  await expect(call("request", { url })).rejects.toMatchObject({ code: "redirects" });
});

test("a chunked request gives its parts as they come", async () => {
  const url = await serve((_, response) => {
    response.write("a", () => setTimeout(() => response.end("b"), 20));
  });
  const { events, body } = await call("request", { url, chunked: true });
  expect(events.slice(1)).toEqual([
    ["chunk", null, "a"],
    ["chunk", null, "b"],
  ]);
  expect(body).toBe("");
});

test("an upload is multipart/form-data with its fields before the file", async () => {
  let seen = "";
  let type = "";
  const url = await serve(async (request, response) => {
    type = request.headers["content-type"] ?? "";
    seen = await textOf(request);
    response.end("ok");
  });
  const { events, body } = await call(
    "upload",
    {
      url,
      name: 'fi"le',
      fileName: "图.png",
      contentType: "image/png",
      formData: { a: "1" },
      header: { "content-type": "x" },
    },
    { body: "PNG" },
  );
  const boundary = /boundary=(\S+)/u.exec(type)?.[1];
  expect(seen.replaceAll(String(boundary), "B")).toBe(
    '--B\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n' +
      '--B\r\ncontent-disposition: form-data; name="fi%22le"; filename="图.png"\r\ncontent-type: image/png\r\n\r\nPNG\r\n--B--\r\n',
  );
  const total = Buffer.byteLength(seen);
  expect(events.filter(([name]) => name === "progress")).toEqual([
    ["progress", { bytes: total, totalBytes: total }, null],
  ]);
  expect(body).toBe("ok");
});

test("a large upload tells its progress on the way", async () => {
  const url = await serve(async (request, response) => response.end(String((await textOf(request)).length)));
  const { events } = await call("upload", { url, name: "f", fileName: "f" }, { body: "x".repeat(300_000) });
  const bytes = events.flatMap(([name, data]) =>
    name === "progress" ? [(data as { bytes: number }).bytes] : [],
  );
  expect(bytes.length).toBeGreaterThan(3);
  expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
});

test("a download tells its progress, and its total where the server says it", async () => {
  const url = await serve((request, response) => {
    if (request.url === "/known") response.setHeader("content-length", 4);
    response.end("data");
  });
  const known = await call("download", { url: `${url}/known` });
  expect(known.events.at(-1)).toEqual(["progress", { bytes: 4, totalBytes: 4 }, null]);
  expect(known.body).toBe("data");
});

test.each([
  ["request", { url: 1 }],
  ["request", { url: "http://x", header: "a" }],
  ["request", { url: "http://x", timeoutMs: "1" }],
  ["upload", { url: "http://x" }],
] as [string, JsonObject][])("%s with %o fails with params", async (method, params) => {
  await expect(call(method, params)).rejects.toMatchObject({ code: "params" });
});
