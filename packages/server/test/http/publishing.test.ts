import { describe, expect, it } from "vitest";
import { advanceReceipt } from "../../src/http/receipts.js";
import { Ear } from "../broker/suite/world.js";
import { KEYS, useApi, type ApiRequest } from "./api-world.js";

const current = useApi();
const post = async (target: string, body: unknown, more: ApiRequest = {}) =>
  current.world.ask("POST", target, { key: KEYS.publish, body, ...more });
const get = async (target: string, key: string = KEYS.read) => current.world.ask("GET", target, { key });

describe("publish", () => {
  it("publishes JSON, text and bytes, and tells the position", async () => {
    const ear = new Ear();
    current.world.broker.attach("room:1", ear);
    const first = await post("/v1/publish", { channel: "room:1", data: { content: "你好" } });
    await post("/v1/publish", { channel: "room:1", data: "text" });
    await post("/v1/publish", { channel: "room:1", data: null });
    await post("/v1/publish", { channel: "room:1", base64: "AP8B" });
    expect(first).toMatchObject({ status: 200, json: { duplicate: false, durability: "memory" } });
    expect(first.json["position"]).toBe(ear.publications[0]?.position);
    expect(ear.publications.map(({ format, data }) => [format, data])).toEqual([
      ["json", '{"content":"你好"}'],
      ["text", "text"],
      ["json", "null"],
      ["binary", new Uint8Array([0, 255, 1])],
    ]);
  });

  it("takes effect once per key, in the body or in the header", async () => {
    const ear = new Ear();
    current.world.broker.attach("room", ear);
    const first = await post("/v1/publish", { channel: "room", data: 1, key: "k1" });
    const second = await post(
      "/v1/publish",
      { channel: "room", data: 2 },
      { headers: { "idempotency-key": "k1" } },
    );
    const third = await post(
      "/v1/publish",
      { channel: "room", data: 3, key: "k1" },
      { headers: { "idempotency-key": "k1" } },
    );
    expect(second.json).toEqual({ ...first.json, duplicate: true });
    expect(third.json).toEqual(second.json);
    expect(ear.data).toEqual(["1"]);
    const torn = await post(
      "/v1/publish",
      { channel: "room", data: 1, key: "a" },
      { headers: { "idempotency-key": "b" } },
    );
    expect(torn).toMatchObject({ status: 400, json: { code: "bad-request" } });
  });

  it("keeps a publication no longer than it was told", async () => {
    await post("/v1/publish", { channel: "room", data: 1, ttlMs: 5000 });
    expect((await get("/v1/channels/room/history")).json["publications"]).toHaveLength(1);
    current.world.clock.advance(5000);
    expect((await get("/v1/channels/room/history")).json["publications"]).toEqual([]);
  });

  it("publishes many at once, each with its own result", async () => {
    const ear = new Ear();
    current.world.broker.attach("a", ear);
    const answer = await post("/v1/publish/batch", {
      publications: [
        { channel: "a", data: 1, key: "k" },
        { channel: "b", data: 2 },
        { channel: "a", data: 3, key: "k" },
        { channel: "a", data: 4 },
      ],
    });
    const results = answer.json["results"] as { position: string; duplicate: boolean }[];
    expect(results.map(({ duplicate }) => duplicate)).toEqual([false, false, true, false]);
    expect(results[2]?.position).toBe(results[0]?.position);
    expect(ear.data).toEqual(["1", "4"]);
  });

  it("publishes nothing of a batch that has a fault in it", async () => {
    const answer = await post("/v1/publish/batch", {
      publications: [{ channel: "a", data: 1 }, { channel: "a" }],
    });
    expect(answer).toMatchObject({ status: 400, json: { detail: "data: expected a JSON value, got none" } });
    const named = await post("/v1/publish/batch", {
      publications: [
        { channel: "a", data: 1 },
        { channel: "~u x", data: 1 },
      ],
    });
    expect(named.json["detail"]).toMatch(/^publications\[1\]\.channel: expected/);
    expect((await get("/v1/channels/a/history")).json["publications"]).toEqual([]);
  });
});

describe("push", () => {
  it.each([
    [{ user: "u1" }, "#user u1"],
    [{ user: "u1", device: "d1" }, "#device u1 d1"],
    [{ channel: "room" }, "room"],
    [{ all: true }, "#all"],
  ])("to %j", async (to, channel) => {
    const ear = new Ear();
    current.world.broker.attach(channel, ear);
    const answer = await post("/v1/push", { to, data: "x", key: "k", ttlMs: 1000 });
    expect(answer).toMatchObject({ status: 200, json: { duplicate: false } });
    expect(answer.json).not.toHaveProperty("receipt");
    expect(ear.publications).toMatchObject([{ data: "x", key: "k", wantsReceipt: false }]);
  });

  it.each([
    {},
    { all: false },
    { device: "d1" },
    { user: "u", channel: "c" },
    { channel: "c", device: "d" },
    { user: "a b" },
    "u1",
  ])("not to %j", async (to) => {
    expect(await post("/v1/push", { to, data: 1 })).toMatchObject({
      status: 400,
      json: { code: "bad-request" },
    });
  });

  it("tells by its receipt what has become of it, and never goes back", async () => {
    const ear = new Ear();
    const { world } = current;
    world.broker.attach("#user u1", ear);
    const pushed = await post("/v1/push", { to: { user: "u1" }, data: 1, receipt: true });
    const publication = ear.publications[0];
    expect(publication).toMatchObject({ wantsReceipt: true });
    const target = `/v1/receipts/${String(pushed.json["receipt"])}`;
    const push = { channel: "#user u1", key: publication?.key ?? "" };
    expect((await get(target)).json).toEqual({
      channel: "#user u1",
      position: pushed.json["position"],
      state: "accepted",
      acceptedAtMs: world.clock.now(),
      changedAtMs: world.clock.now(),
    });
    world.clock.advance(1000);
    await advanceReceipt(world.host, push, "received");
    await advanceReceipt(world.host, push, "sent");
    expect((await get(target)).json).toMatchObject({
      state: "received",
      changedAtMs: world.clock.now(),
      acceptedAtMs: world.clock.now() - 1000,
    });
    await advanceReceipt(world.host, push, "processed");
    expect((await get(target)).json["state"]).toBe("processed");
    world.clock.advance(86_400_000);
    expect(await get(target)).toMatchObject({ status: 404, json: { code: "not-found" } });
    await advanceReceipt(world.host, push, "processed");
  });

  it("has one receipt for all repetitions", async () => {
    const body = { to: { user: "u1" }, data: 1, receipt: true, key: "k" };
    const first = await post("/v1/push", body);
    current.world.clock.advance(1000);
    const second = await post("/v1/push", body);
    expect(second.json).toEqual({ ...first.json, duplicate: true });
  });

  it("says that its time is over where nobody got it, and no more than is known where somebody may have", async () => {
    const { world } = current;
    const push = async (key: string) =>
      post("/v1/push", { to: { user: "u1" }, data: 1, receipt: true, ttlMs: 5000, key });
    const [unsent, sent] = [await push("unsent"), await push("sent")];
    await advanceReceipt(world.host, { channel: "#user u1", key: "sent" }, "sent");
    world.clock.advance(5000);
    expect((await get(`/v1/receipts/${String(unsent.json["receipt"])}`)).json["state"]).toBe("expired");
    expect((await get(`/v1/receipts/${String(sent.json["receipt"])}`)).json["state"]).toBe("sent");
  });
});
