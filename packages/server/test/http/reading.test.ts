import { afterEach, describe, expect, it, vi } from "vitest";
import { LoginGate } from "../../src/http/login-gate.js";
import { RequestError } from "../../src/request-error.js";
import { handshakeOf } from "../auth/handshakes.js";
import { KEYS, useApi } from "./api-world.js";
import type { ConnectionInfo } from "../../src/http/api-host.js";

const calls: string[] = [];
const connection: ConnectionInfo = {
  id: "c1",
  user: "u1",
  mode: "raw",
  node: "n1",
  device: "d1",
  connectedAtMs: 5,
};
const current = useApi((world) => {
  calls.length = 0;
  world.users = {
    connectionsOf: (user) =>
      user === "u1" ? [connection, { ...connection, id: "c2", device: undefined }] : [],
    disconnect: async (target, { code, reason }) => {
      calls.push(`${JSON.stringify(target)} ${code} ${reason}`);
    },
    forgetUser: async (user) => void calls.push(`forget ${user}`),
  };
  world.wxLogin = async (code) => {
    if (code === "bad") throw new RequestError("bad-code", false, "code2Session: the code is not valid");
    return { appId: "wx1234", openId: `open-${code}`, unionId: "union" };
  };
});
afterEach(() => {
  vi.restoreAllMocks();
});

const get = async (target: string) => current.world.ask("GET", target, { key: KEYS.read });
const post = async (target: string, body?: unknown) =>
  current.world.ask("POST", target, { key: KEYS.admin, body });

async function publish(channel: string, ...contents: unknown[]): Promise<string[]> {
  const positions: string[] = [];
  for (const data of contents) {
    const { json } = await post("/v1/publish", { channel, data });
    positions.push(String(json["position"]));
  }
  return positions;
}

describe("channels", () => {
  it("are listed, the server's own are not", async () => {
    await publish("b/1", 1, 2);
    await publish("a", 1);
    await current.world.ask("GET", "/readyz");
    const { json } = await get("/v1/channels");
    expect(json).toMatchObject({
      channels: [
        { channel: "a", historyCount: 1, listeners: 0 },
        { channel: "b/1", historyCount: 2 },
      ],
      more: false,
    });
    expect((await get("/v1/channels?prefix=b&limit=1")).json["channels"]).toHaveLength(1);
    expect((await get("/v1/channels?after=a")).json["channels"]).toHaveLength(1);
  });

  it("tell their position, by any name that a channel can have", async () => {
    const name = "a/b:c.d~e@f_g-h";
    const [position] = await publish(name, 1);
    expect((await get(`/v1/channels/${encodeURIComponent(name)}/position`)).json).toEqual({ position });
  });

  it("are read in pages, both ways", async () => {
    const positions = await publish("room", 1, "two", { three: 3 }, null);
    const first = await get("/v1/channels/room/history?limit=3");
    expect(first.json).toMatchObject({
      status: "ok",
      more: true,
      next: positions[2],
      position: positions[3],
    });
    expect(
      (first.json["publications"] as { data: unknown; format: string }[]).map(({ data, format }) => [
        format,
        data,
      ]),
    ).toEqual([
      ["json", 1],
      ["text", "two"],
      ["json", { three: 3 }],
    ]);
    const second = await get(`/v1/channels/room/history?after=${positions[2]}`);
    expect(second.json).toMatchObject({
      publications: [{ data: null, previous: positions[2] }],
      more: false,
    });
    const backward = await get(`/v1/channels/room/history?direction=backward&before=${positions[2]}&limit=1`);
    expect(backward.json).toMatchObject({ publications: [{ data: "two" }], more: true });
    expect((await get("/v1/channels/room/history?after=9-00000000")).json).toMatchObject({
      status: "fork",
      publications: [],
    });
  });

  it("show bytes, keys and ends", async () => {
    await post("/v1/publish", { channel: "room", base64: "AP8B", key: "k", ttlMs: 1000 });
    const { json } = await get("/v1/channels/room/history");
    expect(json["publications"]).toMatchObject([
      { format: "binary", base64: "AP8B", key: "k", expiresAtMs: current.world.clock.now() + 1000 },
    ]);
  });

  it("show who is there", async () => {
    const member = { channel: "room", connectionId: "c1", ttlMs: 60_000 };
    current.world.broker.presence.join({ ...member, memberId: "m2", user: "u2" });
    current.world.broker.presence.join({ ...member, memberId: "m1", user: "u1", info: '{"name":"x"}' });
    expect((await get("/v1/channels/room/presence")).json).toEqual({
      members: [
        { member: "m1", user: "u1", info: { name: "x" } },
        { member: "m2", user: "u2" },
      ],
      count: 2,
      more: false,
    });
    expect((await get("/v1/channels/room/presence?limit=0")).json).toEqual({
      members: [],
      count: 2,
      more: true,
    });
    expect((await get("/v1/channels/room/presence?after=m1&limit=5")).json["members"]).toHaveLength(1);
  });

  it.each([
    "/v1/channels?limit=0",
    "/v1/channels?limit=1001",
    "/v1/channels?limit=1.5",
    "/v1/channels?limit=1e2",
    "/v1/channels?limit=%20",
    "/v1/channels?limit=1&limit=2",
    "/v1/channels/room/history?direction=up",
    "/v1/channels/room/history?after=",
    `/v1/channels/room/history?after=${"1".repeat(65)}`,
    "/v1/channels/room/history?maxAgeMs=0",
    "/v1/channels/~u%20x/history",
    "/v1/channels/~/position",
    "/v1/channels/%00/position",
    "/v1/channels//position",
  ])("refuse %s", async (target) => {
    const answer = await get(target);
    expect(answer).toMatchObject({ status: 400, json: { code: "bad-request" } });
    expect(answer.json["detail"]).toMatch(/: expected/);
  });

  it("leave parameters alone that they do not know", async () => {
    expect(await get("/v1/channels?utm_source=x&__proto__=1")).toMatchObject({ status: 200 });
  });
});

