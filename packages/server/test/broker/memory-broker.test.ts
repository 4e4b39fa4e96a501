import { describe, expect, it } from "vitest";
import { createMemoryBroker } from "../../src/broker/memory-broker.js";
import { createManualClock } from "./manual-clock.js";
import { describeBroker } from "./suite.js";
import { createDice, policyOf } from "./suite/world.js";

describeBroker({
  name: "memory",
  durability: "memory",
  open: async (clock, random32) => createMemoryBroker({ clock, random32 }),
});

describe("memory broker", () => {
  it("M1: answers at once, never with a promise", () => {
    const broker = createMemoryBroker();
    expect(broker.publish({ channel: "c", data: "x", format: "text" })).toMatchObject({ duplicate: false });
    expect(broker.position("c")).toMatch(/^1-/);
  });

  it("M1: reaches memory and refuses more", () => {
    const broker = createMemoryBroker();
    expect(broker.durability).toBe("memory");
    expect(() =>
      broker.publish({
        channel: "c",
        data: "x",
        format: "text",
        policy: { historyCount: 1, historyAgeMs: 1000, durability: "disk" },
      }),
    ).toThrow("durability: this broker reaches memory, disk was asked");
  });

  it("M2: gives up the histories used longest ago when all together are too large", () => {
    const clock = createManualClock();
    const broker = createMemoryBroker({ clock, random32: createDice(), maxHistoryBytes: 100_000 });
    const before = broker.position("old");
    for (const channel of ["old", "new"]) {
      for (let index = 0; index < 40; index++) {
        broker.publish({ channel, data: "x".repeat(1000), format: "text", policy: policyOf(100) });
      }
      clock.advance(1000);
    }
    for (let index = 0; index < 30; index++) {
      broker.publish({ channel: "new", data: "x".repeat(1000), format: "text", policy: policyOf(100) });
    }
    const page = (channel: string) => broker.history({ channel, direction: "forward", limit: 1000 });
    expect(page("new").publications).toHaveLength(70);
    expect(page("old").publications.length).toBeLessThan(14);
    expect(broker.history({ channel: "old", direction: "forward", limit: 1, after: before })).toMatchObject({
      status: "trimmed",
    });
    for (let index = 0; index < 200; index++) {
      broker.publish({ channel: "new", data: "x".repeat(1000), format: "text", policy: policyOf(1000) });
    }
    expect(page("old").publications).toHaveLength(0);
    const kept = page("new").publications.length;
    expect(kept).toBeGreaterThan(70);
    expect(kept).toBeLessThan(84);
  });

  it("M3: refuses keys and records beyond their limit, for now", () => {
    const clock = createManualClock();
    const broker = createMemoryBroker({ clock, maxKeys: 2, maxRecords: 1 });
    const publish = (key: string) => broker.publish({ channel: "c", data: "x", format: "text", key });
    publish("1");
    publish("2");
    expect(() => publish("3")).toThrow("idempotency keys: 2 are remembered already");
    expect(publish("2")).toMatchObject({ duplicate: true });
    expect(broker.position("c")).toMatch(/^2-/);
    clock.advance(1_200_000);
    expect(publish("3")).toMatchObject({ duplicate: false });

    broker.records.write({ key: "a", value: "1", expect: 0, ttlMs: 1000 });
    expect(() => broker.records.write({ key: "b", value: "1", expect: 0, ttlMs: 1000 })).toThrow(
      "records: 1 are kept already",
    );
    expect(broker.records.write({ key: "a", value: "2", expect: 1, ttlMs: 1000 })).toMatchObject({
      ok: true,
    });
    clock.advance(2000);
    expect(broker.records.write({ key: "b", value: "1", expect: 0, ttlMs: 1000 })).toMatchObject({
      ok: true,
    });
  });

  it("M4: forgets an idle channel, and its beginning is another one then", () => {
    const clock = createManualClock();
    const broker = createMemoryBroker({ clock, random32: createDice() });
    const positions = (): string[] =>
      ["silent", "idle", "heard", "kept"].map((name) => broker.position(name));
    const beginnings = positions();
    broker.publish({ channel: "idle", data: "x", format: "text" });
    broker.publish({ channel: "heard", data: "x", format: "text" });
    broker.attach("heard", { onPublication: () => undefined });
    broker.publish({ channel: "kept", data: "x", format: "text", policy: policyOf(1, 86_400_000) });
    const before = positions();
    clock.advance(3_602_000);
    const [silent, idle, heard, kept] = positions();
    expect([silent, heard, kept]).toEqual([before[0], before[2], before[3]]);
    expect(idle).toMatch(/^0-/);
    expect(idle).not.toBe(beginnings[1]);
    clock.advance(86_400_000 + 3_602_000);
    expect(broker.position("heard")).toBe(before[2]);
    expect(broker.position("kept")).toMatch(/^0-/);
    expect(broker.position("kept")).not.toBe(beginnings[3]);
  });
});
