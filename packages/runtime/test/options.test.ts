import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createRuntime as createNodeRuntime } from "@weapp-socket/runtime";
import {
  createRuntime,
  programReferer,
  type CoreOptions,
  type SocketTrace,
} from "@weapp-socket/runtime/core";
import { createVirtualClock, type VirtualClock } from "@weapp-socket/testkit/clock";
import { describe, expect, test } from "vitest";
import { createScriptedTransport, type ScriptedTransport } from "./scripted-transport.js";

interface World {
  readonly runtime: ReturnType<typeof createRuntime>;
  readonly transport: ScriptedTransport;
  readonly clock: VirtualClock;
}

function create(options: Partial<CoreOptions> = {}): World {
  const transport = createScriptedTransport();
  const clock = createVirtualClock();
  return { transport, clock, runtime: createRuntime({ transport, clock, ...options }) };
}

const bad: ReadonlyArray<readonly [option: string, value: unknown, error: typeof TypeError, text: string]> = [
  ["profile", "phone", RangeError, 'profile must be one of "device", "devtools", got "phone"'],
  ["profile", 1, TypeError, "profile must be one of"],
  ["appId", 5, TypeError, "appId must be a string, got 5"],
  ["appId", "", RangeError, "appId must be printable ASCII"],
  ["version", "1\r\nX: y", RangeError, "version must be printable ASCII"],
  ["userAgent", "小程序", RangeError, "userAgent must be printable ASCII"],
  ["networkTimeout", 60_000, TypeError, "networkTimeout must be an object, got 60000"],
  ["networkTimeout", [60_000], TypeError, "networkTimeout must be an object, got an array"],
  ["networkTimeout", null, TypeError, "networkTimeout must be an object, got null"],
  ["networkTimeout", { connectSocket: 0 }, RangeError, "networkTimeout.connectSocket must be a whole number"],
  ["networkTimeout", { connectSocket: "60" }, TypeError, "networkTimeout.connectSocket must be a number"],
  ["maxConnections", 0, RangeError, "maxConnections must be a whole number from 1 to 65535, got 0"],
  ["maxConnections", 2.5, RangeError, "maxConnections"],
  ["legacyCurrent", "newest", RangeError, "legacyCurrent must be one of"],
  ["urlCheck", "yes", TypeError, 'urlCheck must be true or false, got "yes"'],
  ["socketDomains", "wss://a.example", TypeError, "socketDomains must be an array"],
  ["socketDomains", ["ws://a.example"], TypeError, 'socketDomains[0] must be like "wss://push.example.com"'],
  ["socketDomains", ["wss://a.example", "a.example"], TypeError, "socketDomains[1]"],
  ["socketDomains", ["wss://a.example/path"], TypeError, "socketDomains[0]"],
  ["map", [{ from: "a" }], TypeError, "map[0] must be { from, to }"],
  ["map", {}, TypeError, "map must be an array"],
  ["requiredBackgroundModes", [1], TypeError, "requiredBackgroundModes[0] must be a string"],
  ["networkType", "lte", RangeError, 'networkType must be one of "wifi"'],
  ["onUncaught", true, TypeError, "onUncaught must be a function"],
  ["onSocketTrace", {}, TypeError, "onSocketTrace must be a function"],
  ["transport", undefined, TypeError, "transport must be an object with dial"],
  ["localNetworks", [], TypeError, "localNetworks must be a function, got an array"],
  ["clock", {}, TypeError, "clock must be an object with now, setTimer and defer"],
];

const badOfNode: ReadonlyArray<readonly [option: string, value: unknown, text: string]> = [
  ["closeTimeoutMs", 0, "closeTimeoutMs: expected a positive integer, got 0"],
  ["maxMessageBytes", -1, "maxMessageBytes: expected a positive integer, got -1"],
  ["maxMessageBytes", "64", "maxMessageBytes: expected a positive integer, got 64"],
  ["tls", false, "tls: expected an object, got false"],
  ["tls", null, "tls: expected an object, got null"],
  ["tls", [], "tls: expected an object, got an array"],
  ["tls", { rejectUnauthorized: "no" }, 'tls.rejectUnauthorized: expected true or false, got "no"'],
  ["tls", { ca: 5 }, "tls.ca: expected certificates as PEM"],
  ["tls", { ca: "/etc/ca.pem" }, "tls.ca: expected certificates as PEM"],
  ["tls", { ca: ["-----BEGIN CERTIFICATE-----", 1] }, "tls.ca: expected certificates as PEM"],
];

