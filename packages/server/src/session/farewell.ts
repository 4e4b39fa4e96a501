import { byeCodes, type ByeName } from "@weapp-socket/protocol";

const NAMES: Readonly<Record<number, ByeName>> = {
  1000: "kicked",
  1001: "drain",
  1002: "bad-message",
  1003: "bad-message",
  1007: "bad-message",
  1008: "rate-limited",
  1009: "too-large",
  1011: "unavailable",
  1013: "unavailable",
  ...Object.fromEntries(Object.entries(byeCodes).map(([name, code]) => [code, name as ByeName])),
};

/** What a session client is told instead of a close code of raw mode. */
export function byeOf(code: number): ByeName {
  return NAMES[code] ?? (code >= 4000 && code < 4500 ? "unavailable" : "kicked");
}

const WINDOWS = 16;
const WINDOW_STEP_MS = 500;
const WINDOW_MS = 2000;

/** When a client of a server that goes away may come back: windows side by side, so that they do not all come at once. */
export function drainWindow(connection: number): readonly [minMs: number, maxMs: number] {
  const startMs = (connection % WINDOWS) * WINDOW_STEP_MS;
  return [startMs, startMs + WINDOW_MS];
}
