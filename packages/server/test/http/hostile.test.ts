import { connect } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KEYS, useApi } from "./api-world.js";

const current = useApi();
const post = async (target: string, body: unknown, headers = {}) =>
  current.world.ask("POST", target, { key: KEYS.admin, body, headers });

describe("paths", () => {
  it.each([
    "/v1/../v1/info",
    "/v1/./info",
    "/v1//info",
    "//v1/info",
    "/v1/info/",
    "/V1/info",
    "/v1/%69nfo",
    "/v1%2Finfo",
    "/v1/channels/a/../../info",
    "/v1/channels/a/b/history",
    "/v1\\info",
    "/",
    "/etc/passwd",
    "/v1",
    "/v1/",
    "http://127.0.0.1/v1/info",
    "*",
  ])("%s is not served", async (target) => {
    const { status } = await current.world.ask("GET", target, { key: KEYS.admin });
    expect(status).toBe(404);
  });

  it.each([
    ["/v1/channels/..%2f..%2finfo/history", 200],
    ["/v1/channels/%2e%2e/history", 200],
    ["/v1/channels/a%252fb/history", 400],
    ["/v1/channels/a%00b/history", 400],
    ["/v1/channels/%zz/history", 400],
    ["/v1/channels/%ff/history", 400],
    ["/v1/channels/a%0d%0ax:y/history", 400],
    [`/v1/channels/${"a".repeat(201)}/history`, 400],
    ["/v1/users/..%2fadmin/sessions", 501],
    ["/v1/channels/__proto__/history", 200],
    ["/v1/channels/constructor/history", 200],
  ])("%s is a name and nothing more: %d", async (target, status) => {
    const answer = await current.world.ask("GET", target, { key: KEYS.admin });
    expect(answer.status).toBe(status);
    if (status === 200) expect(answer.json).toMatchObject({ status: "ok", publications: [] });
  });

  it.each(["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"])("%s is not allowed", async (method) => {
    const answer = await current.world.ask(method, "/v1/publish", { key: KEYS.admin });
    expect(answer.status).toBe(405);
    expect(answer.headers["allow"]).toBe("POST");
  });

  it("a publication is not made by GET, nor a reading by POST", async () => {
    expect((await current.world.ask("GET", "/v1/publish", { key: KEYS.admin })).status).toBe(405);
    expect((await post("/v1/channels", {})).status).toBe(405);
  });
});

describe("headers", () => {
  it("nothing that a client says comes back as a header", async () => {
    const { world } = current;
    const evil = "a%0d%0aset-cookie:%20x=1";
    for (const target of [
      `/v1/channels/${evil}/history`,
      `/v1/channels?prefix=${evil}`,
      `/v1/users/${evil}/sessions`,
    ]) {
      const { headers } = await world.ask("GET", target, { key: KEYS.admin });
      expect(headers["set-cookie"]).toBeUndefined();
    }
    const answer = await post("/v1/publish", { channel: "a\r\nset-cookie: x=1", data: 1 });
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });

  it.each(["", " ", "a b", "k".repeat(65), "schlüssel", "a\tb"])(
    "the idempotency key %j is refused",
    async (key) => {
      const answer = await post("/v1/publish", { channel: "c", data: 1 }, { "idempotency-key": key });
      expect(answer).toMatchObject({ status: 400, json: { code: "bad-request" } });
    },
  );
});