describe("a bad option names itself, at once", () => {
  test.each(bad)("%s: %j", (option, value, error, text) => {
    const made = (): unknown => create({ [option]: value });
    expect(made).toThrow(error);
    expect(made).toThrow(text);
  });

  test("no object at all", () => {
    expect(() => createRuntime("x" as never)).toThrow(TypeError);
    expect(() => createRuntime([] as never)).toThrow("options must be an object, got an array");
  });

  test.each(badOfNode)("Node's own: %s %j", (option, value, text) => {
    expect(() => createNodeRuntime({ [option]: value })).toThrow(text);
  });
});

describe("what is said of the options", () => {
  const source = (file: string): string => readFileSync(join(import.meta.dirname, "../src", file), "utf8");
  /** Members of an interface, each with the comment before it. */
  const members = (file: string, name: string): Array<readonly [option: string, comment: string]> => {
    const [, body = ""] = new RegExp(`interface ${name} [^{]*\\{\n([^]*?)\n\\}`).exec(source(file)) ?? [];
    return Array.from(body.matchAll(/(\/\*\*[^]*?\*\/\n)? {2}readonly (\w+)\??:/g), (match) => [
      match[2]!,
      match[1] ?? "",
    ]);
  };
  const options = [
    ...members("core/options.ts", "RuntimeOptions"),
    ...members("core/runtime.ts", "Surroundings"),
    ...members("node/transport.ts", "NodeTransportOptions"),
  ];

  test("the README's table has every option, and no other", () => {
    const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
    const [, table = ""] = /## Options\n\n([^]*?)\n\n/.exec(readme) ?? [];
    const rows = table.split("\n").slice(2);
    const listed = rows.flatMap((row) =>
      Array.from(row.split("|")[1]!.matchAll(/`(\w+)`/g), ([, name]) => name),
    );
    expect(listed.toSorted()).toEqual(options.map(([option]) => option).toSorted());
  });

  test.each(options)("%s has a docstring with its default", (option, comment) => {
    // What there must be has no default.
    if (option !== "transport") expect(comment).toMatch(/default/i);
    expect(comment).not.toBe("");
  });

  test("each is refused when it makes no sense", () => {
    const refused = new Set([...bad, ...badOfNode].map(([option]) => option));
    expect(options.map(([option]) => option).filter((option) => !refused.has(option))).toEqual([]);
  });
});

test("undefined counts as absent, for every option", () => {
  const names = bad
    .map(([option]) => option)
    .filter((option) => option !== "transport" && option !== "clock");
  const options = Object.fromEntries(names.map((option) => [option, undefined]));
  expect(() => create(options)).not.toThrow();
});

test("the defaults: device, nobody's appId, version 0, 60 seconds, Wi-Fi, five connections", async () => {
  const { runtime, transport } = create();
  for (let count = 0; count < 6; count += 1) runtime.wx.connectSocket({ url: "wss://a.example" });
  expect(transport.links).toHaveLength(5);
  const { request } = transport.last();
  expect(request.timeoutMs).toBe(60_000);
  expect(request.headers).toContainEqual([
    "Referer",
    "https://servicewechat.com/wx0000000000000000/0/page-frame.html",
  ]);
  expect((await runtime.wx.getNetworkType()).networkType).toBe("wifi");
});

test.each([
  ["device", {}, { tcpNoDelay: false, perMessageDeflate: false }],
  ["device", { tcpNoDelay: true, perMessageDeflate: true }, { tcpNoDelay: true, perMessageDeflate: true }],
  ["device", { tcpNoDelay: 1, perMessageDeflate: "yes" }, { tcpNoDelay: false, perMessageDeflate: false }],
  ["devtools", {}, { tcpNoDelay: true, perMessageDeflate: true }],
  [
    "devtools",
    { tcpNoDelay: false, perMessageDeflate: false },
    { tcpNoDelay: true, perMessageDeflate: true },
  ],
] as const)("%s: connectSocket with %j dials with %j", (profile, option, dialled) => {
  const { runtime, transport } = create({ profile });
  runtime.wx.connectSocket({ url: "wss://a.example", ...(option as object) });
  expect(transport.last().request).toMatchObject(dialled);
});

test("networkType at the start", async () => {
  const { runtime, transport } = create({ networkType: "none" });
  runtime.wx.connectSocket({ url: "wss://a.example" });
  expect(transport.links).toHaveLength(0);
  expect((await runtime.wx.getNetworkType()).networkType).toBe("none");
});

test("setNetworkType refuses a word that is none", () => {
  const { runtime } = create();
  expect(() => runtime.setNetworkType("lte" as never)).toThrow(RangeError);
});

test("without onUncaught, what page code throws is thrown again in a task of its own", () => {
  const { runtime, clock } = create();
  const broken = new Error("broken page");
  runtime.wx.connectSocket({
    url: "wss://a.example",
    success() {
      throw broken;
    },
  });
  expect(clock.tasks).toBe(1);
  return expect(clock.settle()).rejects.toBe(broken);
});

