import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createPushServer, type Connection, type PushServer, type PushServerOptions } from "../src/index.js";
import { maskedFrame, RawClient, upgradeRequest } from "./raw-client.js";

const servers: PushServer[] = [];

async function start(options: PushServerOptions = {}): Promise<{ server: PushServer; port: number }> {
  const server = createPushServer(options);
  servers.push(server);
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  return { server, port };
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function connect(port: number, target = "/", protocols: string[] = []): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${target}`, protocols);
  await once(socket, "open");
  return socket;
}

async function nextMessage(socket: WebSocket): Promise<{ data: Buffer; isBinary: boolean }> {
  const [data, isBinary] = (await once(socket, "message")) as [Buffer, boolean];
  return { data, isBinary };
}

describe("raw mode", () => {
  test("the tutorial's page: hello in, the JSON of what was sent out, and not a byte more", async () => {
    const { server, port } = await start();
    const received: unknown[] = [];
    server.on("connection", (connection) => {
      connection.on("message", (data) => {
        received.push(data);
        connection.send({ content: "你说：hello" });
      });
    });
    const client = await RawClient.open(port);
    client.text("hello");
    await client.until(() => client.frames.length > 0);
    expect(received).toEqual(["hello"]);
    expect(client.frames).toEqual([
      { opcode: 1, isFinal: true, rsv: 0, payload: Buffer.from('{"content":"你说：hello"}') },
    ]);
    client.destroy();
  });

  test.each([
    ["a string", "plain ü text", false, Buffer.from("plain ü text")],
    ["an empty string", "", false, Buffer.alloc(0)],
    ["a number", 42, false, Buffer.from("42")],
    ["null", null, false, Buffer.from("null")],
    ["an array", [1, "a"], false, Buffer.from('[1,"a"]')],
    ["a Buffer", Buffer.from([1, 2, 3]), true, Buffer.from([1, 2, 3])],
    ["a view of a part", new Uint8Array([0, 1, 2, 3]).subarray(1, 3), true, Buffer.from([1, 2])],
    ["an ArrayBuffer", new Uint8Array([9, 8]).buffer, true, Buffer.from([9, 8])],
    ["a DataView", new DataView(new Uint8Array([7, 6, 5]).buffer, 1), true, Buffer.from([6, 5])],
    ["a long text", "x".repeat(70_000), false, Buffer.from("x".repeat(70_000))],
  ])("%s is one frame, verbatim", async (_name, data, isBinary, bytes) => {
    const { server, port } = await start();
    server.on("connection", (connection) => {
      connection.on("message", () => connection.send(data));
    });
    const socket = await connect(port);
    socket.send("go");
    expect(await nextMessage(socket)).toEqual({ data: bytes, isBinary });
    socket.terminate();
  });

  test.each([
    ["undefined", undefined],
    ["a function", () => {}],
    ["a symbol", Symbol("x")],
  ])("%s is refused where it was given", async (_name, data) => {
    const { server, port } = await start();
    const seen = once(server, "connection") as Promise<[Connection]>;
    const socket = await connect(port);
    const [connection] = await seen;
    expect(() => connection.send(data)).toThrow(TypeError);
    await expect(server.publish("room", data)).rejects.toThrow(TypeError);
    socket.terminate();
  });

  test("binary reaches the application as an ArrayBuffer of its own", async () => {
    const { server, port } = await start();
    const received: (string | ArrayBuffer)[] = [];
    server.on("connection", (connection) => {
      connection.on("message", (data) => {
        received.push(data);
        if (received.length === 2) connection.send("done");
      });
    });
    const socket = await connect(port);
    socket.send(Buffer.from([1, 2, 3]));
    socket.send(Buffer.from([4]));
    await nextMessage(socket);
    expect(received).toEqual([new Uint8Array([1, 2, 3]).buffer, new Uint8Array([4]).buffer]);
    expect((received[0] as ArrayBuffer).byteLength).toBe(3);
    socket.terminate();
  });

  test("a publication reaches the members of its channel, in order with what is sent to one of them", async () => {
    const { server, port } = await start();
    server.on("connection", (connection, handshake) => {
      if (handshake.query.get("room") === "1") connection.join("room");
      connection.on("message", () => {
        void server.publish("room", { n: 1 });
        connection.send("own");
        void server.publish("room", Buffer.from([2]));
        connection.leave("room");
        void server.publish("room", "3");
      });
    });
    const [inside, other, outside] = await Promise.all([
      RawClient.open(port, "/?room=1"),
      RawClient.open(port, "/?room=1"),
      RawClient.open(port, "/"),
    ]);
    inside.text("go");
    await other.until(() => other.frames.length === 3);
    await inside.until(() => inside.frames.length === 3);
    const seen = (client: RawClient): string[] => client.frames.map((frame) => frame.payload.toString());
    expect(seen(inside)).toEqual(['{"n":1}', "own", "\u0002"]);
    expect(seen(other)).toEqual(['{"n":1}', "\u0002", "3"]);
    expect(outside.frames).toEqual([]);
    for (const client of [inside, other, outside]) client.destroy();
  });

  test("the connection tells its channels, joins once, and is in none when it is gone", async () => {
    const { server, port } = await start({ maxChannels: 2 });
    const seen = once(server, "connection") as Promise<[Connection]>;
    const client = await RawClient.open(port);
    const [connection] = await seen;
    connection.join("a");
    connection.join("b");
    connection.join("a");
    expect(connection.channels).toEqual(["a", "b"]);
    expect(() => connection.join("c")).toThrow(RangeError);
    connection.leave("a");
    connection.leave("never");
    expect(connection.channels).toEqual(["b"]);
    for (const name of ["", "~", "~x", "a b", "ä", "x".repeat(201)]) {
      expect(() => connection.join(name)).toThrow(TypeError);
      await expect(server.publish(name, 1)).rejects.toThrow(TypeError);
    }
    const gone = new Promise((resolve) => connection.on("close", resolve));
    client.destroy();
    await gone;
    expect(connection.channels).toEqual([]);
    expect(connection.isOpen).toBe(false);
    expect(connection.send("late")).toBe(false);
    connection.join("a");
    expect(connection.channels).toEqual([]);
    expect(server.connectionCount).toBe(0);
  });

  test.each([
    [[], undefined, ""],
    [["protocol1"], undefined, "protocol1"],
    [["a", "b"], undefined, "a"],
    [["a", "b"], (offered: readonly string[]) => offered.find((name) => name === "b"), "b"],
    [["a"], () => undefined, ""],
  ])("offered %j, chosen by %o: answered %j", async (protocols, chooseSubprotocol, answered) => {
    const { server, port } = await start({ chooseSubprotocol });
    const seen = once(server, "connection") as Promise<[Connection]>;
    const header: Record<string, string> =
      protocols.length > 0 ? { "Sec-WebSocket-Protocol": protocols.join(", ") } : {};
    const client = await RawClient.open(port, "/", header);
    const [connection] = await seen;
    expect(connection.subprotocol).toBe(answered);
    expect(/^sec-websocket-protocol: (.*)$/im.exec(client.head)?.[1] ?? "").toBe(answered);
    client.destroy();
  });

  test("the handshake tells target, path, query and headers", async () => {
    const { server, port } = await start();
    const seen = once(server, "connection");
    const client = await RawClient.open(port, "/chat/1?token=a%20b&x=1&x=2", {
      Referer: "https://servicewechat.com/",
    });
    const [, handshake] = (await seen) as [Connection, import("../src/index.js").Handshake];
    expect(handshake.target).toBe("/chat/1?token=a%20b&x=1&x=2");
    expect(handshake.path).toBe("/chat/1");
    expect(handshake.query.get("token")).toBe("a b");
    expect(handshake.query.getAll("x")).toEqual(["1", "2"]);
    expect(handshake.headers["referer"]).toBe("https://servicewechat.com/");
    expect(handshake.remoteAddress).toBe("127.0.0.1");
    client.destroy();
  });

  test("frames that come with the handshake are not lost", async () => {
    const { server, port } = await start();
    server.on("connection", (connection) => {
      connection.on("message", (data) => connection.send(data));
    });
    const client = await RawClient.dial(port);
    client.socket.write(
      Buffer.concat([Buffer.from(upgradeRequest()), maskedFrame(0x81, Buffer.from("early"))]),
    );
    await client.until(() => client.frames.length > 0);
    expect(client.texts).toEqual(["early"]);
    client.destroy();
  });

  test("a handshake that comes byte by byte is one", async () => {
    const { port } = await start();
    const client = await RawClient.dial(port);
    client.socket.setNoDelay(true);
    for (const byte of Buffer.from(upgradeRequest())) client.socket.write(Buffer.from([byte]));
    await client.until(() => client.head !== "");
    expect(client.status).toBe(101);
    client.destroy();
  });
});

describe("close", () => {
  test("by the server: the code and the reason arrive, after everything that was sent", async () => {
    const { server, port } = await start();
    server.on("connection", (connection) => {
      connection.join("room");
      connection.on("message", () => {
        connection.send("one");
        void server.publish("room", "two");
        connection.close(4001, "enough");
        expect(connection.send("three")).toBe(false);
        void server.publish("room", "four");
      });
      connection.on("close", (code, reason) => closed.push([code, reason]));
    });
    const closed: unknown[] = [];
    const socket = await connect(port);
    const texts: string[] = [];
    socket.on("message", (data: Buffer) => texts.push(data.toString()));
    socket.send("go");
    const [code, reason] = (await once(socket, "close")) as [number, Buffer];
    expect(texts).toEqual(["one", "two"]);
    expect([code, reason.toString()]).toEqual([4001, "enough"]);
    await expect.poll(() => closed).toEqual([[4001, "enough"]]);
  });

  test.each([
    [1000, "bye", 1000, "bye"],
    [4999, "", 4999, ""],
    [undefined, "", 1005, ""],
  ])(
    "by the client with %s %j: the server sees %i %j and answers",
    async (code, reason, seenCode, seenReason) => {
      const { server, port } = await start();
      const seen = new Promise<unknown[]>((resolve) => {
        server.on("connection", (connection) => {
          connection.on("close", (...args) => resolve(args.slice(0, 2)));
        });
      });
      const socket = await connect(port);
      if (code === undefined) socket.close();
      else socket.close(code, reason);
      const [answered] = (await once(socket, "close")) as [number];
      expect(await seen).toEqual([seenCode, seenReason]);
      expect(answered).toBe(seenCode);
    },
  );

  test("without closing handshake the server sees 1006", async () => {
    const { server, port } = await start();
    const seen = new Promise((resolve) => {
      server.on("connection", (connection) => {
        connection.on("close", (code) => resolve(code));
      });
    });
    const client = await RawClient.open(port);
    client.destroy();
    expect(await seen).toBe(1006);
  });

  test("terminate ends at once: 1006 on both sides", async () => {
    const { server, port } = await start();
    const seen = new Promise((resolve) => {
      server.on("connection", (connection) => {
        connection.on("close", (code) => resolve(code));
        connection.on("message", () => connection.terminate());
      });
    });
    const socket = await connect(port);
    socket.send("go");
    const [code] = (await once(socket, "close")) as [number];
    expect([code, await seen]).toEqual([1006, 1006]);
  });

  test.each([0, 999, 1005, 1006, 1015, 2999, 5000, 1.5])(
    "code %s is refused where it was given",
    async (code) => {
      const { server, port } = await start();
      const seen = once(server, "connection") as Promise<[Connection]>;
      const client = await RawClient.open(port);
      const [connection] = await seen;
      expect(() => connection.close(code)).toThrow(RangeError);
      expect(connection.isOpen).toBe(true);
      client.destroy();
    },
  );

  test("a long reason is cut at a character, to 123 bytes", async () => {
    const { server, port } = await start();
    server.on("connection", (connection) => connection.close(4000, "再".repeat(50)));
    const socket = await connect(port);
    const [, reason] = (await once(socket, "close")) as [number, Buffer];
    expect(reason.toString()).toBe("再".repeat(41));
  });

  test("a listener that throws, or rejects, ends its connection with 1011 and reaches the error event", async () => {
    const { server, port } = await start();
    const errors: unknown[] = [];
    server.on("error", (error) => errors.push(error));
    server.on("connection", (connection, handshake) => {
      if (handshake.path === "/connect") throw new Error("in connection");
      connection.on("message", async (data) => {
        if (data === "later") await Promise.resolve();
        throw new Error(`in message ${data as string}`);
      });
    });
    for (const [target, text] of [
      ["/connect", "x"],
      ["/", "now"],
      ["/", "later"],
    ] as const) {
      const socket = await connect(port, target);
      socket.send(text);
      const [code] = (await once(socket, "close")) as [number];
      expect(code).toBe(1011);
    }
    expect(errors.map((error) => (error as Error).message)).toEqual([
      "in connection",
      "in message now",
      "in message later",
    ]);
  });

  test("a listener of the server that rejects reaches the error event as well", async () => {
    const { server, port } = await start();
    const errors: unknown[] = [];
    server.on("error", (error) => errors.push(error));
    server.on("connection", async () => {
      await Promise.resolve();
      throw new Error("later");
    });
    const client = await RawClient.open(port);
    await expect.poll(() => errors.map(String)).toEqual(["Error: later"]);
    client.destroy();
  });

  test("of the server: everyone gets 1001, the port is free, and close is called once", async () => {
    const { server, port } = await start();
    const socket = await connect(port);
    const dumb = await RawClient.open(port);
    dumb.socket.pause();
    let closes = 0;
    server.on("close", () => {
      closes += 1;
    });
    const closed = once(socket, "close") as Promise<[number, Buffer]>;
    dumb.socket.resume();
    dumb.socket.on("end", () => dumb.socket.end());
    dumb.destroy();
    await Promise.all([server.close(), server.close()]);
    const [code, reason] = await closed;
    expect([code, reason.toString()]).toEqual([1001, "the server is going away"]);
    expect(closes).toBe(1);
    await expect(server.publish("room", 1)).rejects.toThrow("closed");
    await expect(server.listen({ port: 0 })).rejects.toThrow("server: closed");
    await expect(RawClient.dial(port)).rejects.toThrow("ECONNREFUSED");
  });
});

describe("attach", () => {
  test("takes the upgrades of a node:http server on one path, and leaves the rest to it", async () => {
    const server = createPushServer();
    servers.push(server);
    server.on("connection", (connection) => {
      connection.on("message", (data) => connection.send(data));
    });
    const http = createServer((_request, response) => response.end("mine"));
    const detach = server.attach(http, { path: "/ws" });
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const { port } = http.address() as { port: number };

    const socket = await connect(port, "/ws?x=1");
    socket.send("hello");
    expect((await nextMessage(socket)).data.toString()).toBe("hello");
    const answer = await fetch(`http://127.0.0.1:${port}/ws`);
    expect(await answer.text()).toBe("mine");

    const elsewhere = await RawClient.dial(port);
    elsewhere.socket.write(upgradeRequest("/other"));
    await elsewhere.untilClosed();
    expect(elsewhere.status).toBe(404);

    http.on("upgrade", (_request, other) => other.end("HTTP/1.1 418 Theirs\r\n\r\n"));
    const theirs = await RawClient.dial(port);
    theirs.socket.write(upgradeRequest("/other"));
    await theirs.untilClosed();
    expect(theirs.status).toBe(418);

    // node:http leaves its sockets half open; a client that went must be gone all the same.
    socket.terminate();
    await expect.poll(() => server.connectionCount).toBe(0);
    detach();
    expect(http.listenerCount("upgrade")).toBe(1);
    http.closeAllConnections();
    http.close();
  });

  test("refuses a path that no client could ask for, and so does listen", async () => {
    const server = createPushServer();
    servers.push(server);
    for (const path of ["ws", "/ws?x=1", "/a b", ""]) {
      expect(() => server.attach(createServer(), { path })).toThrow("path: expected one that begins with /");
      await expect(server.listen({ port: 0, path })).rejects.toThrow(TypeError);
    }
  });

  test("a body that somebody has read before is told of, where handle comes too late", async () => {
    const server = createPushServer({ adminKey: "0123456789abcdef" });
    servers.push(server);
    const http = createServer((request, response) => {
      request.resume().once("end", () => server.handle(request, response));
    });
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const { port } = http.address() as { port: number };
    const answer = await fetch(`http://127.0.0.1:${port}/v1/publish`, {
      method: "POST",
      headers: { authorization: "Bearer 0123456789abcdef", "content-type": "application/json" },
      body: '{"channel":"a","data":1}',
    });
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({
      code: "failed",
      detail: "body: read by somebody before: give requests to handle() ahead of what parses bodies",
    });
    http.closeAllConnections();
    http.close();
  });
});
