import { describe, expect, it } from "vitest";
import { createMemoryBroker } from "../../src/broker/memory-broker.js";
import { ReadinessProbe } from "../../src/http/readiness.js";
import { createManualClock } from "../broker/manual-clock.js";
import { useApi } from "./api-world.js";
import type { Broker } from "../../src/broker/broker.js";

describe("readiness", () => {
  const current = useApi();

  it("is proven by a delivery, at most once a second", async () => {
    const { world } = current;
    for (let index = 0; index < 10; index++) {
      expect(await world.ask("GET", "/readyz")).toMatchObject({ status: 200, json: { ok: true } });
    }
    expect(world.broker.position("#ready:n1")).toMatch(/^1-/);
    world.clock.advance(1000);
    await world.ask("GET", "/readyz");
    expect(world.broker.position("#ready:n1")).toMatch(/^2-/);
  });

  it("is none while the server drains, or when the broker has ended", async () => {
    const { world } = current;
    world.isDraining = true;
    expect(await world.ask("GET", "/readyz")).toMatchObject({ status: 503, json: { code: "not-ready" } });
    world.isDraining = false;
    await world.broker.close();
    expect(await world.ask("GET", "/readyz")).toMatchObject({
      status: 503,
      json: { code: "not-ready", detail: "broker: broker: closed" },
    });
  });

  it("is none where the broker takes publications and is deaf", async () => {
    const clock = createManualClock();
    const broker = createMemoryBroker({ clock });
    let isDeaf = true;
    const deaf: Pick<Broker, "durability" | "attach" | "publish"> = {
      durability: "memory",
      attach: (channel, listener) =>
        broker.attach(channel, {
          onPublication: (publication) => {
            if (!isDeaf) listener.onPublication(publication);
          },
        }),
      publish: (request) => broker.publish(request),
    };
    const probe = new ReadinessProbe(deaf as Broker, clock, "n1");
    const first = probe.ask();
    await Promise.resolve();
    await Promise.resolve();
    clock.advance(2000);
    expect(await first).toEqual({
      isReady: false,
      deliveryMs: 2000,
      reason: "broker: nothing came back within 2000 ms",
    });
    isDeaf = false;
    expect(await probe.ask()).toMatchObject({ isReady: true });
  });
});
