import { beforeEach, describe, expect, it } from "vitest";
import { Ear, useWorld, type Engine } from "./world.js";

/** B11 to B13: presence, records, control messages. */
export function describeStores(engine: Engine): void {
  const world = useWorld(engine);

  describe("presence", () => {
    const member = (memberId: string, connectionId = "c1", ttlMs = 60_000) => ({
      channel: "room",
      memberId,
      connectionId,
      user: `user of ${memberId}`,
      info: '{"name":"x"}',
      ttlMs,
    });
    let ear: Ear;
    beforeEach(async () => {
      ear = new Ear();
      await world.broker.attach("room", ear);
    });
    /** What was heard, when everything that was on its way has come. */
    const events = async (): Promise<string[]> => {
      await world.broker.position("room");
      return ear.presence.map(({ type, memberId }) => `${type} ${memberId}`);
    };
    const memberIds = async (): Promise<string[]> =>
      (await world.broker.presence.list({ channel: "room", limit: 1000 })).members.map(
        ({ memberId }) => memberId,
      );

    it("B11: tells each coming and going once", async () => {
      await world.broker.presence.join(member("b"));
      await world.broker.presence.join(member("a"));
      await world.broker.presence.join(member("a"));
      await world.broker.presence.leave(member("b"), 0);
      await world.broker.presence.leave(member("b"), 0);
      expect(await events()).toEqual(["join b", "join a", "leave b"]);
      expect(ear.presence.at(0)).toEqual({
        channel: "room",
        type: "join",
        memberId: "b",
        user: "user of b",
        info: '{"name":"x"}',
      });
      expect(await memberIds()).toEqual(["a"]);
    });

    it("B11: a member that is refreshed and gone joins again", async () => {
      await world.broker.presence.join(member("a", "c1", 10_000));
      world.clock.advance(10_000);
      expect(await memberIds()).toEqual([]);
      await world.broker.presence.refresh([member("a"), member("b")], 10_000);
      expect(await memberIds()).toEqual(["a", "b"]);
      expect(await events()).toEqual(["join a", "leave a", "join a", "join b"]);
      world.clock.advance(10_000);
      expect(await memberIds()).toEqual([]);
    });

    it("B11: a member that is not refreshed goes by itself", async () => {
      await world.broker.presence.join(member("a", "c1", 10_000));
      await world.broker.presence.join(member("b", "c1", 10_000));
      world.clock.advance(9000);
      await world.broker.presence.refresh([member("a")], 10_000);
      world.clock.advance(1000);
      expect(await memberIds()).toEqual(["a"]);
      world.clock.advance(1000);
      expect(await events()).toEqual(["join a", "join b", "leave b"]);
      world.clock.advance(10_000);
      expect(await events()).toEqual(["join a", "join b", "leave b", "leave a"]);
    });

    it("B11: the newest connection owns the member; an old one neither removes nor renews it", async () => {
      await world.broker.presence.join(member("a", "old"));
      await world.broker.presence.join(member("a", "new", 10_000));
      await world.broker.presence.leave(member("a", "old"), 0);
      expect(await memberIds()).toEqual(["a"]);
      await world.broker.presence.refresh([member("a", "old")], 60_000);
      world.clock.advance(11_000);
      expect(await memberIds()).toEqual([]);
      expect(await events()).toEqual(["join a", "leave a"]);
    });

    it("B11: a leave with grace is no leave when the member is back in time", async () => {
      await world.broker.presence.join(member("a", "c1"));
      await world.broker.presence.leave(member("a", "c1"), 10_000);
      world.clock.advance(9000);
      expect(await memberIds()).toEqual(["a"]);
      await world.broker.presence.join(member("a", "c2"));
      world.clock.advance(5000);
      expect(await events()).toEqual(["join a"]);
      await world.broker.presence.leave(member("a", "c2"), 10_000);
      world.clock.advance(11_000);
      expect(await events()).toEqual(["join a", "leave a"]);
    });

    it("B11: a join answers how many are there", async () => {
      const join = async (memberId: string, connectionId = "c1", ttlMs = 60_000): Promise<number> =>
        world.broker.presence.join(member(memberId, connectionId, ttlMs));
      expect([await join("a", "c1", 5000), await join("b"), await join("c")]).toEqual([1, 2, 3]);
      expect(await join("b", "c2")).toBe(3);
      await world.broker.presence.leave(member("c"), 0);
      expect(await join("d")).toBe(3);
      world.clock.advance(5000);
      expect(await join("b", "c3")).toBe(2);
    });

    it("B11: lists in pages with the whole count", async () => {
      for (const memberId of ["c", "a", "b"]) await world.broker.presence.join(member(memberId));
      const page = await world.broker.presence.list({ channel: "room", limit: 2 });
      expect(page).toMatchObject({ count: 3, more: true });
      expect(page.members.map(({ memberId }) => memberId)).toEqual(["a", "b"]);
      const rest = await world.broker.presence.list({ channel: "room", limit: 2, after: "b" });
      expect(rest.members).toEqual([
        { memberId: "c", connectionId: "c1", user: "user of c", info: '{"name":"x"}' },
      ]);
      expect(rest).toMatchObject({ more: false });
      expect(await world.broker.presence.list({ channel: "room", limit: 0 })).toEqual({
        members: [],
        count: 3,
        more: true,
      });
    });
  });

  describe("records", () => {
    const write = async (key: string, value: string, expect_: number, ttlMs = 60_000, owner?: string) =>
      world.broker.records.write({
        key,
        value,
        expect: expect_,
        ttlMs,
        ...(owner !== undefined && { owner }),
      });

    it("B12: a write succeeds only upon the version that it expects", async () => {
      expect(await world.broker.records.read("session:1")).toBeUndefined();
      expect(await write("session:1", "a", 1)).toEqual({ ok: false });
      expect(await write("session:1", "a", 0)).toEqual({ ok: true, version: 1 });
      expect(await write("session:1", "b", 0)).toMatchObject({
        ok: false,
        current: { value: "a", version: 1 },
      });
      expect(await write("session:1", "b", 1)).toEqual({ ok: true, version: 2 });
      expect(await world.broker.records.read("session:1")).toMatchObject({
        key: "session:1",
        value: "b",
        version: 2,
      });
    });

    it("B12: one of several racing writers wins", async () => {
      const all = await Promise.all(
        Array.from({ length: 10 }, async (_, index) => write("s", `${index}`, 0)),
      );
      expect(all.filter(({ ok }) => ok)).toHaveLength(1);
      const winner = all.findIndex(({ ok }) => ok);
      expect((await world.broker.records.read("s"))?.value).toBe(`${winner}`);
    });

    it("B12: one of several takers gets it", async () => {
      await write("ticket:1", "u1", 0);
      const all = await Promise.all(
        Array.from({ length: 10 }, async () => world.broker.records.take("ticket:1")),
      );
      expect(all.filter((record) => record !== undefined)).toHaveLength(1);
      expect(await world.broker.records.read("ticket:1")).toBeUndefined();
      expect(await world.broker.records.take("ticket:1")).toBeUndefined();
      expect(await write("ticket:1", "again", 0)).toEqual({ ok: true, version: 1 });
    });

    it("B12: ends when its time is over", async () => {
      await write("s", "a", 0, 5000, "u1");
      world.clock.advance(4999);
      expect(await world.broker.records.read("s")).toBeDefined();
      world.clock.advance(1);
      expect(await world.broker.records.read("s")).toBeUndefined();
      expect(await world.broker.records.take("s")).toBeUndefined();
      expect(await world.broker.records.takeOwned("u1")).toEqual([]);
      expect(await write("s", "b", 0)).toEqual({ ok: true, version: 1 });
    });

    it("B12: goes with its owner's others, and with nobody else's", async () => {
      const taken = async (owner: string): Promise<string[]> =>
        (await world.broker.records.takeOwned(owner)).map(({ key }) => key);
      await write("session:2", "b", 0, 60_000, "u1");
      await write("session:1", "a", 0, 60_000, "u1");
      await write("session:3", "c", 0, 60_000, "u10");
      await write("session:4", "d", 0, 60_000);
      await write("session:5", "e", 0, 1000, "u1");
      await write("session:6", "f", 0, 60_000, "u1");
      await world.broker.records.take("session:6");
      await write("session:7", "g", 0, 60_000, "u1");
      await write("session:7", "g", 1, 60_000, "u2");
      await write("session:1", "a", 1, 60_000, "u1");
      world.clock.advance(1000);
      expect(await taken("u1")).toEqual(["session:1", "session:2"]);
      expect(await taken("u1")).toEqual([]);
      expect(await world.broker.records.read("session:1")).toBeUndefined();
      expect(await world.broker.records.read("session:3")).toMatchObject({ value: "c", owner: "u10" });
      expect(await world.broker.records.read("session:4")).toMatchObject({ value: "d" });
      expect(await taken("u2")).toEqual(["session:7"]);
      expect(await taken("nobody")).toEqual([]);
      expect(await write("session:1", "again", 0)).toEqual({ ok: true, version: 1 });
    });
  });

  describe("control", () => {
    it("B13: reaches one node or all", async () => {
      const heard: string[] = [];
      await world.broker.addNode("n1", ({ type, body }) => heard.push(`n1 ${type} ${body}`));
      await world.broker.addNode("n2", ({ type, body }) => heard.push(`n2 ${type} ${body}`));
      expect(await world.broker.nodes()).toEqual(["n1", "n2"]);
      await world.broker.control({ to: "n2", type: "kick", body: '"u1"' });
      await world.broker.control({ type: "drain", body: "{}" });
      await world.broker.control({ to: "gone", type: "kick", body: "{}" });
      await world.broker.removeNode("n1");
      await world.broker.control({ type: "info", body: "{}" });
      expect(heard).toEqual(['n2 kick "u1"', "n1 drain {}", "n2 drain {}", "n2 info {}"]);
      expect(await world.broker.nodes()).toEqual(["n2"]);
    });
  });
}
