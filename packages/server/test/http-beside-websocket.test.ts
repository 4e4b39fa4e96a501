import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { createPushServer, type PushServer } from "../src/index.js";
import { createManualClock, type ManualClock } from "./broker/manual-clock.js";
import { RawClient, upgradeRequest } from "./raw-client.js";
import { settled } from "./server-world.js";

const KEY = "0123456789abcdef";

let server: PushServer;
let port: number;
let clock: ManualClock;

beforeEach(async () => {
  clock = createManualClock();
  server = createPushServer({ adminKey: KEY, maxHttpBodyBytes: 1000, clock });
  server.on("connection", (connection) => connection.join("chat"));
  ({ port } = await server.listen({ port: 0, host: "127.0.0.1" }));
});

afterEach(() => server.close());

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: unknown;
}

async function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/publish`, {
    method: "POST",
    headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json", ...headers },
    body,
  });
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    body: await response.json(),
  };
}

describe("POST /v1/publish", () => {
  test("with the key reaches the channel, and answers with the position", async () => {
    const client = await RawClient.open(port);
    const first = await post('{"channel":"chat","data":{"content":"你好"}}');
    const second = await post('{"channel":"chat","data":"text"}', {
      "content-type": "application/json; charset=utf-8",
    });
    await client.until(() => client.frames.length === 2);
    expect(client.texts).toEqual(['{"content":"你好"}', "text"]);
    expect(first).toMatchObject({ status: 200, type: "application/json", body: { duplicate: false } });
    expect((first.body as { position: string }).position).toMatch(/^1-[0-9a-f]{8}$/);
    expect((second.body as { position: string }).position).toMatch(/^2-[0-9a-f]{8}$/);
    client.destroy();
  });

  test.each([
    ["no key", { authorization: "" }, 401, "unauthorized"],
    ["a wrong key", { authorization: "Bearer 0123456789abcdeg" }, 401, "unauthorized"],
    ["a part of the key", { authorization: "Bearer 0123456789abcde" }, 401, "unauthorized"],
    ["another scheme", { authorization: `Basic ${KEY}` }, 401, "unauthorized"],
    ["another type", { "content-type": "text/plain" }, 415, "unsupported-media-type"],
  ])("%s is refused", async (_name, headers, status, code) => {
    const answer = await post('{"channel":"chat","data":1}', headers);
    expect(answer).toMatchObject({ status, type: "application/problem+json", body: { status, code } });
    expect(JSON.stringify(answer.body)).not.toContain(KEY);
  });

  test.each([
    ["no JSON", "{", 400, "bad-json"],
    ["nothing", "", 400, "bad-json"],
    ["no UTF-8", new Uint8Array([0x22, 0xff, 0x22]), 400, "bad-json"],
    ["deep JSON", `{"channel":"chat","data":${"[".repeat(33)}${"]".repeat(33)}}`, 400, "bad-json"],
    ["__proto__", '{"channel":"chat","data":{"__proto__":1}}', 400, "bad-json"],
    ["__proto__ in disguise", '{"channel":"chat","data":[{"\\u005f_proto__":1}]}', 400, "bad-json"],
    ["an array", "[]", 400, "bad-request"],
    ["null", "null", 400, "bad-request"],
    ["no channel", '{"data":1}', 400, "bad-request"],
    ["a bad channel", '{"channel":"a b","data":1}', 400, "bad-request"],
    ["a number as channel", '{"channel":1,"data":1}', 400, "bad-request"],
    ["no data", '{"channel":"chat"}', 400, "bad-request"],
    ["an unknown field", '{"channel":"chat","data":1,"chanel":2}', 400, "bad-request"],
    ["too much", `{"channel":"chat","data":"${"x".repeat(1000)}"}`, 413, "too-large"],
  ])("%s is refused", async (_name, body, status, code) => {
    expect(await post(body)).toMatchObject({
      status,
      type: "application/problem+json",
      body: { status, code, detail: expect.any(String) as string },
    });
  });

  test("too much without content-length is refused when it has come", async () => {
    const request = httpRequest({
      port,
      method: "POST",
      path: "/v1/publish",
      headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
    });
    for (let i = 0; i < 10; i += 1) request.write("x".repeat(200));
    const [response] = (await once(request, "response")) as [import("node:http").IncomingMessage];
    expect(response.statusCode).toBe(413);
    request.destroy();
  });

  test("GET is 405 and says what is allowed", async () => {
    const response = await fetch(`http://127.0.0.1:${port}/v1/publish`);
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
  });

  test("without adminKey it is off", async () => {
    const other = createPushServer();
    const address = await other.listen({ port: 0, host: "127.0.0.1" });
    const response = await fetch(`http://127.0.0.1:${address.port}/v1/publish`, { method: "POST" });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: "disabled" });
    await other.close();
  });
});

