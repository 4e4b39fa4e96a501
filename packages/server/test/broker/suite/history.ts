import { describe, expect, it } from "vitest";
import { Ear, useWorld, type Engine } from "./world.js";
import type { Broker } from "../../../src/broker/broker.js";

/** B7 to B10: what is kept, how it is read, the list of channels. */
export function describeHistory(engine: Engine): void {
  const world = useWorld(engine);

  describe("history", () => {
    it("B7: keeps the newest by count", async () => {
      for (let index = 1; index <= 7; index++) await world.publish(`${index}`, { policy: world.policy(3) });
      expect(await world.dataOf()).toEqual(["5", "6", "7"]);
      await world.publish("8", { policy: world.policy(2) });
      expect(await world.dataOf()).toEqual(["7", "8"]);
      await world.publish("9", { policy: world.policy(0) });
      expect(await world.dataOf()).toEqual([]);
    });

    it("B7: keeps them for their age", async () => {
      await world.publish("1", { policy: world.policy(10, 60_000) });
      world.clock.advance(30_000);
      await world.publish("2", { policy: world.policy(10, 60_000) });
      world.clock.advance(29_999);
      expect(await world.dataOf()).toEqual(["1", "2"]);
      world.clock.advance(1);
      expect(await world.dataOf()).toEqual(["2"]);
      world.clock.advance(30_000);
      expect(await world.dataOf()).toEqual([]);
      const head = await world.broker.position("room");
      expect(await world.history({ after: head })).toMatchObject({ status: "ok", next: head, more: false });
    });

    it("B7: leaves out what expired, and still leads past it", async () => {
      await world.publish("1");
      await world.publish("2", { ttlMs: 1000 });
      await world.publish("3");
      const last = await world.publish("4", { ttlMs: 1000 });
      world.clock.advance(1000);
      const page = await world.history();
      expect(page.publications.map(({ data }) => data)).toEqual(["1", "3"]);
      expect(page).toMatchObject({ next: last, position: last, more: false });
    });

    it("B8: pages forward to the end, without a hole or a repetition", async () => {
      const beginning = await world.broker.position("room");
      for (let index = 1; index <= 10; index++) await world.publish(`${index}`);
      let after = beginning;
      const seen: unknown[] = [];
      for (let pages = 0; ; pages++) {
        const page = await world.history({ after, limit: 3 });
        expect(page.status).toBe("ok");
        expect(page.publications.at(0)?.previous ?? after).toBe(after);
        seen.push(...page.publications.map(({ data }) => data));
        after = page.next;
        if (!page.more) {
          expect(pages).toBe(3);
          break;
        }
      }
      expect(seen).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
      expect(after).toBe(await world.broker.position("room"));
    });

    it("B8: pages backward to the beginning", async () => {
      for (let index = 1; index <= 7; index++) await world.publish(`${index}`);
      const newest = await world.history({ direction: "backward", limit: 3 });
      expect(newest.publications.map(({ data }) => data)).toEqual(["7", "6", "5"]);
      expect(newest.more).toBe(true);
      const middle = await world.history({ direction: "backward", limit: 3, before: newest.next });
      expect(middle.publications.map(({ data }) => data)).toEqual(["4", "3", "2"]);
      const oldest = await world.history({ direction: "backward", limit: 3, before: middle.next });
      expect(oldest.publications.map(({ data }) => data)).toEqual(["1"]);
      expect(oldest.more).toBe(false);
      const none = await world.history({ direction: "backward", limit: 3, before: oldest.next });
      expect(none).toMatchObject({ status: "ok", publications: [], more: false });
    });

    it("B8: reads between two positions, either way", async () => {
      const positions: string[] = [];
      for (let index = 1; index <= 5; index++) positions.push(await world.publish(`${index}`));
      const between = { after: positions.at(0)!, before: positions.at(4)! };
      expect(await world.dataOf(between)).toEqual(["2", "3", "4"]);
      expect(await world.dataOf({ ...between, direction: "backward" })).toEqual(["4", "3", "2"]);
      expect(await world.dataOf({ after: positions.at(3)!, before: positions.at(1)! })).toEqual([]);
    });

    it("B8: ends a page by bytes, but never empty", async () => {
      for (let index = 0; index < 4; index++) await world.publish("x".repeat(100));
      expect(await world.history({ maxBytes: 250 })).toMatchObject({ more: true });
      expect(await world.dataOf({ maxBytes: 250 })).toHaveLength(2);
      expect(await world.dataOf({ maxBytes: 1 })).toHaveLength(1);
      expect(await world.dataOf({ maxBytes: 400 })).toHaveLength(4);
    });

    it("B8: reads by age", async () => {
      await world.publish("1");
      world.clock.advance(10_000);
      await world.publish("2");
      world.clock.advance(10_000);
      await world.publish("3");
      expect(await world.dataOf({ maxAgeMs: 10_000 })).toEqual(["2", "3"]);
      expect(await world.dataOf({ maxAgeMs: 9999 })).toEqual(["3"]);
      expect(await world.dataOf({ maxAgeMs: 10_000, direction: "backward" })).toEqual(["3", "2"]);
    });

    it("B9: resumes from the position right before the oldest one kept, not from one earlier", async () => {
      const positions: string[] = [];
      for (let index = 1; index <= 5; index++) {
        positions.push(await world.publish(`${index}`, { policy: world.policy(2) }));
      }
      expect(await world.history({ after: positions.at(2)! })).toMatchObject({ status: "ok" });
      expect(await world.dataOf({ after: positions.at(2)! })).toEqual(["4", "5"]);
      expect(await world.history({ after: positions.at(1)! })).toMatchObject({
        status: "trimmed",
        publications: [],
        next: positions.at(4),
        position: positions.at(4),
      });
    });

    it("B9: does not resume from a position that only looks right", async () => {
      const position = await world.publish("1");
      await world.publish("2");
      const [offset, nonce] = position.split("-");
      const forged = `${offset}-${nonce === "00000000" ? "00000001" : "00000000"}`;
      for (const after of [
        forged,
        "9-00000000",
        "0-00000000",
        "",
        "1",
        "x",
        "1-2-3",
        "-1-00000000",
        "1e3-00000000",
      ]) {
        expect(await world.history({ after })).toMatchObject({ status: "fork", publications: [] });
        expect(await world.history({ before: after })).toMatchObject({ status: "fork" });
      }
    });

    it("B9: says that a channel keeps no history, and resumes from its head alone", async () => {
      const beginning = await world.broker.position("room");
      expect(await world.history({ after: beginning })).toMatchObject({ status: "ok", publications: [] });
      const position = await world.publish("1", { policy: world.policy(0) });
      expect(await world.history({ after: position })).toMatchObject({ status: "ok", publications: [] });
      expect(await world.history({ after: beginning })).toMatchObject({
        status: "no-history",
        next: position,
      });
    });

    it("B9: sees all of a young channel from its beginning", async () => {
      const beginning = await world.broker.position("room");
      await world.publish("1");
      await world.publish("2");
      expect(await world.dataOf({ after: beginning })).toEqual(["1", "2"]);
      expect(await world.dataOf()).toEqual(["1", "2"]);
    });
  });

  describe("channels", () => {
    it("B10: lists those in use, in order, in pages, by prefix", async () => {
      await world.publish("1", { channel: "b:2" });
      await world.publish("1", { channel: "b:1" });
      await world.broker.attach("a", new Ear());
      await world.broker.presence.join({
        channel: "c",
        memberId: "m",
        connectionId: "1",
        user: "u",
        ttlMs: 5000,
      });
      await world.broker.position("only asked");
      const names = async (query: Parameters<Broker["channels"]>[0]): Promise<unknown> =>
        (await world.broker.channels(query)).channels.map(({ channel }) => channel);
      expect(await names({ limit: 10 })).toEqual(["a", "b:1", "b:2", "c"]);
      expect(await names({ limit: 10, prefix: "b:" })).toEqual(["b:1", "b:2"]);
      expect(await names({ limit: 2, after: "a" })).toEqual(["b:1", "b:2"]);
      expect((await world.broker.channels({ limit: 2 })).more).toBe(true);
      expect((await world.broker.channels({ limit: 4 })).more).toBe(false);
      const page = await world.broker.channels({ limit: 10 });
      expect(page.channels[1]).toEqual({
        channel: "b:1",
        position: await world.broker.position("b:1"),
        historyCount: 1,
        listeners: 0,
      });
      expect(page.channels[0]).toMatchObject({ listeners: 1, historyCount: 0 });
    });
  });
}