test("an onUncaught that throws itself does not stop the page", async () => {
  const heard: string[] = [];
  const { runtime, clock } = create({
    onUncaught() {
      throw new Error("broken reporter");
    },
  });
  runtime.wx.connectSocket({
    url: "wss://a.example",
    success() {
      throw new Error("broken page");
    },
    complete: () => heard.push("complete"),
  });
  expect(heard).toEqual(["complete"]);
  await expect(clock.settle()).rejects.toThrow("broken reporter");
});

describe("map", () => {
  const dialled = (url: string, from: string, to: string): string | undefined => {
    const { runtime, transport } = create({ map: [{ from, to }] });
    runtime.wx.connectSocket({ url });
    return transport.links[0]?.request.url;
  };

  test.each([
    ["wss://a.example/x?y=1", "wss://a.example", "ws://127.0.0.1:3000", "ws://127.0.0.1:3000/x?y=1"],
    ["wss://a.example", "wss://a.example", "ws://127.0.0.1:3000", "ws://127.0.0.1:3000"],
    ["WSS://A.example/x", "wss://a.example", "ws://b", "ws://b/x"],
    ["wss://a.example.com/x", "wss://a.example", "ws://b", "wss://a.example.com/x"],
    ["wss://a.example:8443/x", "wss://a.example", "ws://b", "wss://a.example:8443/x"],
    ["wss://a.example/v1/x", "wss://a.example/v1/", "ws://b/", "ws://b/x"],
    ["ws://(ip):8090", "ws://(ip):8090", "ws://b", "ws://b"],
  ])("%s with %s -> %s is %s", (url, from, to, expected) => {
    expect(dialled(url, from, to)).toBe(expected);
  });

  test("the first rule that fits", () => {
    const { runtime, transport } = create({
      map: [
        { from: "wss://a/x", to: "ws://one" },
        { from: "wss://a", to: "ws://two" },
      ],
    });
    runtime.wx.connectSocket({ url: "wss://a/y" });
    runtime.wx.connectSocket({ url: "wss://a/x" });
    expect(transport.links.map(({ request }) => request.url)).toEqual(["ws://two/y", "ws://one"]);
  });

  test("setMap gives other rules to what is opened from now on, and refuses what is none", () => {
    const { runtime, transport } = create({ map: [{ from: "wss://a", to: "ws://one" }] });
    runtime.wx.connectSocket({ url: "wss://a/x" });
    runtime.setMap([{ from: "wss://a", to: "ws://two" }]);
    runtime.wx.connectSocket({ url: "wss://a/y" });
    expect(() => runtime.setMap([{ from: "wss://a" } as never])).toThrow(
      new TypeError("map[0] must be { from, to } with two strings, got [object Object]"),
    );
    runtime.wx.connectSocket({ url: "wss://a/z" });
    expect(transport.links.map(({ request }) => request.url)).toEqual([
      "ws://one/x",
      "ws://two/y",
      "ws://two/z",
    ]);
  });
});

describe("urlCheck", () => {
  const networks = [{ address: "192.168.1.20", netmask: "255.255.255.0" }];
  const isDialled = (url: string, options: Partial<CoreOptions> = {}): boolean => {
    const { runtime, transport } = create({
      urlCheck: true,
      socketDomains: ["wss://push.example.com", "wss://old.example:8080", "wss://*.wild.example"],
      localNetworks: () => networks,
      ...options,
    });
    runtime.wx.connectSocket({ url });
    return transport.links.length === 1;
  };

  test.each([
    ["wss://push.example.com/x", true],
    ["wss://push.example.com:8443/x", true],
    ["wss://PUSH.example.com", true],
    ["wss://old.example", true],
    ["wss://one.wild.example", true],
    ["wss://wild.example", false],
    ["ws://push.example.com", false],
    ["wss://example.com", false],
    ["wss://sub.push.example.com", false],
    ["wss://other.example", false],
    ["wss://api.weixin.qq.com", false],
    ["wss://localhost", false],
    ["wss://127.0.0.1:3000", false],
    ["wss://[::1]:3000", false],
    // In the LAN: an address with a port, not the phone itself.
    ["ws://192.168.1.7:3000", true],
    ["wss://192.168.1.7:3000", true],
    ["ws://192.168.1.7", false],
    ["ws://192.168.2.7:3000", false],
    ["ws://192.168.1.20:3000", false],
  ])("%s: %j", (url, expected) => {
    expect(isDialled(url)).toBe(expected);
  });

  test("off, everything is dialled; touristappid is not checked", () => {
    expect(isDialled("ws://127.0.0.1:1", { urlCheck: false })).toBe(true);
    expect(isDialled("ws://127.0.0.1:1", { appId: "touristappid" })).toBe(true);
  });

  test("in the LAN without a list", () => {
    expect(isDialled("ws://192.168.1.7:3000", { socketDomains: [] })).toBe(true);
    expect(isDialled("ws://192.168.1.7:3000", { localNetworks: undefined })).toBe(false);
  });
});

