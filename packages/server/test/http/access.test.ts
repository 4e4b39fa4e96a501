import { describe, expect, it } from "vitest";
import { ApiKeys, type ApiKey } from "../../src/http/api-key.js";
import { KEYS, useApi } from "./api-world.js";

const current = useApi();
const keyless = useApi((world) => {
  world.keys = [];
});

/** A target and a body that each operation takes. A new operation without one here fails the test. */
const SAMPLES: Readonly<
  Record<string, { readonly target: string; readonly body?: unknown; readonly status: number }>
> = {
  publish: { target: "/v1/publish", body: { channel: "c", data: 1 }, status: 200 },
  publishBatch: {
    target: "/v1/publish/batch",
    body: { publications: [{ channel: "c", data: 1 }] },
    status: 200,
  },
  push: { target: "/v1/push", body: { to: { user: "u" }, data: 1 }, status: 200 },
  receipt: { target: `/v1/receipts/${"A".repeat(43)}`, status: 404 },
  channels: { target: "/v1/channels", status: 200 },
  position: { target: "/v1/channels/c/position", status: 200 },
  history: { target: "/v1/channels/c/history", status: 200 },
  presence: { target: "/v1/channels/c/presence", status: 200 },
  sessions: { target: "/v1/users/u/sessions", status: 501 },
  call: { target: "/v1/call", body: { to: { user: "u" }, method: "m" }, status: 501 },
  kick: { target: "/v1/users/u/kick", body: {}, status: 501 },
  disconnect: { target: "/v1/users/u/disconnect", body: {}, status: 501 },
  forgetUser: { target: "/v1/users/u", status: 501 },
  mintTicket: { target: "/v1/tickets", body: { user: "u" }, status: 200 },
  wxLogin: { target: "/v1/login/wx", body: { code: "c" }, status: 501 },
  drain: { target: "/v1/drain", body: {}, status: 202 },
  info: { target: "/v1/info", status: 200 },
  openapi: { target: "/v1/openapi.json", status: 200 },
  metrics: { target: "/metrics", status: 200 },
  health: { target: "/healthz", status: 200 },
  ready: { target: "/readyz", status: 200 },
};

const ROLES: Readonly<Record<string, string | undefined>> = {
  nobody: undefined,
  stranger: "a-key-that-nobody-has",
  publisher: KEYS.publish,
  reader: KEYS.read,
  boss: KEYS.admin,
};

/** Who may use what. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  public: ["nobody", "stranger", "publisher", "reader", "boss"],
  publish: ["publisher", "boss"],
  read: ["reader", "boss"],
  admin: ["boss"],
};

describe("who may do what", () => {
  it("every operation has a sample here, and its scope is one of the four", () => {
    const { routes } = current.world.api;
    expect(routes.map(({ operationId }) => operationId).toSorted()).toEqual(Object.keys(SAMPLES).toSorted());
    for (const { scope } of routes) expect(Object.keys(ALLOWED)).toContain(scope);
  });

  it.each(Object.keys(SAMPLES))("%s, by everybody", async (operationId) => {
    const { world } = current;
    const route = world.api.routes.find((each) => each.operationId === operationId);
    const sample = SAMPLES[operationId];
    const seen: Record<string, number> = {};
    const expected: Record<string, number> = {};
    for (const [role, key] of Object.entries(ROLES)) {
      const { status } = await world.ask(route?.method ?? "", sample?.target ?? "", {
        ...(key !== undefined && { key }),
        ...(sample?.body !== undefined && { body: sample.body }),
      });
      seen[role] = status;
      const isKnown = role !== "nobody" && role !== "stranger";
      const isAllowed = ALLOWED[route?.scope ?? ""]?.includes(role) ?? false;
      expected[role] = isAllowed ? (sample?.status ?? 0) : isKnown ? 403 : 401;
    }
    expect(seen).toEqual(expected);
  });

  it("nobody may do anything but the public where there are no keys", async () => {
    const { world } = keyless;
    const codes: unknown[] = [];
    for (const { operationId, scope, method } of world.api.routes) {
      const sample = SAMPLES[operationId];
      const { json } = await world.ask(method, sample?.target ?? "", { key: KEYS.admin, body: sample?.body });
      if (scope !== "public") codes.push(json["code"]);
    }
    expect(codes).toEqual(codes.map(() => "disabled"));
    expect(codes.length).toBeGreaterThan(10);
  });

  it.each([
    ["another scheme", { authorization: `Basic ${KEYS.admin}` }],
    ["half the key", { authorization: `Bearer ${KEYS.admin.slice(0, -1)}` }],
    ["the key and more", { authorization: `Bearer ${KEYS.admin}x` }],
    ["two keys", { authorization: `Bearer ${KEYS.admin} ${KEYS.admin}` }],
    ["an empty key", { authorization: "Bearer " }],
    ["the key in another header", { "x-api-key": KEYS.admin }],
    ["the key in a cookie", { cookie: `authorization=Bearer ${KEYS.admin}` }],
  ])("%s is no key", async (_, headers) => {
    const answer = await current.world.ask("GET", "/v1/info", { headers });
    expect(answer).toMatchObject({ status: 401, json: { code: "unauthorized" } });
    expect(answer.headers["www-authenticate"]).toBe("Bearer");
  });

  it("a key in the query is no key", async () => {
    expect(
      await current.world.ask("GET", `/v1/info?key=${KEYS.admin}&authorization=Bearer%20${KEYS.admin}`),
    ).toMatchObject({ status: 401 });
  });

  it("neither keys nor contents nor queries are logged", async () => {
    const { world } = current;
    await world.ask("POST", "/v1/tickets", { key: KEYS.admin, body: { user: "user-of-ticket" } });
    await world.ask("POST", "/v1/publish", {
      key: KEYS.publish,
      body: { channel: "c", data: "content-of-message" },
    });
    await world.ask("GET", "/v1/channels?prefix=prefix-of-query", { key: KEYS.read });
    const text = JSON.stringify(world.logs);
    for (const secret of [
      ...Object.values(KEYS),
      "user-of-ticket",
      "content-of-message",
      "prefix-of-query",
      "ticketA",
    ]) {
      expect(text).not.toContain(secret);
    }
    expect(world.logs).toContainEqual({
      level: "info",
      message: "api",
      fields: expect.objectContaining({ operation: "mintTicket", caller: "boss", status: 200 }) as unknown,
    });
  });

  it.each<[string, Partial<ApiKey>]>([
    ["a short key", { key: "short" }],
    ["a key with a space", { key: "a key with many spaces" }],
    ["a key with a line break", { key: "0123456789abcdef\r\n" }],
    ["no scope", { scopes: [] }],
    ["an unknown scope", { scopes: ["root" as "admin"] }],
  ])("%s is not taken", (_, wrong) => {
    const key: ApiKey = { name: "k", key: "0123456789abcdef", scopes: ["read"], ...wrong };
    expect(() => new ApiKeys([key])).toThrow(/^apiKeys: k: expected/);
    if (wrong.key !== undefined) {
      expect(() => new ApiKeys([key])).not.toThrow(new RegExp(wrong.key.slice(0, 5)));
    }
  });

  it("one key under two names is not taken", () => {
    const key: ApiKey = { name: "shop", key: "0123456789abcdef", scopes: ["read"] };
    const keys = [{ ...key, name: "adminKey", scopes: ["admin"] as const }, key];
    expect(() => new ApiKeys(keys)).toThrow(
      "apiKeys: shop: expected a key of its own, got the same as adminKey",
    );
  });
});
