import {
  cpSync,
  readdirSync,
  statSync,
  truncateSync,
  openSync,
  readFileSync,
  writeSync,
  closeSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLmdbBroker } from "../../src/broker/lmdb/broker.js";
import { createManualClock, type ManualClock } from "./manual-clock.js";
import { createDice, Ear, policyOf } from "./suite/world.js";
import { useTemporaryFolders } from "./temporary-folder.js";
import type { Broker, HistoryQuery, PublishRequest } from "../../src/broker/broker.js";
import type { LmdbBroker, LmdbBrokerOptions } from "../../src/broker/lmdb/options.js";
import type { Durability } from "../../src/broker/publication.js";

describe("lmdb store", () => {
  const makeFolder = useTemporaryFolders();
  const opened: LmdbBroker[] = [];
  let clock: ManualClock;
  let path: string;
  const dice = createDice(7);

  beforeEach(() => {
    clock = createManualClock();
    path = makeFolder();
  });

  afterEach(async () => {
    for (const broker of opened.splice(0)) await broker.close();
  });

  async function open(options: Partial<LmdbBrokerOptions> = {}): Promise<LmdbBroker> {
    const broker = await openLmdbBroker({ path, clock, random32: dice, ...options });
    opened.push(broker);
    return broker;
  }

  /** A broker on what the store's files are at this instant: what a kill would leave. */
  async function crash(options: Partial<LmdbBrokerOptions> = {}): Promise<LmdbBroker> {
    const copy = makeFolder();
    cpSync(path, copy, { recursive: true });
    return open({ path: copy, ...options });
  }

  async function publish(
    broker: Broker,
    data: string,
    durability: Durability = "disk",
    more: Partial<PublishRequest> = {},
  ): Promise<string> {
    const policy = policyOf(100, 3_600_000, durability);
    return (await broker.publish({ channel: "room", data, format: "text", policy, ...more })).position;
  }

  async function history(broker: Broker, more: Partial<HistoryQuery> = {}) {
    return broker.history({ channel: "room", direction: "forward", limit: 1000, ...more });
  }

  const textOf = async (broker: Broker, more: Partial<HistoryQuery> = {}): Promise<unknown> =>
    (await history(broker, more)).publications.map(({ data }) => data);

  /** Until everything that was gathered is in the store. */
  async function settle(broker: Broker): Promise<void> {
    await broker.records.write({ key: `settle ${dice()}`, value: "", expect: 0, ttlMs: 1000 });
  }

  describe("after close", () => {
    it("L1: everything is as it was, and positions go on", async () => {
      const first = await open();
      expect(first.report).toEqual({ session: 1, found: "new" });
      const beginning = first.position("room");
      const silent = first.position("silent");
      const one = await publish(first, "1", "memory", { key: "k1" });
      const two = await publish(first, "2", "fsync");
      const passing = await publish(first, "x", "memory", { channel: "passing", policy: policyOf(0) });
      await first.records.write({ key: "session:1", value: "a", expect: 0, ttlMs: 60_000, owner: "u1" });
      await first.close();

      const second = await open();
      expect(second.report).toEqual({ session: 2, found: "closed" });
      expect(second.position("room")).toBe(two);
      expect(second.position("silent")).toBe(silent);
      expect(second.position("passing")).toBe(passing);
      expect(await textOf(second, { after: beginning })).toEqual(["1", "2"]);
      expect(await publish(second, "again", "memory", { key: "k1" })).toBe(one);
      expect(await second.records.takeOwned("u1")).toMatchObject([{ key: "session:1", value: "a" }]);
      const three = await publish(second, "3");
      expect(three).toMatch(/^3-/);
      expect(await textOf(second, { after: two })).toEqual(["3"]);
      expect(second.channels({ limit: 10 }).channels.map(({ channel }) => channel)).toEqual(["room"]);
    });

    it("L1: channels made in different sessions do not share anything", async () => {
      const first = await open();
      await publish(first, "a", "disk", { channel: "a" });
      await first.close();
      const second = await open();
      await publish(second, "b", "disk", { channel: "b" });
      await second.close();
      const third = await open();
      expect(await textOf(third, { channel: "a" })).toEqual(["a"]);
      expect(await textOf(third, { channel: "b" })).toEqual(["b"]);
    });
  });

  describe("after a crash", () => {
    it.each(["disk", "fsync"] as const)(
      "L2: what was acknowledged as %s is there, and resumes",
      async (durability) => {
        const before = await open();
        const beginning = before.position("room");
        const one = await publish(before, "1", durability, { key: "k1" });
        await publish(before, "2", durability);
        const after = await crash();
        expect(after.report).toMatchObject({ session: 2, found: "crashed" });
        expect(await textOf(after, { after: beginning })).toEqual(["1", "2"]);
        expect(await textOf(after, { after: one })).toEqual(["2"]);
        expect(await publish(after, "again", durability, { key: "k1" })).toBe(one);
        expect(await publish(after, "3", durability)).toMatch(/^3-/);
      },
    );

    it("L3: a channel with durability memory tells a gap, to those who stand at its head as well", async () => {
      const before = await open();
      const one = await publish(before, "1", "memory");
      await settle(before);
      const copy = await crash();
      // Published after the copy was made: lost, and nobody could know.
      expect(await textOf(copy, { after: one })).toEqual([]);
      expect((await history(copy, { after: one })).status).toBe("fork");
      const head = copy.position("room");
      expect(head).toMatch(/^2-/);
      const three = await publish(copy, "3", "memory");
      expect(await textOf(copy, { after: head })).toEqual(["3"]);
      expect((await history(copy, { after: one })).status).toBe("fork");
      expect(await textOf(copy)).toEqual(["1", "3"]);
      expect(await textOf(copy, { direction: "backward" })).toEqual(["3", "1"]);
      await copy.close();
      expect(three).toMatch(/^3-/);
    });

    it("L3: one weak publication among strong ones is enough, and waits until the store knows", async () => {
      const before = await open();
      const one = await publish(before, "1", "fsync");
      const weak = before.publish({ channel: "room", data: "2", format: "text", policy: policyOf(9) });
      expect(weak).toBeInstanceOf(Promise);
      expect(await weak).toMatchObject({ durability: "disk" });
      const next = before.publish({ channel: "room", data: "3", format: "text", policy: policyOf(9) });
      expect(next).not.toBeInstanceOf(Promise);
      expect((await history(await crash(), { after: one })).status).toBe("fork");
    });

    it("L3: a session without weak publications does not break the chain again", async () => {
      const before = await open();
      await publish(before, "1", "memory");
      await before.close();
      const quiet = await open();
      const head = quiet.position("room");
      const after = await crash();
      expect(after.report.found).toBe("crashed");
      expect(after.position("room")).toBe(head);
    });

    it("L4: beginnings change, because what followed one may be lost", async () => {
      const before = await open();
      const beginning = before.position("passing");
      void before.publish({ channel: "passing", data: "x", format: "text" });
      await settle(before);
      const after = await crash();
      expect(after.position("passing")).not.toBe(beginning);
      expect((await history(after, { channel: "passing", after: beginning })).status).not.toBe("ok");
    });

    it("L4: ids of channels are not given out twice", async () => {
      const before = await open();
      await publish(before, "a", "disk", { channel: "a" });
      const after = await crash();
      await publish(after, "b", "disk", { channel: "b" });
      expect(await textOf(after, { channel: "a" })).toEqual(["a"]);
      expect(await textOf(after, { channel: "b" })).toEqual(["b"]);
    });
  });

  describe("order of delivery", () => {
    it("L5: nothing is heard before it has reached its durability, nor out of order", async () => {
      const broker = await open();
      const ear = new Ear();
      broker.attach("room", ear);
      const slow = publish(broker, "1", "fsync");
      const weak = publish(broker, "2", "memory");
      const middle = publish(broker, "3", "disk");
      expect(ear.data).toEqual([]);
      expect(broker.position("room")).toMatch(/^0-/);
      expect(await textOf(broker)).toEqual([]);
      await Promise.all([slow, weak, middle]);
      expect(ear.data).toEqual(["1", "2", "3"]);
      expect(await textOf(broker)).toEqual(["1", "2", "3"]);
    });

    it("L5: a publication with durability memory is answered and heard at once, and written all the same", async () => {
      const broker = await open();
      const ear = new Ear();
      broker.attach("room", ear);
      const published = broker.publish({ channel: "room", data: "1", format: "text", policy: policyOf(9) });
      expect(published).not.toBeInstanceOf(Promise);
      expect(ear.data).toEqual(["1"]);
      expect(await textOf(broker)).toEqual(["1"]);
      await settle(broker);
      expect(await textOf(await crash())).toEqual(["1"]);
    });

    it("L5: many publications share a commit, whatever their channels", async () => {
      const broker = await open();
      const channels = Array.from({ length: 50 }, (_, index) => `room:${index}`);
      await Promise.all(
        channels.flatMap((channel) =>
          Array.from({ length: 20 }, async (_, index) => publish(broker, `${index}`, "disk", { channel })),
        ),
      );
      for (const channel of channels) {
        expect(await textOf(broker, { channel })).toEqual(
          Array.from({ length: 20 }, (_, index) => `${index}`),
        );
      }
    });
  });

  describe("trimming", () => {
    it("L6: takes out of the store what history no longer returns, by count", async () => {
      const broker = await open();
      const policy = policyOf(10, 3_600_000, "disk");
      for (let round = 0; round < 5; round++) {
        await Promise.all(
          Array.from({ length: 100 }, async () => publish(broker, "x".repeat(100), "disk", { policy })),
        );
      }
      await publish(broker, "last", "disk", { policy });
      await settle(broker);
      expect(broker.usage().historyBytes).toBeLessThan(200 * 15);
      expect(await textOf(broker)).toHaveLength(10);
      const after = await crash();
      expect(after.usage().historyBytes).toBe(broker.usage().historyBytes);
      expect(await textOf(after)).toHaveLength(10);
    });

    it("L6: by age, without anyone asking, also in a later session", async () => {
      const first = await open();
      await publish(first, "1", "disk", { policy: policyOf(100, 60_000, "disk") });
      await first.close();
      const second = await open();
      expect(second.usage().historyBytes).toBeGreaterThan(0);
      clock.advance(62_000);
      await settle(second);
      expect(second.usage().historyBytes).toBe(0);
      expect(await textOf(second)).toEqual([]);
      expect(second.position("room")).toMatch(/^1-/);
    });

    it("L6: forgets a channel that nobody uses, and its beginning is another one then", async () => {
      const broker = await open({ forgetChannelMs: 86_400_000 });
      const beginning = broker.position("room");
      await publish(broker, "1", "disk", { policy: policyOf(10, 60_000, "disk") });
      clock.advance(86_300_000);
      await settle(broker);
      expect(broker.position("room")).toMatch(/^1-/);
      clock.advance(200_000);
      await settle(broker);
      await settle(broker);
      expect(broker.position("room")).toMatch(/^0-/);
      expect(broker.position("room")).not.toBe(beginning);
      await broker.close();
      const second = await open();
      expect(second.position("room")).toMatch(/^0-/);
      expect(second.position("room")).not.toBe(beginning);
    });

    it("L7: makes room when all together are too large, from the channel published to longest ago", async () => {
      const broker = await open({ maxHistoryBytes: 100_000 });
      const data = "x".repeat(1000);
      const policy = policyOf(1000, 3_600_000, "disk");
      const beginning = broker.position("old");
      for (const channel of ["old", "new"]) {
        await Promise.all(
          Array.from({ length: 47 }, async () => publish(broker, data, "disk", { channel, policy })),
        );
        clock.advance(1500);
      }
      await Promise.all(
        Array.from({ length: 10 }, async () => publish(broker, data, "disk", { channel: "new", policy })),
      );
      clock.advance(1500);
      await settle(broker);
      expect(broker.usage().historyBytes).toBeLessThan(92_000);
      expect(await textOf(broker, { channel: "new" })).toHaveLength(57);
      expect((await history(broker, { channel: "old", after: beginning })).status).toBe("trimmed");
      expect((await history(broker, { channel: "old" })).publications.length).toBeGreaterThan(20);
    });

    it("L7: refuses to keep more when trimming does not keep up", async () => {
      const broker = await open({ maxHistoryBytes: 10_000 });
      const data = "x".repeat(1000);
      for (let index = 0; index < 12; index++) await publish(broker, data);
      await expect(publish(broker, data)).rejects.toMatchObject({ code: "unavailable", retryable: true });
      expect(await publish(broker, data, "memory", { channel: "passing", policy: policyOf(0) })).toMatch(
        /^1-/,
      );
      clock.advance(1500);
      await settle(broker);
      await publish(broker, data);
    });

    it("L7: refuses to gather more than it may", async () => {
      const broker = await open({ maxPendingBytes: 5000 });
      const data = "x".repeat(1000);
      const all = await Promise.allSettled(Array.from({ length: 8 }, async () => publish(broker, data)));
      expect(all.map(({ status }) => status)).toEqual([
        ...Array.from({ length: 4 }, () => "fulfilled"),
        ...Array.from({ length: 4 }, () => "rejected"),
      ]);
      await publish(broker, data);
      expect(await textOf(broker)).toHaveLength(5);
    });

    it("L7: expired records go by themselves", async () => {
      const broker = await open({ maxRecords: 3 });
      const write = async (key: string) =>
        broker.records.write({ key, value: "v", expect: 0, ttlMs: 5000, owner: "u" });
      await Promise.all([write("1"), write("2"), write("3")]);
      await expect(write("4")).rejects.toMatchObject({ code: "unavailable" });
      clock.advance(6000);
      const isWritten = async (): Promise<boolean> => {
        try {
          return (await write("4")).ok;
        } catch {
          return false;
        }
      };
      await expect.poll(isWritten).toBe(true);
    });
  });

  describe("one process at a time", () => {
    it("L8: a second broker on the same folder is refused, the first goes on", async () => {
      const first = await open();
      await expect(open()).rejects.toThrow(`store ${path}: in use by process ${process.pid}`);
      expect(await publish(first, "1")).toMatch(/^1-/);
      await first.close();
      expect(await textOf(await open())).toEqual(["1"]);
    });
  });

  describe("what is forgotten", () => {
    it("L13: does not come back with a crash, and is not in the store", async () => {
      const broker = await open();
      await publish(broker, "secret text", "memory", { channel: "#user ann", key: "k" });
      await publish(broker, "kept text", "memory");
      await broker.records.write({ key: "s", value: "v", expect: 0, ttlMs: 60_000, owner: "ann" });
      const before = broker.usage().historyBytes;
      await Promise.all([broker.forget({ channel: "#user ann" }), broker.records.takeOwned("ann")]);
      expect(broker.usage().historyBytes).toBeLessThan(before);
      const after = await crash();
      expect(await textOf(after, { channel: "#user ann" })).toEqual([]);
      expect(after.records.read("s")).toBeUndefined();
      expect(after.channels({ limit: 10 }).channels.map(({ channel }) => channel)).toEqual(["room"]);
      expect(await publish(after, "1", "disk", { channel: "#user ann", key: "k" })).toMatch(/^1-/);
      await broker.close();
      const later = await open();
      expect(await textOf(later, { channel: "#user ann" })).toEqual([]);
      expect(later.usage().historyBytes).toBeLessThan(before);
    });
  });

  describe("a torn store", () => {
    const dataFile = (): string => join(path, "data.mdb");

    async function fill(): Promise<string> {
      const broker = await open();
      for (let index = 0; index < 100; index++) await publish(broker, "x".repeat(3000));
      const head = broker.position("room");
      await broker.close();
      return head;
    }

    const wounds: [string, () => void][] = [
      ["cut in half", () => truncateSync(dataFile(), Math.floor(statSync(dataFile()).size / 8192) * 4096)],
      ["cut to nothing", () => truncateSync(dataFile(), 0)],
      ["overwritten at its start", () => overwrite(0, 8192)],
      ["overwritten behind its start", () => overwrite(8192, statSync(dataFile()).size - 8192)],
      ["not a store", () => writeFileSync(dataFile(), "hello".repeat(10_000))],
    ];

    function overwrite(start: number, bytes: number): void {
      const file = openSync(dataFile(), "r+");
      writeSync(file, Buffer.alloc(bytes, 0x5a), 0, bytes, start);
      closeSync(file);
    }

    it.each(wounds)("L9: that is %s is set aside with a report, and a new one serves", async (_, wound) => {
      const head = await fill();
      wound();
      // A crash leaves no word that all is well; neither does a file of another length.
      writeFileSync(join(path, "closed"), "");
      const broker = await open();
      expect(broker.report).toMatchObject({ session: 1, found: "damaged" });
      expect(broker.report.damage?.reason).toMatch(/\S/);
      expect(readdirSync(path)).toContain(broker.report.damage?.path.slice(path.length + 1));
      expect(await publish(broker, "1")).toMatch(/^1-/);
      expect((await history(broker, { after: head })).status).toBe("fork");
    });

    it("L9: that was closed, and is shorter now, is seen as well", async () => {
      await fill();
      truncateSync(dataFile(), 100_000);
      expect((await open()).report.found).toBe("damaged");
    });

    it("L9: that was closed, and whose own words are broken, is seen when it cannot be opened", async () => {
      await fill();
      const bytes = readFileSync(dataFile());
      // What the store notes of all channels together, wherever a copy of it lies.
      const words = Buffer.from(",0,0,0,0,");
      let at = bytes.indexOf(words);
      expect(at).toBeGreaterThan(0);
      for (; at >= 0; at = bytes.indexOf(words, at + 1)) bytes[at + 2] = 0x69;
      writeFileSync(dataFile(), bytes);
      const refused = open({ onDamage: "refuse" });
      await expect(refused).rejects.toThrow(
        /^store .*: damaged: the store's own word beginnings: damaged \(/,
      );
      const broker = await open();
      expect(broker.report).toMatchObject({ session: 1, found: "damaged" });
      expect(broker.report.damage?.reason).toContain("own word beginnings");
      expect(await publish(broker, "1")).toMatch(/^1-/);
    });

    it("L9: is refused where that is asked, and left as it is", async () => {
      await fill();
      truncateSync(dataFile(), 100_000);
      const files = readdirSync(path);
      await expect(open({ onDamage: "refuse" })).rejects.toThrow(/^store .*: damaged: /);
      expect(readdirSync(path).filter((name) => !name.endsWith("lock"))).toEqual(
        files.filter((name) => !name.endsWith("lock")),
      );
    });
  });
});