test("onSocketTrace hears a connection's whole life, with task, time and call site", async () => {
  const events: SocketTrace[] = [];
  const { runtime, transport, clock } = create({
    onSocketTrace: (event) => events.push(event),
    appId: "wx1",
  });
  const task = runtime.wx.connectSocket({ url: "wss://a.example/x", protocols: ["p"] });
  task.onMessage(() => undefined);
  const { peer } = transport.last();
  const profile = {
    fetchStart: 1,
    domainLookUpStart: 1,
    domainLookUpEnd: 2,
    connectStart: 2,
    connectEnd: 3,
    rtt: 1,
    handshakeCost: 1,
    cost: 2,
  };
  peer.open({ header: { Server: "x" }, profile });
  await clock.settle();
  task.send({ data: "小" });
  task.send({ data: new ArrayBuffer(3) });
  task.send({ data: 5 as never });
  peer.message("hi");
  await clock.settle();
  task.close({ code: 4000, reason: "done" });
  await clock.settle();
  peer.close(4000, "done");
  await clock.settle();

  expect(events.map(({ type }) => type)).toEqual([
    "connect",
    "open",
    "sent",
    "sent",
    "call-failed",
    "received",
    "closing",
    "close",
  ]);
  expect(events.every(({ taskId, at }) => taskId === 1 && at === clock.now())).toBe(true);
  const [connect, open, text, binary, failed, received, closing, close] = events;
  expect(connect).toMatchObject({ url: "wss://a.example/x", target: "wss://a.example/x", protocols: ["p"] });
  expect((connect as unknown as { callSite: string[] }).callSite[0]).toContain("options.test.ts");
  expect(open).toMatchObject({ header: { Server: "x" }, profile, listeners: 0 });
  expect(text).toMatchObject({ data: "小", bytes: 3 });
  expect(binary).toMatchObject({ bytes: 3 });
  expect(failed).toMatchObject({ errMsg: "sendSocketMessage:fail invalid data type" });
  expect(received).toMatchObject({ data: "hi", bytes: 2, listeners: 1 });
  expect(closing).toMatchObject({ by: "page", code: 4000, reason: "done" });
  expect(close).toMatchObject({ code: 4000, reason: "done", listeners: 0 });
});

test("onSocketTrace: what a page does to its buffers is not seen", async () => {
  const seen: unknown[] = [];
  const { runtime, transport, clock } = create({
    onSocketTrace: (event) => {
      if ("data" in event) seen.push(event.data);
    },
  });
  const task = runtime.wx.connectSocket({ url: "wss://a.example" });
  const spoil = (data: unknown): void => void new Uint8Array(data as ArrayBuffer).fill(9);
  task.onMessage(({ data }) => spoil(data));
  const { peer } = transport.last();
  peer.open({ header: {} });
  await clock.settle();
  const sent = Uint8Array.of(1, 2).buffer;
  task.send({ data: sent });
  spoil(sent);
  peer.message(Uint8Array.of(3, 4).buffer);
  await clock.settle();
  expect(seen).toEqual([Uint8Array.of(1, 2).buffer, Uint8Array.of(3, 4).buffer]);
});

test("onSocketTrace: what failed, and why in words that page code never sees", async () => {
  const events: SocketTrace[] = [];
  const { runtime, transport, clock } = create({ onSocketTrace: (event) => events.push(event) });
  runtime.wx.connectSocket({ url: "http://a" });
  runtime.wx.connectSocket({ url: "wss://a.example" });
  transport.last().peer.fail({ cause: "status", detail: "expected 101, got 404" });
  await clock.settle();
  expect(events).toMatchObject([
    { type: "refused", taskId: 1, url: "http://a", errMsg: 'connectSocket:fail invalid url "http://a"' },
    { type: "connect", taskId: 2 },
    { type: "error", taskId: 2, errCode: 1004, cause: "status", detail: "expected 101, got 404" },
  ]);
});

test("what onSocketTrace throws is reported, and stops nothing", () => {
  const reported: unknown[] = [];
  const { runtime, transport } = create({
    onUncaught: (error) => reported.push(error),
    onSocketTrace() {
      throw new Error("broken inspector");
    },
  });
  runtime.wx.connectSocket({ url: "wss://a.example" });
  expect(transport.links).toHaveLength(1);
  expect(reported).toHaveLength(1);
});

test.each([
  [{}, "wx0000000000000000/0"],
  [{ profile: "devtools", appId: "wx1" } as const, "wx1/devtools"],
  [{ appId: "wx1", version: "7" }, "wx1/7"],
])("programReferer of %j", (options, place) => {
  expect(programReferer(options)).toBe(`https://servicewechat.com/${place}/page-frame.html`);
});
