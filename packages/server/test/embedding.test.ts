import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PushServer } from "../src/index.js";
import { RawClient, upgradeRequest } from "./raw-client.js";

const KEY = "0123456789abcdef";

interface Example {
  readonly push: PushServer;
  readonly server: Server;
}

describe.each(["node-http", "express", "fastify", "koa", "hono"])("examples/embedding/%s.js", (name) => {
  let example: Example;
  let port: number;

  beforeAll(async () => {
    process.env["PORT"] = "0";
    process.env["WEAPP_SOCKET_KEY"] = KEY;
    example = (await import(`../../../examples/embedding/${name}.js`)) as Example;
    if (!example.server.listening) await once(example.server, "listening");
    ({ port } = example.server.address() as AddressInfo);
  });

  afterAll(async () => {
    await example.push.close();
    example.server.closeAllConnections();
    example.server.close();
  });

  test("serves WebSocket clients on its path, and its own routes beside them", async () => {
    const client = await RawClient.open(port, "/ws?x=1");
    client.text("hello");
    await client.until(() => client.texts.length === 1);
    expect(client.texts).toEqual(['{"echo":"hello"}']);
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect(await response.text()).toBe(`hello from ${name.replace("node-", "node:")}`);
    client.destroy();
  });

  test("publishes over HTTP to them", async () => {
    const client = await RawClient.open(port, "/ws");
    const publish = (key: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}/v1/publish`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: '{"channel":"news","data":{"content":"你好"}}',
      });
    expect((await publish("another key, and long")).status).toBe(401);
    expect((await publish(KEY)).status).toBe(200);
    await client.until(() => client.texts.length === 1);
    expect(client.texts).toEqual(['{"content":"你好"}']);
    client.destroy();
  });

  test("answers upgrades of other paths, and leaves unknown routes to the application", async () => {
    const elsewhere = await RawClient.dial(port);
    elsewhere.socket.write(upgradeRequest("/elsewhere"));
    await elsewhere.untilClosed();
    expect(elsewhere.status).toBe(404);
    // Java's HttpClient asks for HTTP/2 in every request: the application's routes are there for it all the same.
    const java = await RawClient.dial(port);
    const wish = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n";
    java.socket.write(`GET / HTTP/1.1\r\nHost: a\r\n${wish}\r\n`);
    await java.until(() => java.body.includes("hello from"));
    expect(java.status).toBe(200);
    java.destroy();
    if (name === "node-http") return;
    expect((await fetch(`http://127.0.0.1:${port}/nothing`)).status).toBe(404);
  });
});
