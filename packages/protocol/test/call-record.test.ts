import { expect, test } from "vitest";
import { CALL_KEEP_MS, CALL_RUN_MS, decideCall } from "@weapp-socket/protocol";

test("a call runs when its key is new, and leaves its time", () => {
  expect(decideCall(undefined, 1_000)).toEqual({ type: "run", record: { runsUntil: 1_000 + CALL_RUN_MS } });
});

test("a repetition has the same reply, good or bad, for as long as that is kept", () => {
  const ok = { ok: { paid: true } };
  const error = { error: { code: "failed", message: "no", retry: false } };
  for (const reply of [ok, error]) {
    const record = { runsUntil: CALL_RUN_MS, reply };
    expect(decideCall(record, CALL_KEEP_MS)).toEqual({ type: "reply", reply });
  }
});

test("a repetition waits while the first may still run, and is told when nobody will know", () => {
  const record = { runsUntil: 60_000 };
  expect(decideCall(record, 59_999)).toMatchObject({
    type: "reply",
    reply: { error: { code: "unavailable", retry: true, afterMs: 1_000 } },
  });
  expect(decideCall(record, 60_000)).toMatchObject({
    type: "reply",
    reply: { error: { code: "unknown-outcome", retry: false } },
  });
});
