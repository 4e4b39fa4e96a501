import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { freePort } from "@weapp-socket/testkit/free-port";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { createPushServer, parseConfig, type LogFields, type WebhookOptions } from "../src/index.js";
import { ServerWorld, startServer } from "./server-world.js";
import { SessionClient } from "./session-client.js";
import {
  readWebhookOfDocs,
  startReceiver,
  WEBHOOK_SECRET as secret,
  WebhookReceiver,
} from "./webhook-receiver.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const adminKey = "a-key-of-the-tests-long-enough";
const clients: SessionClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.end();
});

type Lines = [fields: LogFields, message: string][];

function optionsOf(webhook: WebhookOptions, lines: Lines = []): ConstructorParameters<typeof ServerWorld>[0] {
  const note = (fields: LogFields, message: string): void => void lines.push([fields, message]);
  return {
    adminKey,
    origins: ["*"],
    authenticate: (_handshake, { token }) => (token === undefined ? undefined : { user: token }),
    channels: [{ match: "~", historyCount: 100 }],
    logger: { debug: note, info: note, warn: note, error: note },
    webhook,
  };
}

async function enter({ port }: ServerWorld): Promise<SessionClient> {
  const client = new SessionClient({ port, token: "ann", channels: { "~": null } });
  clients.push(client);
  return client.untilLive();
}