describe("users", () => {
  it("have sessions", async () => {
    const { device: _, ...deviceless } = { ...connection, id: "c2" };
    expect((await get("/v1/users/u1/sessions")).json).toEqual({ sessions: [connection, deviceless] });
    expect((await get("/v1/users/u2/sessions")).json).toEqual({ sessions: [] });
  });

  it("can be sent away for good, or for now", async () => {
    expect(await post("/v1/users/u1/kick", { reason: "bye" })).toMatchObject({ status: 200, json: {} });
    await post("/v1/users/u1/kick", { device: "d1" });
    await post("/v1/users/u1/disconnect");
    await post("/v1/users/u1/disconnect", { session: "c2" });
    expect(calls).toEqual([
      '{"user":"u1"} 4509 bye',
      '{"user":"u1","device":"d1"} 4509 kicked',
      '{"user":"u1"} 4000 disconnected',
      '{"connection":"c2"} 4000 disconnected',
    ]);
    // For whoever asks later who sent whom away.
    const kicked = { operation: "kick", caller: "boss", user: "u1" };
    const fields: unknown = expect.objectContaining(kicked);
    expect(current.world.logs).toContainEqual({ level: "info", message: "api", fields });
  });

  it("can be forgotten, by their whole name", async () => {
    const forget = (target: string) => current.world.ask("DELETE", target, { key: KEYS.admin });
    expect(await forget("/v1/users/u1")).toMatchObject({ status: 200, json: {} });
    expect(await forget("/v1/users/a%2Fb")).toMatchObject({ status: 200, json: {} });
    expect(calls).toEqual(["forget u1", "forget a/b"]);
    for (const wrong of ["/v1/users/a%20b", "/v1/users/", `/v1/users/${"x".repeat(129)}`])
      expect(await forget(wrong)).toMatchObject({ status: 400 });
    expect(await forget("/v1/users/u1/sessions")).toMatchObject({ status: 405 });
    expect(calls.length).toBe(2);
    const fields: unknown = expect.objectContaining({ operation: "forgetUser", caller: "boss", user: "u1" });
    expect(current.world.logs).toContainEqual({ level: "info", message: "api", fields });
  });

  it("lose no connection to another user's name", async () => {
    for (const [user, body] of [
      ["u2", { session: "c1" }],
      ["u1", { session: "c3" }],
      ["u1", { session: "c1", device: "d2" }],
    ] as const) {
      const answer = await post(`/v1/users/${user}/disconnect`, body);
      expect(answer).toMatchObject({ status: 404, json: { code: "not-found" } });
    }
    expect(calls).toEqual([]);
  });

  it.each([
    ["/v1/users/a%20b/kick", {}],
    ["/v1/users/u1/kick", { reason: "a\r\nb" }],
    ["/v1/users/u1/kick", { reason: "x".repeat(124) }],
    ["/v1/users/u1/kick", { until: 5 }],
    ["/v1/users/u1/disconnect", { session: 5 }],
  ])("are left alone by %s %j", async (target, body) => {
    expect(await post(target, body)).toMatchObject({ status: 400 });
    expect(calls).toEqual([]);
  });

  describe("where the server knows none", () => {
    const nobody = useApi();
    it("are not supported", async () => {
      const answer = await nobody.world.ask("GET", "/v1/users/u1/sessions", { key: KEYS.read });
      expect(answer).toMatchObject({ status: 501, json: { code: "unsupported" } });
    });

    it("cannot log in by WeChat", async () => {
      const answer = await nobody.world.ask("POST", "/v1/login/wx", { body: { code: "c" } });
      expect(answer).toMatchObject({ status: 501, json: { code: "unsupported" } });
    });
  });
});

