import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createPushServer, type Broker, type PushServer } from "../../src/index.js";
import { openLmdbBroker } from "../../src/broker/lmdb/index.js";
import { useTemporaryFolders } from "../broker/temporary-folder.js";

const KEY = "key-of-the-backend";

describe("a server over LMDB, by HTTP", () => {
  const makeFolder = useTemporaryFolders();
  let server: PushServer | undefined;
  let broker: Broker | undefined;
  let origin = "";
  let host = "";

  async function start(path: string): Promise<void> {
    broker = await openLmdbBroker({ path });
    server = createPushServer({
      broker,
      nodeId: "n1",
      adminKey: KEY,
      channels: [{ match: "room:*", historyCount: 100, durability: "fsync" }],
    });
    const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
    host = `127.0.0.1:${port}`;
    origin = `http://${host}`;
  }

  async function stop(): Promise<void> {
    await server?.close();
    await broker?.close();
    server = undefined;
    broker = undefined;
  }

  afterEach(stop);

  async function ask(method: string, target: string, body?: unknown) {
    const response = await fetch(`${origin}${target}`, {
      method,
      headers: {
        authorization: `Bearer ${KEY}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  }

  it("keeps what was published over a restart, and its keys", async () => {
    const path = makeFolder();
    await start(path);
    const published = await ask("POST", "/v1/publish", { channel: "room:1", data: { n: 1 }, key: "k" });
    expect(published.json).toMatchObject({ durability: "fsync", duplicate: false });
    await stop();
    await start(path);
    expect((await ask("GET", "/v1/channels/room:1/history")).json).toMatchObject({
      status: "ok",
      position: published.json["position"],
      publications: [{ data: { n: 1 }, key: "k" }],
    });
    const again = await ask("POST", "/v1/publish", { channel: "room:1", data: { n: 2 }, key: "k" });
    expect(again.json).toEqual({ ...published.json, duplicate: true });
    expect((await ask("GET", "/v1/info")).json).toMatchObject({
      node: "n1",
      nodes: ["n1"],
      durability: "fsync",
    });
    expect((await ask("GET", "/readyz")).json).toMatchObject({ ok: true });
  });

  it("lets in who has a ticket, pushes to them, shows them, and sends them away", async () => {
    await start(makeFolder());
    const { json } = await ask("POST", "/v1/tickets", { user: "u1", device: "d1" });
    const refused = new WebSocket(`ws://${host}/?ticket=${String(json["ticket"])}`);
    await once(refused, "error");

    const second = await ask("POST", "/v1/tickets", { user: "u1" });
    const url = `ws://${host}/?ticket=${String(second.json["ticket"])}`;
    const client = new WebSocket(url);
    const messages: string[] = [];
    client.on("message", (data: Buffer) => messages.push(data.toString()));
    await once(client, "open");
    const replay = new WebSocket(url);
    await once(replay, "error");

    const pushed = await ask("POST", "/v1/push", { to: { user: "u1" }, data: "hello", receipt: true });
    expect(pushed.status).toBe(200);
    await expect.poll(() => messages).toEqual(["hello"]);
    const receipt = await ask("GET", `/v1/receipts/${String(pushed.json["receipt"])}`);
    expect(receipt.json).toMatchObject({ position: pushed.json["position"] });

    await expect
      .poll(async () => (await ask("GET", "/v1/users/u1/sessions")).json["sessions"])
      .toMatchObject([{ user: "u1", node: "n1" }]);
    const closed = once(client, "close");
    await ask("POST", "/v1/users/u1/kick", { reason: "enough" });
    const [code, reason] = (await closed) as [number, Buffer];
    expect([code, String(reason)]).toEqual([4509, "enough"]);
  });
});
