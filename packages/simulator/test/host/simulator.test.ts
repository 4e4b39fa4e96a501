import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { createSimulator, ListenError, type Diagnostic, type Program } from "../../src/index.js";
import { isListedUrl } from "../../src/domain-list.js";
import { openRelay, type RelayEvent } from "../../src/relay/page/relay.js";
import { makeProgram } from "../program-folder.js";
import { stubPageWebSocket } from "../relay/page-web-socket.js";
import { get, sessionOf, startSimulator } from "./simulator-world.js";

test("the program is served as its parts", async () => {
  const { dir } = makeProgram({ "pages/a/a.wxss": ".a{}" });
  const { url } = await startSimulator({
    dir,
    map: [{ from: "wss://a", to: "ws://b" }],
    profile: "devtools",
  });
  const program = (await (await fetch(`${url}/program/program.json`)).json()) as Program;
  expect(program).toMatchObject({ version: 1, pages: ["pages/a/a"], diagnostics: [] });
  expect(await (await fetch(`${url}/program/modules.js`)).text()).toContain('__weappDefine("pages/a/a.js"');
  expect(await (await fetch(`${url}/program/templates.js`)).text()).toContain("__weappTemplates(");
  expect(await (await fetch(`${url}/program/styles.json`)).json()).toEqual({ "pages/a/a": ".a{}\n" });
  expect(await sessionOf(url)).toEqual({
    token: expect.stringMatching(/^[\w-]{32}$/u) as string,
    map: [{ from: "wss://a", to: "ws://b" }],
    profile: "devtools",
    urlCheck: false,
    domains: { request: [], socket: [], uploadFile: [], downloadFile: [] },
    scenario: null,
    hasEditor: false,
    localNetworks: expect.any(Array) as unknown[],
  });
});

test("weapp-socket.json gives the domain lists and addresses that lead elsewhere", async () => {
  const { dir } = makeProgram({
    "project.config.json": '{"appid":"wx1","setting":{"urlCheck":true}}',
    "weapp-socket.json": JSON.stringify({
      domains: { request: ["https://a.example"], socket: ["wss://a.example", "ws://no"], other: 1 },
      map: { "wss://a.example": "ws://127.0.0.1:1", "wss://b": 2 },
      extra: 1,
    }),
  });
  const { url } = await startSimulator({ dir, map: [{ from: "wss://first", to: "ws://b" }] });
  expect(await sessionOf(url)).toMatchObject({
    urlCheck: true,
    domains: {
      request: ["https://a.example"],
      socket: ["wss://a.example"],
      uploadFile: [],
      downloadFile: [],
    },
    map: [
      { from: "wss://first", to: "ws://b" },
      { from: "wss://a.example", to: "ws://127.0.0.1:1" },
    ],
  });
  const { diagnostics } = (await (await fetch(`${url}/program/program.json`)).json()) as Program;
  expect(diagnostics.map(({ file, message }) => `${file} ${message}`)).toEqual([
    'weapp-socket.json expected an address like "wss://example.com", got "ws://no"',
    "weapp-socket.json expected the address that it leads to",
    'weapp-socket.json unknown setting "extra"',
  ]);
});

test("urlCheck alone, without lists, refuses nothing", async () => {
  const { dir } = makeProgram({ "project.config.json": '{"appid":"wx1","setting":{"urlCheck":true}}' });
  const { url } = await startSimulator({ dir });
  expect((await sessionOf(url)).urlCheck).toBe(false);
});

test.each([
  ["https://api.example.com/x?y", true],
  ["https://API.example.com:443/x", true],
  ["https://api.example.com:8443/x", true],
  ["https://api.example.com:9000/x", false],
  ["http://api.example.com/x", false],
  ["https://example.com/x", false],
  ["https://api.example.com.evil/x", false],
  ["api.example.com", false],
])("%s in a list with a port and one without: %s", (url, listed) => {
  expect(isListedUrl(url, ["https://api.example.com", "https://api.example.com:8443"])).toBe(listed);
});

test("every start has a token of its own", async () => {
  const { dir } = makeProgram();
  const [a, b] = [await startSimulator({ dir }), await startSimulator({ dir })];
  expect((await sessionOf(a.url)).token).not.toBe((await sessionOf(b.url)).token);
});

