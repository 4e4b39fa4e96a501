import { describe, expect, it } from "vitest";
import { createOriginRule, type OriginOptions, type OriginVerdict } from "../../src/auth/origin.js";
import { parseReferer } from "../../src/auth/referer.js";
import { readToken } from "../../src/auth/token-source.js";
import { handshakeOf } from "./handshakes.js";

describe("Origin", () => {
  const cases: [OriginOptions, string | undefined, OriginVerdict][] = [
    [{}, undefined, "token"],
    [{}, "https://push.example", "token"],
    [{}, "https://push.example:443", "token"],
    [{}, "https://PUSH.example", "token"],
    [{}, "http://push.example", "token"],
    [{ allowOwnHost: false }, "https://push.example", "refuse"],
    [{}, "https://push.example:8443", "refuse"],
    [{}, "https://evil.example", "refuse"],
    [{}, "https://push.example.evil.example", "refuse"],
    [{}, "null", "refuse"],
    [{}, "", "refuse"],
    [{ origins: ["https://a.example"] }, "https://a.example", "allow"],
    [{ origins: ["https://A.example"] }, "https://a.EXAMPLE", "allow"],
    [{ origins: ["https://a.example"] }, "http://a.example", "refuse"],
    [{ origins: ["https://a.example"] }, "https://a.example:444", "refuse"],
    [{ origins: ["https://a.example"] }, "https://b.a.example", "refuse"],
    [{ origins: ["https://*.a.example"] }, "https://b.a.example", "allow"],
    [{ origins: ["https://*.a.example"] }, "https://c.b.a.example", "allow"],
    [{ origins: ["https://*.a.example"] }, "https://a.example", "refuse"],
    [{ origins: ["https://*.a.example"] }, "https://.a.example", "refuse"],
    [{ origins: ["https://*.a.example"] }, "https://evil.example#.a.example", "refuse"],
    [{ origins: ["https://*.a.example"] }, "https://evil.example/.a.example", "refuse"],
    [{ origins: ["https://*.a.example"] }, "https://evila.example", "refuse"],
    [{ origins: ["http://localhost:3100"] }, "http://localhost:3100", "allow"],
    [{ origins: ["http://[::1]:3100"] }, "http://[::1]:3100", "allow"],
    [{ origins: ["*"] }, "https://anything.example", "allow"],
    [{ origins: ["*"] }, undefined, "token"],
  ];

  it.each(cases)("%j: %j is %s", (options, origin, verdict) => {
    const headers = { host: "push.example", ...(origin !== undefined && { origin }) };
    expect(createOriginRule(options)(handshakeOf(headers))).toBe(verdict);
  });

  it.each([
    "a.example",
    "https://a.example/",
    "https://a.*.example",
    "https://*",
    "",
    "null",
    "ftp://a.example",
  ])("is not set up with %j", (origin) => {
    expect(() => createOriginRule({ origins: [origin] })).toThrow("origins: expected an origin");
  });
});

describe("Referer", () => {
  it.each([
    [
      "https://servicewechat.com/wx0123/17/page-frame.html",
      { appId: "wx0123", version: "17", kind: "release" },
    ],
    [
      "https://servicewechat.com/wx0123/0/page-frame.html",
      { appId: "wx0123", version: "0", kind: "preview" },
    ],
    [
      "https://servicewechat.com/wx0123/devtools/page-frame.html",
      { appId: "wx0123", version: "devtools", kind: "devtools" },
    ],
    [
      "https://servicewechat.com/touristappid/devtools/page-frame.html",
      { appId: "touristappid", version: "devtools", kind: "devtools" },
    ],
  ])("%s", (referer, parts) => {
    expect(parseReferer(referer)).toEqual(parts);
  });

  it.each([
    undefined,
    "",
    "https://servicewechat.com/",
    "http://servicewechat.com/wx0123/17/page-frame.html",
    "https://servicewechat.com.evil.example/wx0123/17/page-frame.html",
    "https://servicewechat.com/wx0123/17/page-frame.html?x",
    "https://servicewechat.com/../wx0123/17/page-frame.html",
    "https://servicewechat.com/wx0123/-1/page-frame.html",
    `https://servicewechat.com/wx${"0".repeat(100)}/17/page-frame.html`,
    "https://servicewechat.com/wx0123/17/page-frame.html\n",
  ])("%j is none of WeChat's", (referer) => {
    expect(parseReferer(referer)).toBeUndefined();
  });
});

describe("token of a handshake", () => {
  it.each<[string, Record<string, string>, string, string | undefined]>([
    ["the header", { authorization: "Bearer abc.def" }, "/", "abc.def"],
    ["any case of its scheme", { authorization: "bearer   abc " }, "/", "abc"],
    ["the query", {}, "/?x=1&ticket=abc", "abc"],
    ["the header before the query", { authorization: "Bearer abc" }, "/?ticket=def", "abc"],
    ["no other scheme", { authorization: "Basic abc" }, "/", undefined],
    ["no token with spaces", { authorization: "Bearer a b" }, "/", undefined],
    ["no empty one", { authorization: "Bearer " }, "/?ticket=", undefined],
    [
      "no endless one",
      { authorization: `Bearer ${"a".repeat(8193)}` },
      `/?ticket=${"a".repeat(8193)}`,
      undefined,
    ],
    ["nothing", {}, "/", undefined],
  ])("takes %s", (_, headers, target, token) => {
    expect(readToken(handshakeOf(headers, target))).toBe(token);
  });

  it("looks only where it is told to", () => {
    const handshake = handshakeOf({ authorization: "Bearer abc" }, "/?ticket=def&auth=ghi");
    expect(readToken(handshake, { header: false })).toBe("def");
    expect(readToken(handshake, { header: false, query: "auth" })).toBe("ghi");
    expect(readToken(handshake, { header: false, query: null })).toBeUndefined();
  });
});
