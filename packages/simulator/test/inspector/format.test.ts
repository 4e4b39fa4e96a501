import { expect, test } from "vitest";
import {
  formatAge,
  formatBytes,
  formatCount,
  formatDuration,
  formatTime,
} from "../../src/inspector/format.js";

test.each([
  [0, "0 B"],
  [1, "1 B"],
  [1_023, "1023 B"],
  [1_024, "1.0 KB"],
  [1_536, "1.5 KB"],
  [1_048_524, "1023.9 KB"],
  [1_048_525, "1.0 MB"],
  [1_048_576, "1.0 MB"],
  [12_582_912, "12.0 MB"],
  [1_073_741_823, "1.0 GB"],
  [5_368_709_120, "5.0 GB"],
])("%i bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [-5, "0 ms"],
  [0, "0 ms"],
  [0.4, "0 ms"],
  [41.6, "42 ms"],
  [999.4, "999 ms"],
  [999.5, "1.00 s"],
  [1_250, "1.25 s"],
  [59_994, "59.99 s"],
  [59_995, "1 min 0 s"],
  [125_000, "2 min 5 s"],
])("%d ms took %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [-1, "0 s"],
  [999, "0 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [3_599_999, "59 min"],
  [3_600_000, "1 h"],
  [86_399_999, "23 h"],
  [172_800_000, "2 d"],
])("%i ms of age are %s", (ms, text) => {
  expect(formatAge(ms)).toBe(text);
});

test.each([
  [0, "0"],
  [999, "999"],
  [1_000, "1,000"],
  [1_234_567, "1,234,567"],
])("%i is written %s", (count, text) => {
  expect(formatCount(count)).toBe(text);
});

test("a time is the reader's clock, to the millisecond", () => {
  expect(formatTime(new Date(2026, 0, 2, 3, 4, 5, 6).getTime())).toBe("03:04:05.006");
  expect(formatTime(new Date(2026, 0, 2, 23, 59, 59, 999).getTime())).toBe("23:59:59.999");
});
