import { describe, expect, test } from "vitest";
import type { ClientRequest } from "@weapp-socket/protocol";
import { createHarness } from "./harness.js";

const publish = (key: string): ClientRequest => ({ kind: "publish", channel: "a", key, data: 1 });

describe("requests", () => {
  test.each<[ClientRequest, object]>([
    [publish("k"), { t: "publish", id: 2, c: "a", key: "k", d: 1 }],
    [
      { kind: "call", method: "m", key: "k", data: [1] },
      { t: "call", id: 2, method: "m", key: "k", d: [1] },
    ],
    [
      { kind: "call", method: "m", key: "k", data: undefined },
      { t: "call", id: 2, method: "m", key: "k" },
    ],
    [
      { kind: "members", channel: "a" },
      { t: "members", id: 2, c: "a" },
    ],
    [
      { kind: "history", channel: "a", before: "9-00000000", limit: 5 },
      { t: "history", id: 2, c: "a", before: "9-00000000", limit: 5 },
    ],
    [
      { kind: "history", channel: "a", after: "" },
      { t: "history", id: 2, c: "a", after: "" },
    ],
  ])("%j", (what, message) => {
    const client = createHarness();
    client.goLive();
    client.run(client.machine.request(7, what, client.now));
    expect(client.sent()).toEqual([message]);
    client.hear({ t: "reply", id: 2, ok: { p: "1-00000000" } });
    expect(client.look()).toEqual([{ type: "settled", request: 7, ok: { p: "1-00000000" } }]);
    client.hear({ t: "reply", id: 2, ok: {} });
    expect(client.look()).toEqual([]);
  });

  test("made while not live they wait, and go in order after the welcome; unanswered ones go again with their keys", () => {
    const client = createHarness();
    client.run(client.machine.request(1, publish("k1"), client.now));
    client.run(client.machine.request(2, publish("k2"), client.now));
    client.input({ type: "start" });
    client.token();
    client.opened();
    client.look();
    client.welcome();
    expect(client.sent()).toMatchObject([
      { id: 2, key: "k1" },
      { id: 3, key: "k2" },
    ]);
    client.hear({ t: "reply", id: 2, ok: {} });
    client.closed();
    client.advance(500);
    client.token();
    client.opened();
    client.look();
    client.run(client.machine.request(3, publish("k3"), client.now));
    client.welcome();
    expect(client.sent()).toMatchObject([
      { id: 5, key: "k2" },
      { id: 6, key: "k3" },
    ]);
    client.hear({ t: "reply", id: 3, ok: "to the old number" });
    expect(client.look()).toEqual([]);
  });

  test("a refusal with retry is tried again after its time, a final one settles", () => {
    const client = createHarness();
    client.goLive();
    client.run(client.machine.request(1, publish("k"), client.now));
    client.look();
    client.hear({
      t: "reply",
      id: 2,
      error: { code: "rate-limited", message: "", retry: true, afterMs: 800 },
    });
    client.advance(799);
    expect(client.look()).toEqual([]);
    client.advance(1);
    expect(client.sent()).toMatchObject([{ id: 3, key: "k" }]);
    client.hear({ t: "reply", id: 3, error: { code: "unavailable", message: "", retry: true } });
    client.advance(1_000);
    expect(client.sent()).toMatchObject([{ id: 4, key: "k" }]);
    const error = { code: "forbidden", message: "no", retry: false };
    client.hear({ t: "reply", id: 4, error });
    expect(client.look()).toEqual([{ type: "settled", request: 1, error }]);
  });

  test("too long unanswered: an effect that was sent has an unknown outcome, everything else did not happen", () => {
    const client = createHarness({ requestMs: 5_000 });
    client.goLive();
    client.run(client.machine.request(1, publish("k"), client.now));
    client.run(client.machine.request(2, { kind: "members", channel: "a" }, client.now));
    client.closed();
    client.input({ type: "pause", reason: "offline" });
    client.run(client.machine.request(3, publish("k3"), client.now));
    client.look();
    client.advance(5_000);
    expect(client.look()).toEqual([
      {
        type: "settled",
        request: 1,
        error: { code: "unknown-outcome", message: "publish: not answered in time", retry: false },
      },
      {
        type: "settled",
        request: 2,
        error: { code: "unavailable", message: "members: not answered in time", retry: true },
      },
      {
        type: "settled",
        request: 3,
        error: { code: "unavailable", message: "publish: not answered in time", retry: true },
      },
    ]);
    expect(client.machine.deadline).toBeUndefined();
  });

  test("a full outbox refuses at once", () => {
    const client = createHarness({ maxOutbox: 1 });
    client.run(client.machine.request(1, publish("k1"), client.now));
    client.run(client.machine.request(2, publish("k2"), client.now));
    expect(client.look()).toEqual([
      {
        type: "settled",
        request: 2,
        error: {
          code: "rate-limited",
          message: "outbox: expected at most 1",
          retry: true,
        },
      },
    ]);
  });

  test("the end settles what waits", () => {
    const client = createHarness();
    client.goLive();
    client.run(client.machine.request(1, publish("k1"), client.now));
    client.hear({ t: "bye", code: 4509, name: "kicked", retry: false });
    client.run(client.machine.request(2, publish("k2"), client.now));
    client.look();
    client.closed();
    expect(client.look()).toMatchObject([
      { type: "settled", request: 1, error: { code: "unknown-outcome" } },
      { type: "settled", request: 2, error: { code: "unavailable", message: "the client has ended" } },
      { type: "ended", error: { code: "kicked" } },
    ]);
  });
});