test("a taken port is a typed error, and the simulator can listen elsewhere", async () => {
  const taken = createServer();
  await new Promise<void>((listening) => void taken.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as AddressInfo;
  const simulator = createSimulator({ dir: makeProgram().dir });
  onTestFinished(() => simulator.close());
  const error = await simulator.listen({ port }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ListenError);
  expect(error).toMatchObject({ code: "port-in-use", port, host: "127.0.0.1" });
  expect((error as Error).message).toBe(`port ${port} of 127.0.0.1 is taken by another program`);
  expect((await simulator.listen({ port: 0 })).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/u);
});

test("an address of another machine is a typed error", async () => {
  const simulator = createSimulator({ dir: makeProgram().dir });
  await expect(simulator.listen({ port: 0, host: "192.0.2.1" })).rejects.toMatchObject({ code: "address" });
});

test("a program with errors is served, and its diagnostics are told", async () => {
  const { dir } = makeProgram({ "app.json": '{"pages":["none"]}' });
  const simulator = createSimulator({ dir });
  onTestFinished(() => simulator.close());
  const heard: (readonly Diagnostic[])[] = [];
  simulator.on("diagnostics", (diagnostics) => heard.push(diagnostics));
  const { url } = await simulator.listen({ port: 0 });
  expect(heard).toHaveLength(1);
  expect(heard[0]?.[0]?.message).toBe('the page file "none.wxml" is missing');
  expect((await fetch(`${url}/program/program.json`)).status).toBe(200);
});

test("a changed file is compiled and told to the pages, a mended one clears the diagnostics", async () => {
  const folder = makeProgram();
  const { simulator, url } = await startSimulator({ dir: folder.dir });
  const diagnostics = vi.fn<(diagnostics: readonly Diagnostic[]) => void>();
  const programs: number[] = [];
  simulator.on("diagnostics", diagnostics).on("program", ({ version }) => programs.push(version));
  stubPageWebSocket(url);
  onTestFinished(() => void vi.unstubAllGlobals());
  const relay = await openRelay(url, (await sessionOf(url)).token);
  const heard = vi.fn<(event: RelayEvent) => void>();
  relay.listen(heard);
  folder.write({ "pages/a/a.wxml": "<view>" });
  await expect.poll(() => heard).toHaveBeenCalledTimes(1);
  expect(heard.mock.calls[0]?.[0]).toMatchObject({ type: "program", version: 2 });
  expect(diagnostics.mock.lastCall?.[0]).toMatchObject([{ file: "pages/a/a.wxml", line: 1 }]);
  expect(await (await fetch(`${url}/program/program.json`)).json()).toMatchObject({ version: 2 });
  folder.write({ "pages/a/a.wxml": "<view></view><text/>" });
  await expect.poll(() => heard).toHaveBeenCalledTimes(2);
  expect(diagnostics.mock.lastCall?.[0]).toEqual([]);
  expect(programs).toEqual([2, 3]);
  relay.close();
});

test("a file that appears where one was missed is seen, also in a new folder", async () => {
  const folder = makeProgram({ "app.json": '{"pages":["pages/a/a","deep/er/b"]}' });
  const { simulator } = await startSimulator({ dir: folder.dir });
  const programs: Program[] = [];
  simulator.on("program", (program) => programs.push(program));
  folder.write({ "deep/er/b.wxml": "<view/>", "deep/er/b.js": "Page({})" });
  await expect.poll(() => programs.at(-1)?.diagnostics).toEqual([]);
});

test("close ends the relays, and the port is free again", async () => {
  const { simulator, url, port } = await startSimulator({ dir: makeProgram().dir });
  stubPageWebSocket(url);
  onTestFinished(() => void vi.unstubAllGlobals());
  const relay = await openRelay(url, (await sessionOf(url)).token);
  const heard = vi.fn<(event: RelayEvent) => void>();
  relay.listen(heard);
  await simulator.close();
  await expect.poll(() => heard).toHaveBeenCalledWith({ type: "lost" });
  const again = createServer();
  await new Promise<void>((listening) => void again.listen(port, "127.0.0.1", listening));
  again.close();
});

test("close before listen, and twice, does nothing", async () => {
  const simulator = createSimulator({ dir: makeProgram().dir });
  await expect(simulator.close().then(() => simulator.close())).resolves.toBeUndefined();
});

test("without built pages the page says what to do", async () => {
  const { port } = await startSimulator({ dir: makeProgram().dir });
  const answer = await get(port, "/");
  expect([200, 503]).toContain(answer.status);
  expect(answer.headers["content-type"]).toMatch(/^text\/html/u);
});
