import { describe, expect, it } from "vitest";
import { Ear, useWorld, type Engine } from "./world.js";

/** B16: deleting what is kept of channels. */
export function describeForget(engine: Engine): void {
  const world = useWorld(engine);
  const statusAfter = async (after: string): Promise<string> => (await world.history({ after })).status;
  const dataOf = async (channel: string): Promise<unknown[]> =>
    (await world.history({ channel })).publications.map(({ data }) => data);

  describe("forget", () => {
    it("B16: nothing of the channel is left, and nobody is led on from what it was", async () => {
      const beginning = await world.broker.position("room");
      const middle = await world.publish("1");
      const head = await world.publish("2", { key: "k" });
      await world.broker.forget({ channel: "room" });
      const anew = await world.broker.position("room");
      expect(anew).toMatch(/^0-/);
      expect(anew).not.toBe(beginning);
      expect((await world.history({ direction: "backward" })).publications).toEqual([]);
      expect((await world.broker.channels({ limit: 10 })).channels).toEqual([]);
      const again = await world.publish("3", { key: "k" });
      expect(again).toMatch(/^1-/);
      for (const position of [beginning, middle, head]) expect(await statusAfter(position)).not.toBe("ok");
      const page = await world.history({ after: anew });
      expect(page).toMatchObject({ status: "ok", publications: [{ data: "3", previous: anew }] });
    });

    it("B16: those who are in it stay in it, and are told a gap", async () => {
      const ear = new Ear();
      await world.broker.attach("room", ear);
      const head = await world.publish("1");
      await world.broker.forget({ channel: "room" });
      await world.publish("2");
      await world.publish("3");
      await world.broker.position("room");
      expect(ear.publications.map(({ data }) => data)).toEqual(["1", "2", "3"]);
      const [, second, third] = ear.publications;
      expect(ear.gaps).toEqual([second!.previous]);
      expect(second!.previous).not.toBe(head);
      expect(third!.previous).toBe(second!.position);
    });

    it("B16: of all whose names begin so, whatever is being published meanwhile, and of no others", async () => {
      const names = ["#d ann 1", "#d ann 2", "#d anna 1", "#d an 1", "room"];
      const published = names.map(async (channel) => {
        for (const data of ["1", "2"]) await world.publish(data, { channel, key: `key ${data}` });
      });
      await world.broker.forget({ prefix: "#d ann " });
      await Promise.all(published);
      await world.broker.forget({ prefix: "#d ann " });
      for (const channel of names.slice(0, 2)) expect(await dataOf(channel)).toEqual([]);
      for (const channel of names.slice(2)) expect(await dataOf(channel)).toEqual(["1", "2"]);
      expect(await world.publish("1", { channel: "#d ann 1", key: "key 1" })).toMatch(/^1-/);
      expect(await world.publish("1", { channel: "#d anna 1", key: "key 1" })).toMatch(/^1-/);
      expect(await dataOf("#d anna 1")).toEqual(["1", "2"]);
    });

    it("B16: of what was never there, nothing: who waits at a beginning hears of no gap", async () => {
      const ear = new Ear();
      await world.broker.attach("nowhere", ear);
      const beginnings = await world.broker.positions(["nowhere", "room"]);
      await world.broker.forget({ channel: "nowhere" });
      await world.broker.forget({ prefix: "no" });
      expect(await world.broker.positions(["nowhere", "room"])).toEqual(beginnings);
      expect(ear.gaps).toEqual([]);
      expect(await world.publish("1")).toMatch(/^1-/);
    });
  });
}