describe("tickets", () => {
  it("are made for a user, by who may", async () => {
    const { json, status } = await post("/v1/tickets", { user: "u1", appId: "wx1234", claims: { a: 1 } });
    expect(status).toBe(200);
    expect(json).toEqual({
      ticket: expect.stringMatching(/^ticket[\w-]{32}$/) as string,
      expiresAtMs: current.world.clock.now() + 60_000,
    });
    for (const body of [
      {},
      { user: "" },
      { user: "a b" },
      { user: "u", appId: "x" },
      { user: "u", claims: { a: "x".repeat(5000) } },
    ]) {
      expect(await post("/v1/tickets", body)).toMatchObject({ status: 400, json: { code: "bad-request" } });
    }
  });

  it("are given to who brings a code of wx.login", async () => {
    const { world } = current;
    const { json, text } = await world.ask("POST", "/v1/login/wx", { body: { code: "abc", device: "d1" } });
    expect(text).not.toContain("open-abc");
    const ticket = String(json["ticket"]);
    const identity = await world.host.tickets.authenticate(handshakeOf(), { token: ticket, device: "d1" });
    expect(identity).toEqual({
      user: "open-abc",
      appId: "wx1234",
      device: "d1",
      claims: { unionId: "union" },
    });
  });

  it("are not given for a bad code, nor to who tries too often", async () => {
    const login = async (code: string) => current.world.ask("POST", "/v1/login/wx", { body: { code } });
    expect(await login("bad")).toMatchObject({ status: 400, json: { code: "bad-code" } });
    for (let index = 0; index < 4; index++) expect((await login("good")).status).toBe(200);
    const refused = await login("good");
    expect(refused).toMatchObject({ status: 429, json: { code: "rate-limited" } });
    expect(refused.headers["retry-after"]).toBe("5");
    current.world.clock.advance(60_000);
    expect((await login("good")).status).toBe(200);
  });
});

it("logins of one IPv6 network count as one address, and a clock that is set back locks nobody out", () => {
  let nowMs = 3_600_000;
  const gate = new LoginGate({ now: () => nowMs, schedule: () => () => undefined }, 2, 100);
  expect(gate.pass("2001:db8::1")).toBe(true);
  expect(gate.pass("2001:db8::2")).toBe(true);
  expect(gate.pass("2001:db8::3")).toBe(false);
  expect(gate.pass("2001:db8:0:1::3")).toBe(true);
  nowMs = 0;
  expect(gate.pass("2001:db8::3")).toBe(true);
});

describe("the server", () => {
  it("tells what it is", async () => {
    current.world.clock.advance(1234);
    expect((await get("/v1/info")).json).toEqual({
      node: "n1",
      nodes: [],
      uptimeMs: 1234,
      connections: 7,
      channels: 3,
      draining: false,
      durability: "memory",
    });
  });

  it("drains when it is told to", async () => {
    expect(await post("/v1/drain")).toMatchObject({ status: 202, json: { connections: 7 } });
    expect(current.world.drainedWithinMs).toBe(15_000);
    await post("/v1/drain", { withinMs: 0 });
    expect(current.world.drainedWithinMs).toBe(0);
    expect(await post("/v1/drain", { withinMs: -1 })).toMatchObject({ status: 400 });
  });

  it("is healthy", async () => {
    expect(await current.world.ask("GET", "/healthz")).toMatchObject({ status: 200, json: { ok: true } });
  });

  it("tells numbers", async () => {
    await get("/v1/info");
    const { text, headers } = await get("/metrics");
    expect(headers["content-type"]).toMatch(/^text\/plain/);
    for (const line of [
      "weapp_socket_connections 7",
      "weapp_socket_connections_total 9",
      'weapp_socket_handshakes_refused_total{code="busy"} 2',
      'weapp_socket_connections_closed_total{code="1000"} 1',
      'weapp_socket_limited_total{limit="maxOutboundBytes"} 1',
      'weapp_socket_api_answers_total{operation="info",status="200"} 1',
    ]) {
      expect(text.split("\n")).toContain(line);
    }
    expect(text).toMatch(/^weapp_socket_process_cpu_seconds_total /m);
    expect((await get("/metrics")).text).toContain("weapp_socket_connections_total 9");
    expect(text).not.toContain("weapp_socket_store");
  });

  it("tells how full a broker's store is, where it has one", async () => {
    let damaged = 0;
    current.world.servingBroker.usage = () => ({ historyBytes: 12, pendingBytes: 3, damaged });
    expect((await get("/metrics")).text).toContain("weapp_socket_store_damaged_total 0\n");
    damaged = 2;
    const { text } = await get("/metrics");
    for (const line of ["history_bytes 12", "pending_bytes 3", "damaged_total 2"]) {
      expect(text.split("\n")).toContain(`weapp_socket_store_${line}`);
    }
  });
});
