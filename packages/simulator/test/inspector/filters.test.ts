import { describe, expect, test } from "vitest";
import type { SocketEvent } from "../../src/handle.js";
import { isCallShown, isFrameShown, isLogShown } from "../../src/inspector/filters.js";
import { parseQuery } from "../../src/inspector/query.js";

const at = 1;
const events: Readonly<Record<string, SocketEvent>> = {
  open: { at, type: "open" },
  hello: { at, type: "sent", data: "Hello 你好", bytes: 12 },
  pong: { at, type: "received", data: "pong", bytes: 4 },
  binary: { at, type: "received", data: Uint8Array.of(0xca, 0xfe).buffer, bytes: 2 },
  error: { at, type: "error", errMsg: "open fail", detail: "ECONNREFUSED" },
  close: { at, type: "close", code: 4001, reason: "kicked" },
};

describe("frames", () => {
  test.each([
    ["all", "", "open hello pong binary error close"],
    ["sent", "", "open hello error close"],
    ["received", "", "open pong binary error close"],
    ["all", "HELLO", "hello"],
    ["all", "你好", "hello"],
    ["all", "ca fe", "binary"],
    ["all", "refused", "error"],
    ["all", "open", "open error"],
    ["all", "4001", "close"],
    ["all", "kick", "close"],
    ["all", "-pong", "open hello binary error close"],
    ["received", "hello", ""],
  ] as const)("%s, %j: %s", (direction, query, shown) => {
    const names = Object.keys(events).filter((name) =>
      isFrameShown(events[name]!, direction, parseQuery(query)),
    );
    expect(names.join(" ")).toBe(shown);
  });
});

describe("calls", () => {
  const calls = [
    ["request", "request:ok", '{"url":"https://a.example"}'],
    ["getStorage", "getStorage:fail data not found", '{"key":"draft"}'],
    ["login", undefined, "{}"],
  ] as const;
  test.each([
    ["all", "", "request getStorage login"],
    ["failed", "", "getStorage"],
    ["pending", "", "login"],
    ["all", "wx.l", "login"],
    ["all", "DRAFT", "getStorage"],
    ["all", "not found", "getStorage"],
    ["all", "-wx.get", "request login"],
  ] as const)("%s, %j: %s", (kind, query, shown) => {
    const names = calls.filter(([api, errMsg, summary]) => {
      const call =
        errMsg === undefined ? { id: 1, at, api, options: {} } : { id: 1, at, api, options: {}, errMsg };
      return isCallShown({ call, summary, endedAt: undefined, isBefore: false }, kind, parseQuery(query));
    });
    expect(names.map(([api]) => api).join(" ")).toBe(shown);
  });
});

describe("console", () => {
  const lines = [
    ["log", "one", "a.js:1"],
    ["info", "two", "b.js:2"],
    ["debug", "three", undefined],
    ["warn", "four", "a.js:4"],
    ["error", "five", undefined],
  ] as const;
  test.each([
    ["all", "", "one two three four five"],
    ["errors", "", "five"],
    ["warnings", "", "four"],
    ["info", "", "one two three"],
    ["all", "a.js", "one four"],
    ["info", "T", "two three"],
  ] as const)("%s, %j: %s", (kind, query, shown) => {
    const found = lines.filter(([level, text, source]) => {
      const line = { at, level, parts: [text], ...(source === undefined ? {} : { source }) };
      return isLogShown({ line, isBefore: false }, kind, parseQuery(query));
    });
    expect(found.map(([, text]) => text).join(" ")).toBe(shown);
  });
});
