import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { RequestError, type Authenticate, type Connection } from "../src/index.js";
import { createManualClock } from "./broker/manual-clock.js";
import { maskedFrame, RawClient, upgradeRequest } from "./raw-client.js";
import { bearer, endOf, settled, startServer } from "./server-world.js";

/** Tokens are `user:device`. */
const byToken: Authenticate = (_handshake, { token }) => {
  if (token === undefined || !token.includes(":")) return undefined;
  const [user = "", device = ""] = token.split(":");
  if (user === "banned") throw new RequestError("forbidden", false, "this user is banned");
  if (user === "later") throw new RequestError("unavailable", true, "ask again");
  return { user, ...(device !== "" && { device }) };
};

describe("who a client is", () => {
  test("without authenticate everyone is nobody", async () => {
    const world = await startServer();
    const { connection } = await world.enter("/?room=1", bearer("ann:phone"));
    expect([connection.user, connection.device, connection.identity]).toEqual(["", "", undefined]);
  });

  test.each([
    ["a header", "/", bearer("ann:phone")],
    ["the query", "/?x=1&ticket=ann%3Aphone", {}],
  ])("is proven by %s", async (_name, target, headers) => {
    const world = await startServer({ authenticate: byToken });
    const { connection } = await world.enter(target, headers);
    expect([connection.user, connection.device]).toEqual(["ann", "phone"]);
    expect(connection.id).toMatch(/^node-[0-9a-f]{12}-1$/);
  });

  test.each([
    ["no token", {}, 401, "unauthorized"],
    ["an unknown token", bearer("nonsense"), 401, "unauthorized"],
    ["a refused user", bearer("banned:x"), 403, "forbidden"],
    ["a check that cannot be made now", bearer("later:x"), 503, "unavailable"],
  ])("%s is refused", async (_name, headers, status, code) => {
    const world = await startServer({ authenticate: byToken });
    const client = await world.knock("/", headers);
    expect(client.status).toBe(status);
    expect(world.refusal(client)).toMatchObject({ status, code });
    expect(world.server.connectionCount).toBe(0);
    expect(world.server.stats.refused.get(code)).toBe(1);
  });

  test("is not asked where nobody has to be known", async () => {
    const world = await startServer({ authenticate: byToken, requireIdentity: false, origins: ["*"] });
    const { connection } = await world.enter("/", { Origin: "https://a.example" });
    expect(connection.user).toBe("");
  });

  test("a fault of the application is 500 and an error event, and nothing of it is told", async () => {
    const world = await startServer({
      authenticate: () => {
        throw new Error("secret detail");
      },
    });
    const client = await world.knock();
    expect(client.status).toBe(500);
    expect(client.body).not.toContain("secret");
    await expect.poll(() => world.errors.map(String)).toEqual(["Error: secret detail"]);
  });

  test("an answer that does not come is 503 after handshakeTimeoutMs", async () => {
    const clock = createManualClock();
    let isAsked = false;
    const world = await startServer({
      clock,
      authenticate: () => {
        isAsked = true;
        return new Promise(() => {});
      },
    });
    const client = await RawClient.dial(world.port);
    client.socket.write(upgradeRequest());
    await expect.poll(() => isAsked).toBe(true);
    clock.advance(13_000);
    await client.untilClosed();
    expect(client.status).toBe(503);
    expect(JSON.parse(client.body)).toMatchObject({ code: "unavailable" });
  });

  test("who has gone before the answer is not let in, and leaves no trace", async () => {
    let answer: ((identity: { user: string }) => void) | undefined;
    const world = await startServer({
      authenticate: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    const client = await RawClient.dial(world.port);
    client.socket.write(upgradeRequest());
    await expect.poll(() => answer).toBeDefined();
    client.destroy();
    await settled();
    answer?.({ user: "ann" });
    await settled();
    expect(world.server.connectionCount).toBe(0);
    expect(world.server.stats.accepted).toBe(0);
  });

  test("frames that come before the answer are delivered after it", async () => {
    const world = await startServer({
      authenticate: async () => {
        await settled(50);
        return { user: "ann" };
      },
    });
    const received: unknown[] = [];
    world.server.on("connection", (connection) => {
      connection.on("message", (data) => received.push(data));
    });
    const client = await RawClient.dial(world.port);
    client.socket.write(
      Buffer.concat([Buffer.from(upgradeRequest()), maskedFrame(0x81, Buffer.from("one"))]),
    );
    await settled(10);
    client.text("two");
    await expect.poll(() => received).toEqual(["one", "two"]);
    client.destroy();
  });

  test("the connection ends when the proof does", async () => {
    const clock = createManualClock();
    const world = await startServer({
      clock,
      authenticate: () => ({ user: "ann", expiresAtMs: clock.now() + 10_000 }),
    });
    const { client, connection } = await world.enter();
    const end = endOf(connection);
    clock.advance(9000);
    expect(connection.isOpen).toBe(true);
    clock.advance(4000);
    await client.until(() => client.closeCode !== 0);
    client.socket.end(maskedFrame(0x88, Buffer.from([0x03, 0xf0])));
    expect(await end).toEqual([1008, "identity: expected a proof that has not expired"]);
  });
});

describe("one-time tickets", () => {
  test("let their holder in, once", async () => {
    const world = await startServer({ authenticate: byToken });
    const { ticket } = await world.server.tickets.mint({ user: "ann", device: "phone" });
    const { connection } = await world.enter(`/?ticket=${ticket}&device=phone`);
    expect([connection.user, connection.device]).toEqual(["ann", "phone"]);
    const again = await world.knock(`/?ticket=${ticket}&device=phone`);
    expect(world.refusal(again)).toMatchObject({ status: 401, code: "unauthorized" });
  });

  test("are bound to their device and end after a minute", async () => {
    const clock = createManualClock();
    const world = await startServer({ authenticate: byToken, clock });
    const { ticket } = await world.server.tickets.mint({ user: "ann", device: "phone" });
    expect((await world.knock(`/?ticket=${ticket}&device=tablet`)).status).toBe(401);
    const { ticket: old } = await world.server.tickets.mint({ user: "ann" });
    clock.advance(60_000);
    expect((await world.knock(`/?ticket=${old}`)).status).toBe(401);
  });

  test("let in whatever device the HTTP API takes", async () => {
    const world = await startServer({ adminKey: "0123456789abcdef" });
    const mint = (device: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${world.port}/v1/tickets`, {
        method: "POST",
        headers: { authorization: "Bearer 0123456789abcdef", "content-type": "application/json" },
        body: JSON.stringify({ user: "ann", device }),
      });
    const device = "a@b/c:d-e_f.g".padEnd(64, "x");
    const { ticket } = (await (await mint(device)).json()) as { ticket: string };
    const query = new URLSearchParams({ ticket, device }).toString();
    expect((await world.enter(`/?${query}`)).connection.device).toBe(device);
    expect((await mint(`${device}x`)).status).toBe(400);
  });

  test("work without authenticate, where nobody else is known", async () => {
    const world = await startServer();
    const { ticket } = await world.server.tickets.mint({ user: "ann" });
    expect((await world.enter(`/?ticket=${ticket}`)).connection.user).toBe("ann");
  });
});

describe("Origin", () => {
  test.each([
    ["an allowed page", { Origin: "https://app.example.com" }, 101],
    ["a page of a stranger", { Origin: "https://evil.example" }, 403],
    ["a page of a stranger with a token", { Origin: "https://evil.example", ...bearer("ann:") }, 403],
    ["nobody's page", {}, 401],
    ["nobody's page with a token", bearer("ann:"), 101],
  ])("%s: %j is %i", async (_name, headers, status) => {
    const world = await startServer({
      authenticate: byToken,
      requireIdentity: false,
      origins: ["https://*.example.com"],
    });
    expect((await world.knock("/", headers)).status).toBe(status);
  });

  test("is not looked at where nobody is anyone", async () => {
    const world = await startServer();
    expect((await world.knock("/", { Origin: "https://anywhere.example" })).status).toBe(101);
  });
});

describe("a token in the first message", () => {
  const options = { authenticate: byToken, tokenInFirstMessage: true };

  test("is the client's proof, and reaches nobody; what follows does", async () => {
    const world = await startServer(options);
    const received: unknown[] = [];
    world.server.on("connection", (connection) => {
      connection.on("message", (data) => {
        received.push(data);
        connection.send(`hello ${connection.user}`);
      });
    });
    const client = await world.knock();
    expect(world.server.connectionCount).toBe(0);
    client.socket.write(
      Buffer.concat([
        maskedFrame(0x81, Buffer.from("ann:phone")),
        maskedFrame(0x81, Buffer.from("one")),
        maskedFrame(0x01, Buffer.from("tw")),
      ]),
    );
    client.socket.write(maskedFrame(0x80, Buffer.from("o")));
    await client.until(() => client.frames.length === 2);
    expect(received).toEqual(["one", "two"]);
    expect(client.texts).toEqual(["hello ann", "hello ann"]);
  });

  test.each([
    ["a wrong token", Buffer.from("nonsense"), 0x81, "token: expected one that is known here"],
    ["a refused user", Buffer.from("banned:"), 0x81, "this user is banned"],
    ["binary", Buffer.from("ann:"), 0x82, "first message: expected a token, at most 4096 bytes of text"],
    [
      "a long one",
      Buffer.alloc(4097, 97),
      0x81,
      "first message: expected a token, at most 4096 bytes of text",
    ],
  ])("%s ends with 1008", async (_name, payload, first, reason) => {
    const world = await startServer(options);
    const client = await world.knock();
    client.socket.write(maskedFrame(first, payload));
    await client.untilClosed();
    expect([client.closeCode, client.closeReason]).toEqual([1008, reason]);
    expect(world.server.stats.accepted).toBe(0);
  });

  test("that does not come ends with 1008 after handshakeTimeoutMs", async () => {
    const clock = createManualClock();
    const world = await startServer({ ...options, clock });
    const client = await world.knock();
    clock.advance(13_000);
    await client.untilClosed();
    expect(client.closeCode).toBe(1008);
    expect(client.closeReason).toContain("expected a token within 10000 ms");
  });

  test("is not waited for where the handshake has one", async () => {
    const world = await startServer(options);
    const { connection } = await world.enter("/", bearer("ann:"));
    expect(connection.user).toBe("ann");
    expect((await world.knock("/", bearer("nonsense"))).status).toBe(401);
  });

  test("a protocol error before it ends as one after it", async () => {
    const world = await startServer(options);
    const client = await world.knock();
    client.socket.write(Buffer.from([0x81, 0x02, 0x68, 0x69]));
    await client.untilClosed();
    expect(client.closeCode).toBe(1002);
  });

  test("who waits for it is sent away when the server closes", async () => {
    const world = await startServer(options);
    const client = await world.knock();
    await world.server.close();
    await client.untilClosed();
    expect(client.closeCode).toBe(1001);
  });

  test("joins what was asked for in the query, if that is allowed", async () => {
    const world = await startServer({
      ...options,
      authorize: ({ channel, identity }) => channel === `of:${identity?.user ?? ""}`,
    });
    const seen = once(world.server, "connection") as Promise<[Connection]>;
    const client = await world.knock("/?channels=of:ann");
    client.text("ann:");
    expect((await seen)[0].channels).toEqual(["of:ann"]);
    const other = await world.knock("/?channels=of:ann");
    other.text("bob:");
    await other.untilClosed();
    expect([other.closeCode, other.closeReason]).toEqual([
      1008,
      "channel of:ann: this client may not join it",
    ]);
  });
});

describe("channels in the query", () => {
  const authorize = ({ channel }: { channel: string }): boolean => channel.startsWith("public:");

  test("are joined before the application hears of the client", async () => {
    const world = await startServer({ authorize });
    let channels: readonly string[] = [];
    world.server.on("connection", (connection) => {
      ({ channels } = connection);
    });
    const { client } = await world.enter("/?channels=public:a,public:b,public:a");
    expect(channels).toEqual(["public:a", "public:b"]);
    await world.server.publish("public:b", "hi");
    await client.until(() => client.texts.length === 1);
    expect(client.texts).toEqual(["hi"]);
  });

  test.each([
    ["one that is not allowed", "channels=public:a,private:b", 403, "forbidden"],
    ["a bad name", "channels=a%20b", 400, "bad-request"],
    ["somebody's inbox", "channels=~ann", 400, "bad-request"],
    ["the inbox by its name", "channels=~", 400, "bad-request"],
    ["an inner channel", "channels=%23all", 400, "bad-request"],
    [
      "too many",
      `channels=${Array.from({ length: 101 }, (_, n) => `public:${n}`).join(",")}`,
      400,
      "too-many-channels",
    ],
    ["a bad last", "channels=public:a&last=0", 400, "bad-request"],
    ["a last that is no number", "channels=public:a&last=many", 400, "bad-request"],
    ["after with two channels", "channels=public:a,public:b&after=1-00000000", 400, "bad-request"],
  ])("%s is refused", async (_name, query, status, code) => {
    const world = await startServer({ authorize });
    const client = await world.knock(`/?${query}`);
    expect(client.status).toBe(status);
    expect(world.refusal(client)).toMatchObject({ code });
  });

  test("are refused to everybody where nobody was asked to allow them", async () => {
    const world = await startServer();
    expect((await world.knock("/?channels=a")).status).toBe(403);
  });
});
