import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import type { LaunchedProgram } from "@weapp-socket/simulator";
import { call, run } from "../headless-world.js";

type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

/** A server that answers as told, as long as its test; its address. */
async function serve(handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => handler(request, response, Buffer.concat(chunks)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Says what it was asked. */
const echo: Handler = (request, response, body) => {
  const { method, url, headers } = request;
  response.setHeader("content-type", "application/json");
  response.setHeader("set-cookie", ["a=1; Path=/", "b=2"]);
  response.end(JSON.stringify({ method, url, headers, body: body.toString("utf8") }));
};

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

async function ask(app: LaunchedProgram, options: object): Promise<Asked> {
  const { data, errMsg } = await call(app, "request", options);
  expect(errMsg).toBe("request:ok");
  return data as Asked;
}

describe("request", () => {
  test.each([
    [{ data: { a: 1, b: "x y" } }, { method: "GET", url: "/p?q=1&a=1&b=x%20y", body: "" }],
    [
      { method: "POST", data: { a: 1 } },
      { method: "POST", url: "/p?q=1", body: '{"a":1}' },
    ],
    [
      {
        method: "POST",
        data: { a: 1, b: [2] },
        header: { "content-type": "application/x-www-form-urlencoded" },
      },
      { body: "a=1&b=%5B2%5D" },
    ],
    [
      { method: "PUT", data: "text" },
      { method: "PUT", body: "text" },
    ],
    [{ method: "delete" }, { method: "DELETE" }],
  ])("%o", async (options, expected) => {
    const url = await serve(echo);
    const app = await run({});
    expect(await ask(app, { url: `${url}/p?q=1`, ...options })).toMatchObject(expected);
  });

  test("headers: the author's, without a referer of its own; cookies are told", async () => {
    const url = await serve(echo);
    const app = await run({ "project.config.json": '{"appid":"wx0123"}' });
    const { headers } = await ask(app, { url, header: { "X-Own": 1, Referer: "http://evil" } });
    expect(headers).toMatchObject({
      "x-own": "1",
      "content-type": "application/json",
      referer: "https://servicewechat.com/wx0123/0/page-frame.html",
    });
    expect(await call(app, "request", { url })).toMatchObject({
      statusCode: 200,
      cookies: ["a=1; Path=/", "b=2"],
      header: expect.objectContaining({ "content-type": "application/json" }),
    });
  });

  test.each([
    [{}, { x: 1 }],
    [{ dataType: "text" }, '{"x":1}'],
    [{ responseType: "arraybuffer" }, new TextEncoder().encode('{"x":1}').buffer],
  ])("data as %o", async (options, expected) => {
    const url = await serve((_, response) => response.end('{"x":1}'));
    expect(await call(await run({}), "request", { url, ...options })).toMatchObject({ data: expected });
  });

  test("a status of 500 is a success, as it is in WeChat", async () => {
    const url = await serve((_, response) => response.writeHead(500).end("broken"));
    expect(await call(await run({}), "request", { url })).toMatchObject({
      errMsg: "request:ok",
      statusCode: 500,
      data: "broken",
    });
  });

  test("timeouts: of the call, and of app.json", async () => {
    const url = await serve(() => {});
    const app = await run({ "app.json": '{"pages":["pages/a/a"],"networkTimeout":{"request":40}}' });
    expect(await call(app, "request", { url, timeout: 20 })).toEqual({
      errMsg: "request:fail timeout",
      errno: 5,
    });
    expect(await call(app, "request", { url })).toEqual({ errMsg: "request:fail timeout", errno: 5 });
  });

  test("abort; listeners for headers", async () => {
    const url = await serve((_, response) => response.writeHead(200, { "x-early": "1" }).write("begun"));
    const app = await run({});
    const request = app.wx["request"] as (options: object) => {
      abort(): void;
      onHeadersReceived(listener: (result: { header: Record<string, string> }) => void): void;
    };
    const result = await new Promise((resolve) => {
      const task = request({ url, complete: resolve });
      task.onHeadersReceived(({ header }) => {
        expect(header).toMatchObject({ "x-early": "1" });
        task.abort();
      });
    });
    expect(result).toEqual({ errMsg: "request:fail abort" });
  });

  test("chunks as they come", async () => {
    const url = await serve((_, response) => {
      response.write("one");
      setImmediate(() => response.end("two"));
    });
    const app = await run({});
    const heard: string[] = [];
    const request = app.wx["request"] as (options: object) => {
      onChunkReceived(listener: (result: { data: ArrayBuffer }) => void): void;
    };
    await new Promise((resolve) => {
      request({ url, enableChunked: true, complete: resolve }).onChunkReceived(({ data }) =>
        heard.push(new TextDecoder().decode(data)),
      );
    });
    expect(heard.join("")).toBe("onetwo");
  });

  test("nobody listens; no such host; no network", async () => {
    const app = await run({});
    expect(await call(app, "request", { url: "http://127.0.0.1:1/" })).toMatchObject({
      errMsg: "request:fail errcode:-102 cronet_error_code:-102 error_msg:net::ERR_CONNECTION_REFUSED",
      errno: 600_001,
    });
    app.faults.change({ offline: true });
    expect(await call(app, "request", { url: "http://127.0.0.1:1/" })).toMatchObject({
      errMsg: "request:fail errcode:-105 cronet_error_code:-105 error_msg:net::ERR_NAME_NOT_RESOLVED",
    });
  });

  test("setMap leads what is asked from now on elsewhere, and names a rule that is none", async () => {
    const url = await serve(echo);
    const app = await run({}, { map: [{ from: "https://api.example.com", to: "http://127.0.0.1:1" }] });
    expect(app.map).toEqual([{ from: "https://api.example.com", to: "http://127.0.0.1:1" }]);
    app.setMap([{ from: "https://api.example.com", to: url }]);
    expect(app.map).toEqual([{ from: "https://api.example.com", to: url }]);
    expect(await ask(app, { url: "https://api.example.com/v1/x" })).toMatchObject({ url: "/v1/x" });
    expect(() =>
      app.setMap([
        { from: "https://a", to: url },
        { from: "a", to: url },
      ]),
    ).toThrow(
      new RangeError(
        'setMap: rule 2: expected an address that begins with ws://, wss://, http:// or https:// to lead from, got "a"',
      ),
    );
    expect(app.map).toHaveLength(1);
  });

  test("production addresses lead to the test's server by the map", async () => {
    const url = await serve(echo);
    const app = await run({}, { map: [{ from: "https://api.example.com", to: url }] });
    expect(await ask(app, { url: "https://api.example.com/v1/x" })).toMatchObject({ url: "/v1/x" });
  });
});

describe("uploadFile", () => {
  test("a file of the package with form data; progress", async () => {
    const url = await serve(echo);
    const app = await run({ "picture.txt": "content" });
    const result = await call(app, "uploadFile", {
      url: `${url}/up`,
      name: "file",
      filePath: "picture.txt",
      formData: { user: "Ann" },
    });
    expect(result).toMatchObject({ errMsg: "uploadFile:ok", statusCode: 200 });
    const asked = JSON.parse(result["data"] as string) as Asked;
    expect(asked).toMatchObject({ method: "POST", url: "/up" });
    expect(asked.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/u);
    for (const part of ['name="user"', "Ann", 'name="file"; filename="picture.txt"', "content"])
      expect(asked.body).toContain(part);
  });

  test("timeout and abort", async () => {
    const url = await serve(() => {});
    const app = await run({ "x.txt": "x" });
    const options = { url, name: "f", filePath: "x.txt" };
    expect(await call(app, "uploadFile", { ...options, timeout: 20 })).toMatchObject({
      errMsg: "uploadFile:fail timeout",
    });
    const upload = app.wx["uploadFile"] as (options: object) => { abort(): void };
    const ended = new Promise((resolve) => upload({ ...options, complete: resolve }).abort());
    expect(await ended).toEqual({ errMsg: "uploadFile:fail abort" });
  });
});

describe("downloadFile", () => {
  test("into a temporary file, or where the program says; progress", async () => {
    const url = await serve((_, response) => {
      response.setHeader("content-type", "image/png");
      response.setHeader("content-length", "4");
      response.end("data");
    });
    const app = await run({});
    const progress: object[] = [];
    const download = app.wx["downloadFile"] as (options: object) => {
      onProgressUpdate(listener: (result: object) => void): void;
    };
    const result = (await new Promise((resolve) =>
      download({ url, complete: resolve }).onProgressUpdate((each) => progress.push(each)),
    )) as { tempFilePath: string };
    expect(result).toMatchObject({
      errMsg: "downloadFile:ok",
      statusCode: 200,
      tempFilePath: expect.stringMatching(/^wxfile:\/\/tmp_.*\.png$/u),
    });
    expect(progress.at(-1)).toEqual({ progress: 100, totalBytesWritten: 4, totalBytesExpectedToWrite: 4 });
    const fs = (app.wx["getFileSystemManager"] as () => Record<string, (...args: unknown[]) => unknown>)();
    expect(fs["readFileSync"]?.(result.tempFilePath, "utf8")).toBe("data");
    const filePath = "wxfile://usr/own.png";
    expect(await call(app, "downloadFile", { url, filePath })).toMatchObject({ filePath });
    expect(fs["readFileSync"]?.(filePath, "utf8")).toBe("data");
  });

  test("timeout", async () => {
    const url = await serve(() => {});
    expect(await call(await run({}), "downloadFile", { url, timeout: 20 })).toMatchObject({
      errMsg: "downloadFile:fail timeout",
    });
  });
});

describe("domain lists of weapp-socket.json", () => {
  const lists = {
    "project.config.json": '{"appid":"wx0123456789abcdef"}',
    "weapp-socket.json": JSON.stringify({
      domains: { request: ["https://api.example.com"], socket: ["wss://push.example.com"] },
    }),
    "x.txt": "x",
  };
  const elsewhere = "https://elsewhere.example.com/";

  test.each([
    ["request", { url: elsewhere }, "request:fail url not in domain list"],
    [
      "uploadFile",
      { url: elsewhere, name: "f", filePath: "x.txt" },
      "uploadFile:fail url not in domain list",
    ],
    ["downloadFile", { url: elsewhere }, "downloadFile:fail url not in domain list"],
  ])("%s elsewhere is refused with urlCheck", async (api, options, errMsg) => {
    const app = await run(lists, { urlCheck: true });
    expect(await call(app, api, options)).toEqual({ errMsg, errno: 600_002 });
  });

  test("a socket elsewhere is refused with urlCheck", async () => {
    const app = await run(lists, { urlCheck: true });
    expect(await call(app, "connectSocket", { url: "wss://elsewhere.example.com" })).toMatchObject({
      errMsg: "connectSocket:ok",
    });
    await app.waitFor(() => app.sockets[0]?.state === "closed");
    expect(app.sockets[0]?.events).toMatchObject([
      { type: "error", errMsg: expect.stringContaining("url not in domain list") },
    ]);
  });

  test("what is listed goes out; the map leads it to the test's server", async () => {
    const url = await serve(echo);
    const map = [{ from: "https://api.example.com", to: url }];
    const app = await run(lists, { urlCheck: true, map });
    expect(await ask(app, { url: "https://api.example.com/x" })).toMatchObject({ url: "/x" });
  });

  test("without urlCheck everything goes out, and the file's own map counts", async () => {
    const url = await serve(echo);
    const app = await run({
      "weapp-socket.json": JSON.stringify({ map: { "https://prod.example.com": url } }),
    });
    expect(await ask(app, { url: "https://prod.example.com/y" })).toMatchObject({ url: "/y" });
  });
});
