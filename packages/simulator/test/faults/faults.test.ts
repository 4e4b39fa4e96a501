import fc from "fast-check";
import { expect, test } from "vitest";
import { createFaultWorld } from "./fault-world.js";

test("without faults everything passes at once", async () => {
  const { clock, dial, dialled } = createFaultWorld();
  const { link, heard } = dial();
  await clock.settle();
  link.send("a");
  link.send(new ArrayBuffer(3));
  link.close(1000, "bye");
  await clock.settle();
  expect(heard).toEqual(["0 open", "0 a", "0 3 bytes", "0 close 1000 bye"]);
  expect(dialled[0]?.said).toEqual(["a", new ArrayBuffer(3), "close 1000 bye", "terminate"]);
  expect(clock.timers).toBe(0);
});

test("nothing is told before dial has returned", () => {
  const { faults, dial } = createFaultWorld();
  faults.rejectNext();
  expect(dial().heard).toEqual([]);
  faults.change({ offline: true });
  expect(dial().heard).toEqual([]);
});

test("latency delays each direction, and keeps the order", async () => {
  const { clock, faults, dial, dialled } = createFaultWorld();
  faults.change({ latencyMs: 100 });
  const { link, heard } = dial();
  await clock.advance(100);
  link.send("a");
  link.send("b");
  await clock.advance(99);
  expect(dialled[0]?.said).toEqual([]);
  expect(link.bufferedBytes).toBe(2);
  await clock.advance(101);
  expect(heard).toEqual(["100 open", "300 a", "300 b"]);
  expect(link.bufferedBytes).toBe(0);
});

test("less latency for a later message does not let it overtake", async () => {
  const { clock, faults, dial } = createFaultWorld();
  const { link, heard } = dial();
  await clock.settle();
  faults.change({ latencyMs: 500 });
  link.send("slow");
  faults.change({ latencyMs: 0 });
  link.send("fast");
  await clock.advance(1000);
  expect(heard).toEqual(["0 open", "500 slow", "500 fast"]);
});

test("bandwidth lets a thousand bytes a second through", async () => {
  const { clock, faults, dial } = createFaultWorld();
  const { link, heard } = dial();
  await clock.settle();
  faults.change({ bytesPerSecond: 1000 });
  link.send(new ArrayBuffer(500));
  link.send(new ArrayBuffer(250));
  await clock.advance(5000);
  expect(heard).toEqual(["0 open", "1000 500 bytes", "1250 250 bytes"]);
});

test("cut: open connections hear 1006, others a failure, the real ones are let go", async () => {
  const { clock, faults, dial, dialled } = createFaultWorld();
  const open = dial();
  await clock.settle();
  const connecting = dial();
  faults.cut();
  expect(open.heard).toEqual(["0 open"]);
  await clock.settle();
  expect(open.heard).toEqual(["0 open", "0 close 1006"]);
  expect(connecting.heard.at(-1)).toMatch(/fail reset|close 1006/u);
  expect(dialled.map(({ said }) => said)).toEqual([["terminate"], ["terminate"]]);
  dialled[0]?.events.message("late");
  expect(open.heard).toHaveLength(2);
});

test("cut, close and halfOpen meet only the addresses that they name", async () => {
  const { clock, faults, dial } = createFaultWorld();
  const [a, b, c] = [dial("ws://a/1"), dial("ws://b"), dial("ws://c")];
  await clock.settle();
  faults.cut("ws://a");
  faults.close(4100, "later", "ws://b");
  faults.halfOpen("ws://c");
  c.link.send("x");
  await clock.settle();
  expect([a, b, c].map(({ heard }) => heard.at(-1))).toEqual([
    "0 close 1006",
    "0 close 4100 later",
    "0 open",
  ]);
});

test("close comes after what the server has sent", async () => {
  const { clock, faults, dial, dialled } = createFaultWorld();
  const { heard } = dial();
  await clock.settle();
  faults.change({ latencyMs: 50 });
  dialled[0]?.events.message("before");
  faults.close(1012, "restart");
  dialled[0]?.events.message("after");
  await clock.advance(100);
  expect(heard).toEqual(["0 open", "50 before", "50 close 1012 restart"]);
});

test("offline ends what is open and refuses what comes, until it is over", async () => {
  const { clock, faults, dial, dialled } = createFaultWorld();
  const before = dial();
  await clock.settle();
  faults.change({ offline: true });
  const during = dial();
  await clock.advance(0);
  expect([before.heard.at(-1), during.heard]).toEqual(["0 close 1006", ["0 fail dns"]]);
  faults.change({ offline: false });
  const after = dial();
  await clock.settle();
  expect(after.heard).toEqual(["0 open"]);
  expect(dialled).toHaveLength(2);
});