describe("bodies", () => {
  const big = 64 * 1024;
  it.each<[string, string | Uint8Array, Record<string, string>, number, string]>([
    ["too many bytes", `{"channel":"c","data":"${"x".repeat(big)}"}`, {}, 413, "too-large"],
    [
      "another type",
      "channel=c",
      { "content-type": "application/x-www-form-urlencoded" },
      415,
      "unsupported-media-type",
    ],
    [
      "a type that only begins right",
      "{}",
      { "content-type": "application/jsonx" },
      415,
      "unsupported-media-type",
    ],
    ["compression", "{}", { "content-encoding": "gzip" }, 415, "unsupported-media-type"],
    ["no JSON", "{", {}, 400, "bad-json"],
    ["nothing", "", {}, 400, "bad-json"],
    ["no UTF-8", new Uint8Array([0x22, 0xff, 0x22]), {}, 400, "bad-json"],
    ["two values", "{}{}", {}, 400, "bad-json"],
    ["a deep one", `{"channel":"c","data":${"[".repeat(40)}${"]".repeat(40)}}`, {}, 400, "bad-json"],
    ["__proto__", '{"channel":"c","data":1,"__proto__":{"x":1}}', {}, 400, "bad-json"],
    ["an array", "[]", {}, 400, "bad-request"],
    ["null", "null", {}, 400, "bad-request"],
    ["a number", "7", {}, 400, "bad-request"],
    ["a misspelt name", '{"channel":"c","data":1,"ttl":5}', {}, 400, "bad-request"],
    ["no channel", '{"data":1}', {}, 400, "bad-request"],
    ["no data", '{"channel":"c"}', {}, 400, "bad-request"],
    ["data and bytes", '{"channel":"c","data":1,"base64":""}', {}, 400, "bad-request"],
    ["bytes that are none", '{"channel":"c","base64":"a"}', {}, 400, "bad-request"],
    ["an inbox", '{"channel":"~u u1","data":1}', {}, 400, "bad-request"],
    ["the server's own channel", '{"channel":"#ready:n1","data":1}', {}, 400, "bad-request"],
    ["a long channel", `{"channel":"${"c".repeat(201)}","data":1}`, {}, 400, "bad-request"],
    ["a long key", `{"channel":"c","data":1,"key":"${"k".repeat(65)}"}`, {}, 400, "bad-request"],
    ["a key with a line break", '{"channel":"c","data":1,"key":"a\\nb"}', {}, 400, "bad-request"],
    ["no time", '{"channel":"c","data":1,"ttlMs":0}', {}, 400, "bad-request"],
    ["half a time", '{"channel":"c","data":1,"ttlMs":1.5}', {}, 400, "bad-request"],
    ["endless time", '{"channel":"c","data":1,"ttlMs":1e99}', {}, 400, "bad-request"],
  ])("with %s are refused", async (_, body, headers, status, code) => {
    expect(await post("/v1/publish", body, headers)).toMatchObject({ status, json: { code } });
    expect(current.world.broker.channels({ limit: 10 }).channels).toEqual([]);
  });

  it.each([
    ["/v1/push", { data: 1 }, "to: expected an object with user, device, channel, all, got none"],
    ["/v1/push", { user: "u1", data: 1 }, 'body: expected to, data, base64, key, ttlMs, receipt, got "user"'],
    ["/v1/publish", { data: 1 }, "channel: expected a string, got none"],
    ["/v1/publish/batch", {}, "publications: expected an array, got none"],
  ])("%s with %j hear what is wrong", async (path, body, detail) => {
    expect(await post(path, body)).toMatchObject({ status: 400, json: { detail } });
  });

  it("with too many publications are refused", async () => {
    const publications = Array.from({ length: 1001 }, () => ({ channel: "c", data: 1 }));
    expect(await post("/v1/publish/batch", { publications })).toMatchObject({ status: 400 });
    expect(await post("/v1/publish/batch", { publications: [] })).toMatchObject({ status: 400 });
  });

  it("that are announced too large are refused before they come", async () => {
    const { world } = current;
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(world.port, "127.0.0.1");
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk.toString();
        if (text.includes("\r\n\r\n")) {
          socket.destroy();
          resolve(text);
        }
      });
      socket.on("error", reject);
      socket.write(
        `POST /v1/publish HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEYS.publish}\r\ncontent-type: application/json\r\ncontent-length: 99999999\r\n\r\n`,
      );
    });
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });

  it("that break off harm nobody", async () => {
    const { world } = current;
    await new Promise<void>((resolve) => {
      const socket = connect(world.port, "127.0.0.1");
      socket.write(
        `POST /v1/publish HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEYS.publish}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"channel"`,
        () => {
          socket.destroy();
          resolve();
        },
      );
    });
    expect(await post("/v1/publish", { channel: "c", data: 1 })).toMatchObject({ status: 200 });
    expect(world.logs.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("of any content get a documented answer", async () => {
    const { world } = current;
    const routes = world.api.routes.filter(({ method }) => method === "POST");
    const names = [
      "channel",
      "data",
      "base64",
      "key",
      "ttlMs",
      "to",
      "user",
      "device",
      "all",
      "publications",
      "reason",
      "withinMs",
      "code",
      "claims",
      "receipt",
      "__proto__",
      "constructor",
    ];
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom(
        "c",
        "u1",
        "ticket",
        "",
        -1,
        0,
        1e308,
        null,
        true,
        [],
        {},
        { channel: "c", data: 1 },
        { user: "u" },
      ),
    );
    const body = fc.oneof(
      {
        weight: 4,
        arbitrary: fc
          .dictionary(fc.constantFrom(...names), value, { maxKeys: 6 })
          .map((entries) => JSON.stringify(entries)),
      },
      { weight: 1, arbitrary: fc.json() },
      { weight: 1, arbitrary: fc.string() },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    );
    const property = fc.asyncProperty(fc.constantFrom(...routes), body, async (route, content) => {
      const target = route.path.replaceAll(/\{\w+\}/g, "x");
      // `ask` holds the answer against the document.
      const { status, json } = await world.ask("POST", target, { key: KEYS.admin, body: content });
      expect(status === 500 ? json : undefined).toBeUndefined();
    });
    await fc.assert(property, { numRuns: 600 });
  });

  it("of any query get a documented answer", async () => {
    const { world } = current;
    const routes = world.api.routes.filter(({ method }) => method !== "POST");
    const search = fc.array(
      fc.tuple(
        fc.constantFrom("limit", "after", "before", "direction", "prefix", "maxAgeMs", "x"),
        fc.oneof(fc.string(), fc.integer().map(String), fc.constantFrom("backward", "0-00000000", "1e3")),
      ),
      { maxLength: 4 },
    );
    const property = fc.asyncProperty(
      fc.constantFrom(...routes),
      search,
      fc.string({ maxLength: 12 }),
      async (route, entries, name) => {
        const target = route.path.replaceAll(/\{\w+\}/g, encodeURIComponent(name));
        const { status, json } = await world.ask(
          route.method,
          `${target}?${new URLSearchParams(entries).toString()}`,
          { key: KEYS.admin },
        );
        expect(status === 500 ? json : undefined).toBeUndefined();
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });
});

describe("failures", () => {
  const broken = useApi((world) => {
    world.servingBroker = Object.assign(Object.create(world.broker) as typeof world.broker, {
      publish: () => {
        throw new Error("a secret of the inside");
      },
    });
  });

  it("that nobody expected are logged, and not told", async () => {
    const { world } = broken;
    const answer = await world.ask("POST", "/v1/publish", {
      key: KEYS.publish,
      body: { channel: "c", data: 1 },
    });
    expect(answer).toMatchObject({ status: 500, json: { code: "failed", detail: "the server failed" } });
    expect(answer.text).not.toContain("secret");
    expect(JSON.stringify(world.logs)).toContain("a secret of the inside");
  });

  it("of one in a batch are its own", async () => {
    const answer = await broken.world.ask("POST", "/v1/publish/batch", {
      key: KEYS.publish,
      body: { publications: [{ channel: "c", data: 1 }] },
    });
    expect(answer.json).toEqual({ results: [{ error: { code: "failed", detail: "the server failed" } }] });
  });

  it("after the end are said", async () => {
    const { world } = current;
    await world.broker.close();
    const answer = await post("/v1/publish", { channel: "c", data: 1 });
    expect(answer).toMatchObject({ status: 503, json: { code: "going-away" } });
  });
});
