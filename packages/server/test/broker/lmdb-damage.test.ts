import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLmdbBroker } from "../../src/broker/lmdb/broker.js";
import { checkLmdbStore } from "../../src/broker/lmdb/check.js";
import { StoreDamageError } from "../../src/broker/lmdb/damage-error.js";
import { useChildProgram } from "./child-program.js";
import { createManualClock, type ManualClock } from "./manual-clock.js";
import { useTemporaryFolders } from "./temporary-folder.js";
import type { LmdbBroker, OpenReport } from "../../src/broker/lmdb/options.js";

const CHANNEL = "room-of-this-test";
const policy = { historyCount: 100, historyAgeMs: Infinity, durability: "disk" } as const;

/** L11 and L12: a disk that changes what was written. */
describe("a store in which bytes have changed since it was closed", () => {
  const makeFolder = useTemporaryFolders();
  const opened: LmdbBroker[] = [];
  let clock: ManualClock;
  let path: string;
  let told: StoreDamageError[];

  beforeEach(() => {
    clock = createManualClock();
    path = makeFolder();
    told = [];
  });

  afterEach(async () => {
    for (const broker of opened.splice(0)) await broker.close();
  });

  async function open(): Promise<LmdbBroker> {
    const broker = await openLmdbBroker({ path, clock, onError: (error) => told.push(error) });
    opened.push(broker);
    return broker;
  }

  /** Fills a store, closes it, and lets one bit of it be another. */
  async function rot(
    fill: (broker: LmdbBroker) => Promise<void>,
    beside: string,
    distance = 0,
  ): Promise<void> {
    const broker = await open();
    await fill(broker);
    await broker.close();
    const file = join(path, "data.mdb");
    const bytes = readFileSync(file);
    let at = bytes.indexOf(beside);
    expect(at).toBeGreaterThan(0);
    // LMDB may have left older copies of the page.
    for (; at >= 0; at = bytes.indexOf(beside, at + 1)) bytes[at + beside.length + distance]! ^= 1;
    writeFileSync(file, bytes);
  }

  async function publish(broker: LmdbBroker, data: string, key?: string) {
    const request = {
      channel: CHANNEL,
      data,
      format: "text",
      policy,
      ...(key !== undefined && { key }),
    } as const;
    return broker.publish(request);
  }

  const whatIsTold = (): string[] => told.map(({ what }) => what);

  it("L11: a publication is a gap to who waits for it, left out of history for others, and told of once", async () => {
    const positions: string[] = [];
    await rot(
      async (broker) => {
        for (let index = 1; index <= 9; index += 1)
          positions.push((await publish(broker, `text ${index}`)).position);
      },
      "text 5",
      -1,
    );
    const broker = await open();
    expect(broker.report.found).toBe("closed");
    const read = (after?: string) =>
      broker.history({
        channel: CHANNEL,
        direction: "forward",
        limit: 100,
        ...(after !== undefined && { after }),
      });
    expect(read(positions[3]).status).toBe("fork");
    expect(read(positions[4])).toMatchObject({ status: "ok" });
    expect(read(positions[4]).publications.map(({ data }) => data)).toEqual([
      "text 6",
      "text 7",
      "text 8",
      "text 9",
    ]);
    expect(read().publications.map(({ data }) => data)).toEqual(
      [1, 2, 3, 4, 6, 7, 8, 9].map((n) => `text ${n}`),
    );
    expect((await publish(broker, "text 10")).position).toMatch(/^10-/);
    expect(told).toHaveLength(1);
    expect(told[0]).toBeInstanceOf(StoreDamageError);
    expect(told[0]).toMatchObject({ what: `publication 5 of channel ${CHANNEL}` });
    expect(told[0]!.message).toMatch(/damaged \(it is not what was written\); its readers are told a gap$/);
    expect(broker.usage().damaged).toBeGreaterThan(0);
    await broker.close();
    // The next start reads it through.
    expect(existsSync(join(path, "closed"))).toBe(false);
    expect((await open()).report.found).toBe("closed");
  });

  it("L11: a channel whose row is damaged begins anew, and nobody is led on from what it was", async () => {
    let beginning = "";
    let head = "";
    await rot(
      async (broker) => {
        beginning = broker.position(CHANNEL);
        for (let index = 1; index <= 9; index += 1) head = (await publish(broker, `text ${index}`)).position;
      },
      CHANNEL,
      12,
    );
    const broker = await open();
    expect(broker.channels({ limit: 10 }).channels).toEqual([]);
    const anew = broker.position(CHANNEL);
    expect(anew).toMatch(/^0-/);
    expect(anew).not.toBe(beginning);
    const read = (after: string) =>
      broker.history({ channel: CHANNEL, direction: "forward", limit: 100, after });
    const first = await publish(broker, "new");
    expect([read(beginning).status, read(head).status]).toEqual(["fork", "fork"]);
    expect(read(anew)).toMatchObject({ status: "ok", publications: [{ data: "new", previous: anew }] });
    expect(first.position).toMatch(/^1-/);
    expect(whatIsTold()).toEqual([`channel ${CHANNEL}`]);
    await broker.close();
    const later = await open();
    expect(later.position(CHANNEL)).toBe(first.position);
  });

  it.each([
    ["value", "its value", -1],
    ["key", "session:of-this-test", -1],
  ])(
    "L11: a record counts as ended where its %s is damaged, and goes by itself",
    async (_, beside, distance) => {
      const write = {
        key: "session:of-this-test",
        value: "its value",
        expect: 0,
        ttlMs: 60_000,
        owner: "ann",
      };
      await rot(async (broker) => void (await broker.records.write(write)), beside, distance);
      const broker = await open();
      expect(broker.records.read("session:of-this-test")).toBeUndefined();
      expect(broker.records.read("session:of-this-tesu")).toBeUndefined();
      clock.advance(2000);
      await broker.records.write({ ...write, key: "session:other" });
      expect(whatIsTold()).toContain("a record of the kind session");
      expect(told.map(({ message }) => message).join()).not.toContain("of-this-test");
      await broker.close();
      const count = told.length;
      clock.advance(2000);
      const later = await open();
      clock.advance(2000);
      expect(later.records.read("session:other")).toBeDefined();
      // Of the record itself nothing is left; its owner's table may still have a word of it.
      expect(whatIsTold().slice(count)).not.toContain("a record of the kind session");
      await later.records.write(write);
      expect((await later.records.read(write.key))?.value).toBe("its value");
    },
  );

  it("L11: a key is forgotten, and its repetition takes effect", async () => {
    await rot(
      async (broker) => void (await publish(broker, "a", "key-of-this-test")),
      `${CHANNEL}\nkey-of-this-test`,
      9,
    );
    const broker = await open();
    expect(await publish(broker, "a", "key-of-this-test")).toMatchObject({ duplicate: false });
    expect(whatIsTold()).toEqual([`an idempotency key of channel ${CHANNEL}`]);
    expect(await publish(broker, "a", "key-of-this-test")).toMatchObject({ duplicate: true });
  });

  describe("so that opening or using it ends the process", () => {
    const childPath = useChildProgram(new URL("damage-child.ts", import.meta.url));

    const zeros = (page: number) => (bytes: Buffer) => bytes.fill(0, page * 4096, (page + 1) * 4096);

    it.each<[string, (bytes: Buffer) => unknown]>([
      // These two say where everything is.
      ["page 0 is all zeros", zeros(0)],
      ["page 1 is all zeros", zeros(1)],
      ["page 2 is all zeros", zeros(2)],
      ["page 20 is all zeros", zeros(20)],
      ["page 40 is all zeros", zeros(40)],
      // LMDB takes a page of the future for one of its own in memory, and writes into the file's.
      [
        "the pages with the channel come from the future",
        (bytes) => {
          for (let at = bytes.indexOf(CHANNEL); at >= 0; at = bytes.indexOf(CHANNEL, at + 1))
            bytes[Math.floor(at / 4096) * 4096 + 12]! ^= 32;
        },
      ],
    ])("L12: %s: the second start can use it", async (_, wound) => {
      const broker = await openLmdbBroker({ path });
      const request = { channel: CHANNEL, data: "x".repeat(500), format: "text", policy } as const;
      await Promise.all(Array.from({ length: 400 }, async () => broker.publish(request)));
      await broker.close();
      const file = join(path, "data.mdb");
      const bytes = readFileSync(file);
      wound(bytes);
      writeFileSync(file, bytes);
      const start = () => spawnSync(process.execPath, [childPath(), path, CHANNEL], { encoding: "utf8" });
      const first = start();
      const { status, stdout } = first.status === 0 ? first : start();
      expect(status).toBe(0);
      expect((JSON.parse(stdout) as OpenReport).found).toMatch(/^(?:closed|damaged)$/);
    });
  });

  describe("checkLmdbStore", () => {
    const fill = async (broker: LmdbBroker): Promise<void> => {
      for (let index = 1; index <= 9; index += 1) await publish(broker, `text ${index}`);
      await broker.records.write({ key: "session:1", value: "v", expect: 0, ttlMs: 60_000, owner: "ann" });
    };

    it("L12: reads a whole store through, open or closed, and changes nothing", async () => {
      const broker = await open();
      await fill(broker);
      expect(await checkLmdbStore(path)).toMatchObject({ damaged: 0, damage: [] });
      expect((await publish(broker, "text 10")).position).toMatch(/^10-/);
      await broker.close();
      const before = readFileSync(join(path, "data.mdb"));
      const check = await checkLmdbStore(path);
      expect(check).toEqual({ entries: check.entries, damaged: 0, damage: [] });
      // Ten publications, a channel, a record, its owner, and the store's own words.
      expect(check.entries).toBeGreaterThan(13);
      expect(readFileSync(join(path, "data.mdb")).equals(before)).toBe(true);
    });

    it("L12: names what is damaged, before anybody reads it", async () => {
      await rot(fill, "text 5", -1);
      const { damaged, damage, torn } = await checkLmdbStore(path);
      expect([damaged, torn]).toEqual([1, undefined]);
      expect(damage[0]).toMatchObject({ what: "a publication", consequence: "its readers are told a gap" });
    });

    it("L12: says why a store cannot be read at all, and where there is none", async () => {
      await rot(fill, "text 5", -1);
      truncateSync(join(path, "data.mdb"), 20_000);
      expect((await checkLmdbStore(path)).torn).toMatch(/\S/);
      await expect(checkLmdbStore(makeFolder())).rejects.toThrow(
        /^store .*: expected a file data.mdb in it, got none$/,
      );
    });
  });
});
