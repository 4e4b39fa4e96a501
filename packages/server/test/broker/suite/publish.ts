import { describe, expect, it } from "vitest";
import { Ear, useWorld, type Engine } from "./world.js";
import type { PublishRequest } from "../../../src/broker/broker.js";
import type { ChannelListener, Publication } from "../../../src/broker/publication.js";

/** B1 to B6: positions, publish and listeners, idempotency keys. */
export function describePublish(engine: Engine): void {
  const world = useWorld(engine);

  describe("positions", () => {
    it("B1: are contiguous from 1, each naming the one before, nonces drawn anew", async () => {
      const ear = new Ear();
      await world.broker.attach("room", ear);
      const beginning = await world.broker.position("room");
      for (let index = 0; index < 5; index++) await world.publish(`m${index}`);
      const { publications } = ear;
      expect(publications.map(({ position }) => position.split("-")[0])).toEqual(["1", "2", "3", "4", "5"]);
      expect(publications.map(({ previous }) => previous)).toEqual([
        beginning,
        ...publications.slice(0, 4).map(({ position }) => position),
      ]);
      expect(new Set(publications.map(({ position }) => position.split("-")[1])).size).toBe(5);
      for (const { position } of publications) expect(position).toMatch(/^[1-9]\d*-[0-9a-f]{8}$/);
      expect(await world.broker.position("room")).toBe(publications.at(4)!.position);
    });

    it("B1: a beginning has a nonce of its own, the same whenever it is asked", async () => {
      const first = await world.broker.position("room");
      expect(first).toMatch(/^0-[0-9a-f]{8}$/);
      expect(await world.broker.position("room")).toBe(first);
      expect(await world.broker.position("other")).not.toBe(first);
    });

    it("B1: of many channels are answered at once, in the order in which they were asked", async () => {
      const published = await world.publish("a");
      const names = Array.from({ length: 999 }, (_, index) => `quiet ${index}`);
      const asked = [...names, "room"];
      const positions = await world.broker.positions(asked);
      expect(positions).toEqual(await Promise.all(asked.map(async (name) => world.broker.position(name))));
      expect(positions.at(-1)).toBe(published);
    });

    it("B1: go on without history", async () => {
      const one = await world.publish("a", { policy: world.policy(0) });
      const two = await world.publish("b", { policy: world.policy(0) });
      expect([one.split("-")[0], two.split("-")[0]]).toEqual(["1", "2"]);
      expect(await world.broker.position("room")).toBe(two);
    });
  });

  describe("publish", () => {
    it("B2: whoever hears a publication finds it in history, and the position moved", async () => {
      const seen: Promise<boolean>[] = [];
      await world.broker.attach("room", {
        onPublication(publication) {
          seen.push(
            (async () => {
              const page = await world.history({ direction: "backward", limit: 1000 });
              return page.publications.some(({ position }) => position === publication.position);
            })(),
          );
        },
      });
      await Promise.all(Array.from({ length: 20 }, (_, index) => world.publish(`m${index}`)));
      expect(await Promise.all(seen)).toEqual(Array.from({ length: 20 }, () => true));
    });

    it("B2: what history returns is what was heard, byte for byte", async () => {
      const ear = new Ear();
      await world.broker.attach("room", ear);
      await world.publish('{"a":[1,"二"]}', { format: "json", key: "k1" });
      await world.publish("hello 👋 \u0000", { format: "text", ttlMs: 5000, wantsReceipt: true });
      await world.publish("", { format: "text" });
      await world.broker.publish({
        channel: "room",
        data: new Uint8Array([0, 255, 1]),
        format: "binary",
        policy: world.policy(100),
      });
      const { publications } = await world.history();
      const plain = (publication: Publication): unknown => ({
        ...publication,
        data: typeof publication.data === "string" ? publication.data : [...publication.data],
      });
      expect(publications.map(plain)).toEqual(ear.publications.map(plain));
      expect(publications.at(0)).toMatchObject({
        channel: "room",
        format: "json",
        data: '{"a":[1,"二"]}',
        key: "k1",
        publishedAtMs: world.clock.now(),
        expiresAtMs: Infinity,
        wantsReceipt: false,
      });
      expect(publications.at(1)).toMatchObject({
        expiresAtMs: world.clock.now() + 5000,
        key: undefined,
        wantsReceipt: true,
      });
    });

    it("B3: everyone hears the same order, also when a listener publishes from inside a call", async () => {
      const first = new Ear();
      const echo: ChannelListener = {
        onPublication({ data }) {
          if (data === "one") void world.publish("two");
        },
      };
      const last = new Ear();
      await world.broker.attach("room", first);
      await world.broker.attach("room", echo);
      await world.broker.attach("room", last);
      await world.publish("one");
      await world.publish("three");
      expect(first.data).toHaveLength(3);
      expect(first.data).toEqual(last.data);
      expect(first.data[0]).toBe("one");
      expect(await world.dataOf()).toEqual(first.data);
    });

    it("B3: listeners are called before the publisher is answered", async () => {
      const ear = new Ear();
      await world.broker.attach("room", ear);
      await world.publish("one");
      expect(ear.data).toEqual(["one"]);
    });

    it("B4: channels know nothing of each other", async () => {
      const ear = new Ear();
      await world.broker.attach("room", ear);
      await world.publish("elsewhere", { channel: "room2" });
      await world.publish("here");
      expect(ear.data).toEqual(["here"]);
      expect(await world.dataOf()).toEqual(["here"]);
      expect(ear.publications.at(0)!.position).toMatch(/^1-/);
    });

    it("B4: names that look like parts of each other are different channels", async () => {
      const names = ["a", "a\u0000", "a\u0001", "a-1", "a:1", "~", "~a", "二", "a".repeat(255)];
      for (const name of names) await world.publish(name, { channel: name });
      for (const name of names) expect(await world.dataOf({ channel: name })).toEqual([name]);
    });

    it("B5: a listener that comes hears what follows, one that goes hears nothing more", async () => {
      const ear = new Ear();
      await world.publish("before");
      await world.broker.attach("room", ear);
      await world.broker.attach("room", ear);
      await world.publish("during");
      world.broker.detach("room", ear);
      world.broker.detach("room", ear);
      world.broker.detach("nowhere", ear);
      await world.publish("after");
      expect(ear.data).toEqual(["during"]);
    });

    it("B5: a listener that another one detaches during a call is not called", async () => {
      const victim = new Ear();
      await world.broker.attach("room", { onPublication: () => world.broker.detach("room", victim) });
      await world.broker.attach("room", victim);
      await world.publish("one");
      expect(victim.data).toEqual([]);
    });

    it("B5: a listener that throws harms no other", async () => {
      const uncaught: unknown[] = [];
      const others = process.listeners("uncaughtException");
      process.removeAllListeners("uncaughtException");
      process.once("uncaughtException", (error) => uncaught.push(error));
      const ear = new Ear();
      await world.broker.attach("room", {
        onPublication() {
          throw new Error("a bug in a listener");
        },
      });
      await world.broker.attach("room", ear);
      await world.publish("one");
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      process.removeAllListeners("uncaughtException");
      for (const listener of others) process.on("uncaughtException", listener);
      expect(ear.data).toEqual(["one"]);
      expect(String(uncaught[0])).toContain("a bug in a listener");
    });
  });

  describe("keys", () => {
    it("B6: a repeated key appends nothing and answers with the first position", async () => {
      const ear = new Ear();
      await world.broker.attach("room", ear);
      const request: PublishRequest = {
        channel: "room",
        data: "x",
        format: "text",
        key: "k",
        policy: world.policy(9),
      };
      const first = await world.broker.publish(request);
      const second = await world.broker.publish({ ...request, data: "y" });
      expect(first).toMatchObject({ duplicate: false });
      expect(second).toMatchObject({ duplicate: true, position: first.position });
      expect(ear.data).toEqual(["x"]);
      expect(await world.dataOf()).toEqual(["x"]);
    });

    it("B6: racing repetitions are one publication", async () => {
      const all = await Promise.all(
        Array.from({ length: 10 }, async () =>
          world.broker.publish({
            channel: "room",
            data: "x",
            format: "text",
            key: "k",
            policy: world.policy(9),
          }),
        ),
      );
      expect(new Set(all.map(({ position }) => position)).size).toBe(1);
      expect(all.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
      expect(await world.dataOf()).toEqual(["x"]);
    });

    it("B6: is per channel", async () => {
      await world.publish("a", { key: "k" });
      await world.publish("b", { key: "k", channel: "other" });
      expect(await world.dataOf()).toEqual(["a"]);
      expect(await world.dataOf({ channel: "other" })).toEqual(["b"]);
    });

    it("B6: holds for 20 minutes at most, also where the key was asked for meanwhile", async () => {
      const repeat = async (): Promise<boolean> =>
        (await world.broker.publish({ channel: "room", data: "x", format: "text", key: "k" })).duplicate;
      expect(await repeat()).toBe(false);
      world.clock.advance(800_000);
      // It is still known, or no longer: nobody asks for more.
      if (!(await repeat())) return;
      world.clock.advance(400_000);
      expect(await repeat()).toBe(false);
    });

    it.each([0, 1, 599_999, 1_200_000])(
      "B6: holds for 10 minutes, whenever it came (%d ms on)",
      async (startMs) => {
        await world.publish("early", { key: "other" });
        world.clock.advance(startMs);
        const first = await world.publish("a", { key: "k" });
        world.clock.advance(300_000);
        expect(await world.publish("b", { key: "k" })).toBe(first);
        world.clock.advance(299_999);
        expect(await world.publish("c", { key: "k" })).toBe(first);
      },
    );

    it("B6: is forgotten after 20 minutes", async () => {
      const first = await world.publish("a", { key: "k" });
      world.clock.advance(1_200_000);
      expect(await world.publish("b", { key: "k" })).not.toBe(first);
    });

    it("B6: outlives the publication itself", async () => {
      const first = await world.publish("a", { key: "k", policy: world.policy(1) });
      await world.publish("b", { policy: world.policy(1) });
      expect(await world.publish("a", { key: "k", policy: world.policy(1) })).toBe(first);
      expect(await world.dataOf()).toEqual(["b"]);
    });
  });
}