async function push({ port }: ServerWorld, data: unknown, more: object = {}): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/push`, {
    method: "POST",
    headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json" },
    body: JSON.stringify({ to: { user: "ann" }, data, receipt: true, ...more }),
  });
  return ((await response.json()) as { receipt: string }).receipt;
}

describe("the webhook", () => {
  test("tells once that a push was received, signed so that the documented check believes it", async () => {
    const receiver = await startReceiver();
    const world = await startServer(optionsOf({ url: receiver.url, secret }));
    await enter(world);
    const receipt = await push(world, "news");
    await expect.poll(() => receiver.requests.length).toBe(1);
    const { headers, body } = receiver.requests[0]!;
    const readWebhook = await readWebhookOfDocs();
    const events = readWebhook(headers, body, secret);
    expect(events).toEqual([
      {
        id: expect.stringMatching(/^evt_/),
        type: "receipt.received",
        timeMs: expect.any(Number),
        data: expect.objectContaining({ receipt, state: "received", channel: "#user ann" }),
      },
    ]);
    expect(() => readWebhook(headers, `${body} `, secret)).toThrow("not signed");
    const other = `whsec_${Buffer.alloc(32, 8).toString("base64")}`;
    expect(() => readWebhook(headers, body, other)).toThrow("not signed");
    expect(() => readWebhook({ ...headers, "webhook-id": "msg_other" }, body, secret)).toThrow("not signed");
    expect(() => readWebhook(headers, body, secret, Date.now() + 301_000)).toThrow("too old");
  });

  test("repeats what was not taken, the same under the same id, and loses nothing", async () => {
    const receiver = await startReceiver();
    const answers = [500, 302, 404];
    receiver.answer = (response) => response.writeHead(answers.shift() ?? 200, { location: "/" }).end("…");
    const lines: Lines = [];
    const world = await startServer(optionsOf({ url: receiver.url, secret, retryDelayMs: 1 }, lines));
    await enter(world);
    await push(world, 1);
    await expect.poll(() => receiver.requests.length).toBe(4);
    expect(new Set(receiver.requests.map(({ body }) => body)).size).toBe(1);
    expect(new Set(receiver.requests.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    await expect.poll(() => world.server.stats.webhookDelivered).toBe(1);
    expect(world.server.stats.webhookFailures).toBe(3);
    const failures = lines.filter(([, message]) => message === "the webhook failed");
    expect(failures.map(([{ fault }]) => fault)).toEqual(["status 500", "status 302", "status 404"]);
    const logged = JSON.stringify(lines);
    expect(logged).not.toContain(secret.slice(6, 20));
    expect(logged).not.toContain("in-the-address");
    const metrics = await fetch(`http://127.0.0.1:${world.port}/metrics`, {
      headers: { authorization: `Bearer ${adminKey}` },
    });
    expect(await metrics.text()).toMatch(/^weapp_socket_webhook_failures_total 3$/m);
  });

  test("waits for a receiver that is down, and for one that does not answer", async () => {
    const again = new WebhookReceiver();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/events`;
    const lines: Lines = [];
    const world = await startServer(
      optionsOf({ url, secret, retryDelayMs: 20, timeoutMs: 1_000, maxBatch: 1 }, lines),
    );
    await enter(world);
    await push(world, 1);
    await push(world, 2);
    await expect.poll(() => world.server.stats.webhookFailures).toBeGreaterThan(1);
    again.answer = () => undefined;
    await again.listen(port);
    await expect.poll(() => again.requests.length).toBeGreaterThan(1);
    again.answer = (response) => response.writeHead(200).end();
    await expect.poll(() => world.server.stats.webhookDelivered).toBe(2);
    const faults = new Set(lines.map(([{ fault }]) => fault));
    expect(faults).toContain("no connection (ECONNREFUSED)");
    expect(faults).toContain("no answer within 1000 ms");
    const positions = again.events.map(({ data }) => data["position"]);
    expect(positions).toEqual([...positions].sort());
    await again.close();
  });

  test("does not wait for ever for one that does not answer, whatever the garbage collector does meanwhile", async () => {
    const receiver = await startReceiver();
    receiver.answer = () => undefined;
    const world = await startServer(
      optionsOf({ url: receiver.url, secret, timeoutMs: 1_000, closeTimeoutMs: 0 }),
    );
    await enter(world);
    await push(world, 1);
    const collecting = setInterval(collectGarbage, 20);
    onTestFinished(() => clearInterval(collecting));
    await expect.poll(() => world.server.stats.webhookFailures).toBeGreaterThan(0);
  });

  test("what it refuses is tried again event by event, and holds up nothing", async () => {
    const receiver = await startReceiver();
    let poison = "of nothing yet";
    receiver.answer = (response, body) => response.writeHead(body.includes(poison) ? 422 : 200).end();
    const world = await startServer(optionsOf({ url: receiver.url, secret, retryDelayMs: 50 }));
    const client = await enter(world);
    client.holdAcks();
    poison = await push(world, 1);
    await push(world, 2);
    await push(world, 3);
    await client.until(() => client.messages("~").length === 3);
    await client.releaseAcks();
    await expect.poll(() => world.server.stats.webhookDelivered).toBe(2);
    await push(world, 4);
    await expect.poll(() => world.server.stats.webhookDelivered).toBe(3);
    await expect.poll(() => world.server.stats.webhookFailures).toBeGreaterThan(2);
    expect(world.server.stats.webhookDropped.size).toBe(0);
    poison = "of nothing any more";
    await expect.poll(() => world.server.stats.webhookDelivered).toBe(4);
  });

  test("what it always refuses is dropped alone, after its tries", async () => {
    const receiver = await startReceiver();
    let poison = "of nothing yet";
    receiver.answer = (response, body) => response.writeHead(body.includes(poison) ? 400 : 200).end();
    const world = await startServer(
      optionsOf({ url: receiver.url, secret, retryDelayMs: 1, maxAttempts: 3 }),
    );
    await enter(world);
    poison = await push(world, 1);
    await push(world, 2);
    await expect.poll(() => world.server.stats.webhookDropped.get("attempts")).toBe(1);
    await expect.poll(() => world.server.stats.webhookDelivered).toBe(1);
  });

  test("gives up after its tries, after its time, and what its queue does not hold", async () => {
    const receiver = await startReceiver();
    receiver.answer = (response) => response.writeHead(500).end();
    const droppedOf = async (more: Partial<WebhookOptions>): Promise<Record<string, number>> => {
      const world = await startServer(optionsOf({ url: receiver.url, secret, retryDelayMs: 1, ...more }));
      const client = await enter(world);
      client.holdAcks();
      for (let n = 0; n < 3; n += 1) await push(world, n);
      await client.until(() => client.messages("~").length === 3);
      await client.releaseAcks();
      const { webhookDropped } = world.server.stats;
      await expect.poll(() => webhookDropped.size).toBeGreaterThan(0);
      return Object.fromEntries(webhookDropped);
    };
    expect(await droppedOf({ maxAttempts: 2 })).toEqual({ attempts: 3 });
    expect(receiver.requests.length).toBe(2);
    expect(await droppedOf({ maxAgeMs: 1, retryDelayMs: 10 })).toEqual({ age: 3 });
    expect(await droppedOf({ maxQueued: 1, retryDelayMs: 60_000, closeTimeoutMs: 0 })).toEqual({ full: 2 });
  });

  test("a server that closes delivers what waits, for so long and no longer", async () => {
    const receiver = await startReceiver();
    receiver.answer = (response) => response.writeHead(503).end();
    const world = await startServer(
      optionsOf({ url: receiver.url, secret, retryDelayMs: 100, closeTimeoutMs: 60_000 }),
    );
    await enter(world);
    await push(world, 1);
    await expect.poll(() => receiver.requests.length).toBe(1);
    receiver.answer = (response) => response.writeHead(200).end();
    await world.close();
    expect(world.server.stats.webhookDelivered).toBe(1);

    receiver.answer = () => undefined;
    receiver.requests.length = 0;
    const other = await startServer(optionsOf({ url: receiver.url, secret, closeTimeoutMs: 50 }));
    await enter(other);
    await push(other, 1);
    await expect.poll(() => receiver.requests.length).toBe(1);
    await other.close();
    expect(Object.fromEntries(other.server.stats.webhookDropped)).toEqual({ closed: 1 });
  });

  test.each([
    [{ url: "shop.example.com" }, "webhook.url: expected an address that begins with https:// or http://"],
    [{ url: "ftp://a.example" }, "webhook.url: expected an address that begins with https:// or http://"],
    [{ url: "https://a:b@a.example" }, "webhook.url: expected an address without user and password"],
    [{ secret: "sesame" }, "webhook.secret: expected whsec_ and 24 to 64 bytes in base64"],
    [{ secret: "whsec_c2VzYW1l" }, "webhook.secret: expected whsec_ and 24 to 64 bytes in base64"],
    [{ maxAttempts: 0 }, "webhook.maxAttempts: expected an integer from 1 to 1000, got 0"],
  ])("refuses %j", (wrong, message) => {
    const webhook = { url: "https://a.example", secret, ...wrong };
    expect(() => createPushServer({ webhook })).toThrow(message);
  });

  test("is configured by a file, its secret by the environment", () => {
    const webhook = { url: "https://a.example", secret: "${HOOK}", timeoutMs: 500 };
    expect(parseConfig({ webhook }, { HOOK: secret }).webhook).toEqual({ ...webhook, secret });
    expect(() => parseConfig({ webhook: { secret } })).toThrow(/^configuration\.webhook\.url: expected/);
  });
});