describe("HTTP beside WebSocket", () => {
  test("one kept connection serves many requests", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    for (let i = 0; i < 3; i += 1) {
      const request = httpRequest({ port, agent, path: "/" });
      request.end();
      const [response] = (await once(request, "response")) as [import("node:http").IncomingMessage];
      ports.add(request.socket?.localPort);
      expect(response.statusCode).toBe(426);
      response.resume();
      await once(response, "end");
    }
    expect(ports.size).toBe(1);
    agent.destroy();
  });

  test("a connection that was kept may become a WebSocket, as a proxy does it", async () => {
    const client = await RawClient.dial(port);
    client.socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.until(() => client.body.endsWith("}\n"));
    expect(client.status).toBe(426);
    client.reset();
    client.socket.write(upgradeRequest("/"));
    await client.until(() => client.status === 101);
    await server.publish("chat", "hello");
    await client.until(() => client.texts.length === 1);
    client.destroy();
    await expect.poll(() => server.connectionCount).toBe(0);
  });

  test("who would rather speak HTTP/2, as Java does, is served all the same, body and all", async () => {
    const client = await RawClient.dial(port);
    const wish = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n";
    const content = '{"channel":"chat","data":1}';
    const head = (length: number): string =>
      `POST /v1/publish HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${KEY}\r\n${wish}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
    // Whole, and in pieces on the same connection.
    client.socket.write(head(content.length) + content);
    await client.until(() => client.body.endsWith("}\n"));
    expect(client.status).toBe(200);
    client.reset();
    client.socket.write(head(content.length) + content.slice(0, 5));
    await settled();
    client.socket.write(content.slice(5));
    await client.until(() => client.body.endsWith("}\n"));
    expect(client.status).toBe(200);
    client.reset();
    client.socket.write(`GET /healthz HTTP/1.1\r\nHost: a\r\n${wish}\r\n`);
    await client.until(() => client.body.endsWith("}\n"));
    expect(JSON.parse(client.body)).toEqual({ ok: true });
    client.destroy();
  });

  test("may have a port of its own: clients reach none of what needs a key", async () => {
    const split = createPushServer({ adminKey: KEY });
    onTestFinished(() => split.close());
    const host = "127.0.0.1";
    const clients = await split.listen({ port: 0, host, serves: "clients" });
    const api = await split.listen({ port: 0, host, serves: "api" });
    const headers = { authorization: `Bearer ${KEY}` };
    const statusAt = async (to: number, path: string): Promise<number> =>
      (await fetch(`http://127.0.0.1:${to}${path}`, { headers })).status;
    expect(api.url).toBe(`http://127.0.0.1:${api.port}`);
    expect(await statusAt(api.port, "/v1/info")).toBe(200);
    expect(await statusAt(clients.port, "/v1/info")).toBe(404);
    expect(await statusAt(clients.port, "/metrics")).toBe(426);
    expect([await statusAt(api.port, "/readyz"), await statusAt(clients.port, "/readyz")]).toEqual([
      200, 200,
    ]);
    // Public, and unsupported here: no wxLogin.
    const login = { method: "POST", headers: { "content-type": "application/json" }, body: '{"code":"c"}' };
    expect((await fetch(`http://127.0.0.1:${clients.port}/v1/login/wx`, login)).status).toBe(501);
    (await RawClient.open(clients.port)).destroy();
    const stray = await RawClient.dial(api.port);
    stray.socket.write(upgradeRequest("/"));
    await stray.untilClosed();
    expect(stray.status).toBe(404);
    await expect(split.listen({ port: 0, serves: "all" as "api" })).rejects.toThrow(
      "serves: expected everything",
    );
  });

  test("HEAD is GET without the body", async () => {
    const response = await fetch(`http://127.0.0.1:${port}/healthz`, { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-length")).toBe("12");
    expect(await response.text()).toBe("");
    const other = await fetch(`http://127.0.0.1:${port}/healthz`, { method: "POST" });
    expect(other.headers.get("allow")).toBe("GET, HEAD");
  });

  test("a body that drips is ended after httpTimeoutMs", async () => {
    const client = await RawClient.dial(port);
    client.socket.write(
      `POST /v1/publish HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{`,
    );
    // Its head has been read by then: what counts is the time of the body.
    await settled();
    for (let second = 0; second < 33; second += 1) {
      client.socket.write(" ");
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(1000);
    }
    await client.untilClosed();
    expect(client.status).toBe(0);
  });
});
