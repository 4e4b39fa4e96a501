import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLmdbBroker } from "../../src/broker/lmdb/broker.js";
import { createMemoryBroker } from "../../src/broker/memory-broker.js";
import { openRemoteBroker } from "../../src/broker/remote/broker.js";
import { serveBroker, type BrokerServer } from "../../src/broker/remote/serve.js";
import { describeBroker } from "./suite.js";
import { Ear, policyOf } from "./suite/world.js";
import { useTemporaryFolders } from "./temporary-folder.js";
import type { Broker } from "../../src/broker/broker.js";

describe("remote broker", () => {
  const makeFolder = useTemporaryFolders();
  const open: { close(): Promise<void> }[] = [];
  let path: string;
  beforeEach(() => {
    path = join(makeFolder(), "broker.sock");
  });
  afterEach(async () => {
    for (const each of open.splice(0).toReversed()) await each.close();
  });

  const keep = <T extends { close(): Promise<void> }>(each: T): T => {
    open.push(each);
    return each;
  };
  const serve = async (broker: Broker, maxBufferedBytes?: number): Promise<BrokerServer> =>
    keep(await serveBroker(broker, maxBufferedBytes === undefined ? { path } : { path, maxBufferedBytes }));
  const join_ = async (): Promise<Broker> => keep(await openRemoteBroker({ path }));
  const publish = async (broker: Broker, data: string, historyCount = 100) =>
    broker.publish({ channel: "room", data, format: "text", policy: policyOf(historyCount) });

  describeBroker({
    name: "remote memory",
    durability: "memory",
    async open(clock, random32) {
      const socketPath = join(makeFolder(), "broker.sock");
      const owner = createMemoryBroker({ clock, random32 });
      const server = await serveBroker(owner, { path: socketPath });
      const broker = await openRemoteBroker({ path: socketPath });
      const close = broker.close.bind(broker);
      broker.close = async () => {
        await close();
        await server.close();
        await owner.close();
      };
      return broker;
    },
  });

  it("S3: all processes see one order, whoever publishes", async () => {
    const owner = keep(createMemoryBroker());
    await serve(owner);
    const brokers = [owner, await join_(), await join_()];
    const ears = brokers.map(() => new Ear());
    for (const [index, broker] of brokers.entries()) await broker.attach("room", ears[index]!);
    await Promise.all(
      Array.from({ length: 60 }, async (_, index) => publish(brokers[index % 3]!, `${index}`)),
    );
    for (const broker of brokers) await broker.position("room");
    expect(ears[0]?.data).toHaveLength(60);
    expect(ears[1]?.data).toEqual(ears[0]?.data);
    expect(ears[2]?.data).toEqual(ears[0]?.data);
    expect((await brokers[1]?.channels({ limit: 1 }))?.channels).toMatchObject([
      { channel: "room", listeners: 3 },
    ]);
  });

  it("S3: nodes of all processes reach each other", async () => {
    const owner = keep(createMemoryBroker());
    await serve(owner);
    const [first, second] = [await join_(), await join_()];
    const heard: string[] = [];
    await first.addNode("n1", ({ type }) => heard.push(`n1 ${type}`));
    await second.addNode("n2", ({ type }) => heard.push(`n2 ${type}`));
    await expect(second.addNode("n1", () => undefined)).rejects.toThrow(
      "node id: expected one that is not in use",
    );
    expect(owner.nodes()).toEqual(["n1", "n2"]);
    await first.control({ to: "n2", type: "kick", body: "" });
    owner.control({ type: "drain", body: "" });
    await first.nodes();
    await second.nodes();
    expect(heard.toSorted()).toEqual(["n1 drain", "n2 drain", "n2 kick"]);
    await second.close();
    await expect.poll(async () => first.nodes()).toEqual(["n1"]);
  });

  it("S4: goes on without a hole when the process with the broker was away", async () => {
    const folder = makeFolder();
    let owner = await openLmdbBroker({ path: folder });
    let server = await serveBroker(owner, { path });
    const broker = await join_();
    expect(broker.durability).toBe("fsync");
    const ear = new Ear();
    await broker.attach("room", ear);
    await broker.addNode("n1", () => undefined);
    const policy = policyOf(100, 3_600_000, "disk");
    const send = async (target: Broker, data: string) =>
      target.publish({ channel: "room", data, format: "text", policy });
    await send(broker, "1");

    await server.close();
    await expect(send(broker, "x")).rejects.toMatchObject({ code: "unavailable", retryable: true });
    await owner.close();
    owner = await openLmdbBroker({ path: folder });
    await send(owner, "2");
    await send(owner, "3");
    server = await serveBroker(owner, { path });
    await expect.poll(() => ear.data).toEqual(["1", "2", "3"]);
    await send(broker, "4");
    expect(ear.data).toEqual(["1", "2", "3", "4"]);
    await expect.poll(async () => owner.nodes()).toEqual(["n1"]);
    await broker.close();
    await server.close();
    await owner.close();
  });

  it("S4: tells a gap when what it missed is gone", async () => {
    const first = createMemoryBroker();
    const firstServer = await serveBroker(first, { path });
    const broker = await join_();
    const gaps: string[] = [];
    const ear = new Ear();
    await broker.attach("room", {
      onPublication: (publication) => ear.onPublication(publication),
      onGap: (channel, position, reason) => gaps.push(`${channel} ${position} ${reason}`),
    });
    await publish(broker, "1");
    await firstServer.close();
    await first.close();
    const second = keep(createMemoryBroker());
    const { position } = second.publish({ channel: "room", data: "2", format: "text", policy: policyOf(9) });
    await serve(second);
    await expect.poll(() => gaps).toEqual([`room ${position} fork`]);
    await publish(broker, "3");
    expect(ear.data).toEqual(["1", "3"]);
  });

  it("S5: cuts a process that takes nothing, and it comes back", async () => {
    const owner = keep(createMemoryBroker());
    await serve(owner, 100_000);
    const broker = await join_();
    const ear = new Ear();
    await broker.attach("room", ear);
    const data = "x".repeat(10_000);
    // In one turn: nothing of it can be read at the other end meanwhile.
    for (let index = 0; index < 300; index++) {
      owner.publish({ channel: "room", data: `${index} ${data}`, format: "text", policy: policyOf(1000) });
    }
    await expect.poll(() => ear.data.length).toBe(300);
    expect(ear.data.map((each) => Number(String(each).split(" ")[0]))).toEqual(
      Array.from({ length: 300 }, (_, index) => index),
    );
  });

  it("S6: is for this user alone, and takes the place of one that was killed", async () => {
    const dead = createServer();
    await new Promise<void>((resolve) => void dead.listen(path, resolve));
    renameSync(path, `${path}.dead`);
    await new Promise((resolve) => void dead.close(resolve));
    renameSync(`${path}.dead`, path);
    const owner = keep(createMemoryBroker());
    await serve(owner);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await (await join_()).position("room")).toMatch(/^0-/);
  });

  it("S6: takes the place neither of a file nor of one that somebody listens at", async () => {
    const owner = keep(createMemoryBroker());
    writeFileSync(path, "precious");
    await expect(serveBroker(owner, { path })).rejects.toThrow("expected a free path, got a file that is no");
    expect(readFileSync(path, "utf8")).toBe("precious");
    rmSync(path);
    await serve(owner);
    await expect(serveBroker(owner, { path })).rejects.toThrow("another process listens there");
    expect(await (await join_()).position("room")).toMatch(/^0-/);
  });

  it("S4: a node can leave, and the broker be closed, while the process that has it is away", async () => {
    const owner = keep(createMemoryBroker());
    const server = await serve(owner);
    const broker = await openRemoteBroker({ path });
    await broker.addNode("n1", () => undefined);
    await server.close();
    await broker.removeNode("n1");
    await broker.close();
    await expect.poll(() => owner.nodes()).toEqual([]);
  });

  it("S6: nobody serves one: says so in time", async () => {
    await expect(openRemoteBroker({ path, connectTimeoutMs: 250 })).rejects.toMatchObject({ code: "ENOENT" });
    expect(existsSync(path)).toBe(false);
  });

  it("S6: noise on the socket ends that line and no other", async () => {
    const owner = keep(createMemoryBroker());
    await serve(owner);
    const broker = await join_();
    for (const noise of [
      Buffer.alloc(64, 0x20),
      Buffer.from([0, 0, 0, 2, 1, 2]),
      Buffer.from("GET / HTTP/1.1\r\n\r\n"),
    ]) {
      const socket = connect(path);
      socket.on("error", () => undefined);
      socket.resume();
      const closed = new Promise((resolve) => {
        socket.once("close", resolve);
      });
      socket.end(noise);
      await closed;
    }
    expect(await broker.position("room")).toMatch(/^0-/);
  });
});