test("half-open: nothing arrives, nobody is told, and a close is never answered", async () => {
  const { clock, faults, dial, dialled } = createFaultWorld();
  const { link, heard } = dial();
  await clock.settle();
  faults.halfOpen();
  link.send("lost");
  dialled[0]?.events.message("lost");
  dialled[0]?.events.close(1000, "");
  await clock.advance(60_000);
  expect(heard).toEqual(["0 open"]);
  link.close(1000, "");
  await clock.advance(5000);
  expect(heard).toEqual(["0 open", "65000 close 1006"]);
  const next = dial();
  await clock.settle();
  expect(next.heard).toEqual(["65000 open"]);
});

test("a paused server says nothing and opens nothing, then all of it", async () => {
  const { clock, faults, dial, dialled } = createFaultWorld();
  const { link, heard } = dial();
  await clock.settle();
  faults.change({ paused: true });
  link.send("a");
  const waiting = dial();
  const tooLong = dial();
  await clock.advance(9000);
  expect([heard, waiting.heard, dialled.length]).toEqual([["0 open"], [], 1]);
  faults.change({ paused: false });
  await clock.settle();
  await clock.advance(0);
  expect(heard).toEqual(["0 open", "9000 a"]);
  expect(waiting.heard).toEqual(["9000 open"]);
  faults.change({ paused: true });
  const late = dial();
  await clock.advance(10_000);
  expect(late.heard).toEqual(["19000 fail timeout"]);
  expect(tooLong.heard).toEqual(["9000 open"]);
});

test("a dial that waits for a paused server can be given up", async () => {
  const { clock, faults, dial } = createFaultWorld();
  faults.change({ paused: true });
  const closed = dial();
  const terminated = dial();
  closed.link.close(1000, "");
  terminated.link.terminate();
  await clock.advance(60_000);
  faults.change({ paused: false });
  await clock.advance(60_000);
  expect([closed.heard, terminated.heard]).toEqual([["0 close 1006"], []]);
});

test.each([
  ["refused", "300 fail refused"],
  ["status", "300 fail status"],
  ["timeout", "10000 fail timeout"],
] as const)("the next handshakes are rejected: %s", async (cause, told) => {
  const { clock, faults, dial } = createFaultWorld();
  faults.change({ latencyMs: 300 });
  faults.rejectNext(2, cause);
  const [a, b, c] = [dial(), dial(), dial()];
  await clock.advance(20_000);
  expect([a.heard, b.heard, c.heard]).toEqual([[told], [told], ["300 open"]]);
});

test("a terminated link hears nothing, whatever is on its way", async () => {
  const { clock, faults, dial } = createFaultWorld();
  faults.change({ latencyMs: 100 });
  const { link, heard } = dial();
  await clock.advance(100);
  link.send("x");
  await clock.advance(150);
  link.terminate();
  faults.cut();
  await clock.advance(10_000);
  expect(heard).toEqual(["100 open"]);
  expect(clock.timers).toBe(0);
});

test("property: whatever the conditions, messages that arrive keep their order, and a close is the last word", async () => {
  const change = fc.oneof(
    fc.record({ latencyMs: fc.nat(300), jitterMs: fc.nat(300) }),
    fc.record({ bytesPerSecond: fc.constantFrom(null, 10, 1000) }),
    fc.record({ paused: fc.boolean() }),
    fc.record({ offline: fc.boolean() }),
  );
  const act = fc.oneof(
    { weight: 4, arbitrary: fc.constant("send" as const) },
    { weight: 2, arbitrary: change },
    { weight: 1, arbitrary: fc.constantFrom("cut" as const, "close" as const, "halfOpen" as const) },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(act, fc.nat(400)), { maxLength: 40 }),
      fc.infiniteStream(fc.float({ min: 0, max: 1, noNaN: true })),
      async (acts, dice) => {
        const { clock, faults, dial } = createFaultWorld(() => dice.next().value ?? 0);
        const { link, heard } = dial();
        let sent = 0;
        for (const [what, pause] of acts) {
          if (what === "send") link.send(String((sent += 1)));
          else if (what === "cut") faults.cut();
          else if (what === "close") faults.close(4000);
          else if (what === "halfOpen") faults.halfOpen();
          else faults.change(what);
          await clock.advance(pause);
        }
        faults.change({ paused: false });
        await clock.advance(3_600_000);
        const words = heard.map((line) => line.split(" ")[1] ?? "");
        const numbers = words.filter((word) => /^\d+$/u.test(word)).map(Number);
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
        expect(new Set(numbers).size).toBe(numbers.length);
        const end = words.findIndex((word) => word === "close" || word === "fail");
        expect(end === -1 || end === words.length - 1).toBe(true);
        expect(clock.timers).toBe(0);
      },
    ),
    { numRuns: 200 },
  );
});
