import { describe, expect, it } from "vitest";
import { Ear, useWorld, type Engine } from "./world.js";
import type { HistoryQuery, PublishRequest } from "../../../src/broker/broker.js";

/** B14 and B15: wrong calls and late calls. */
export function describeRefusals(engine: Engine): void {
  const world = useWorld(engine);

  describe("calls that are wrong", () => {
    const good: PublishRequest = { channel: "room", data: "x", format: "text" };
    it.each<[string, PublishRequest]>([
      ["an empty channel", { ...good, channel: "" }],
      ["a long channel", { ...good, channel: "x".repeat(256) }],
      ["bytes as text", { ...good, data: new Uint8Array(1) }],
      ["text as bytes", { ...good, format: "binary" }],
      ["an empty key", { ...good, key: "" }],
      ["a long key", { ...good, key: "k".repeat(65) }],
      ["no time to live", { ...good, ttlMs: 0 }],
      ["a negative count", { ...good, policy: world.policy(-1) }],
      ["half a count", { ...good, policy: world.policy(0.5) }],
      ["no age", { ...good, policy: world.policy(1, 0) }],
    ])("B14: publish refuses %s, and nothing happened", async (_, request) => {
      const before = await world.broker.position("room");
      await expect((async () => world.broker.publish(request))()).rejects.toThrow(/: expected/);
      expect(await world.broker.position("room")).toBe(before);
    });

    it.each<[string, Partial<HistoryQuery>]>([
      ["no limit", { limit: 0 }],
      ["a limit too high", { limit: 1001 }],
      ["half a limit", { limit: 1.5 }],
      ["no bytes", { maxBytes: 0 }],
      ["no age", { maxAgeMs: -1 }],
      ["an empty channel", { channel: "" }],
      ["another direction", { direction: "sideways" as "forward" }],
    ])("B14: history refuses %s", async (_, query) => {
      await expect(world.history(query)).rejects.toThrow(/: expected/);
    });

    it.each<[string, readonly string[]]>([
      ["none", []],
      ["too many", Array.from({ length: 1001 }, (_, index) => `room ${index}`)],
      ["an empty channel", ["room", ""]],
      ["one name", "room" as unknown as string[]],
    ])("B14: positions refuse %s", async (_, channels) => {
      await expect((async () => world.broker.positions(channels))()).rejects.toThrow(/: expected/);
    });

    it("B14: forget refuses what names no channel, and everything", async () => {
      for (const target of [{ channel: "" }, { prefix: "" }, { channel: "x".repeat(256) }])
        await expect((async () => world.broker.forget(target))()).rejects.toThrow(/: expected/);
    });

    it("B14: records refuse what is too long, and times that are none", async () => {
      const base = { key: "k", value: "v", expect: 0, ttlMs: 1000 };
      for (const wrong of [
        { ...base, key: "" },
        { ...base, key: "k".repeat(257) },
        { ...base, value: "v".repeat(65_537) },
        { ...base, expect: -1 },
        { ...base, ttlMs: 0 },
        { ...base, owner: "" },
      ]) {
        await expect((async () => world.broker.records.write(wrong))()).rejects.toThrow(RangeError);
      }
    });
  });

  it("B15: after close everything answers ClosedError, and closing again does nothing", async () => {
    await world.publish("1");
    await world.broker.close();
    await world.broker.close();
    const calls: (() => unknown)[] = [
      () => world.broker.publish({ channel: "room", data: "x", format: "text" }),
      () => world.broker.history({ channel: "room", direction: "forward", limit: 1 }),
      () => world.broker.position("room"),
      () => world.broker.positions(["room"]),
      () => world.broker.channels({ limit: 1 }),
      () => world.broker.forget({ channel: "room" }),
      () => world.broker.records.takeOwned("u1"),
      () => world.broker.attach("room", new Ear()),
      () => world.broker.control({ type: "x", body: "" }),
      () => world.broker.nodes(),
      () => world.broker.records.read("k"),
      () => world.broker.presence.list({ channel: "room", limit: 1 }),
    ];
    for (const call of calls) {
      await expect((async () => call())()).rejects.toMatchObject({ name: "ClosedError" });
    }
  });
}
