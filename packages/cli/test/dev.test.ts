import { existsSync, statSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { type CliProcess, emptyFolder, runCli, save, startCli } from "./cli-process.js";

const repository = join(import.meta.dirname, "../../..");
const chat = join(repository, "examples/chat");
const chatServer = join(chat, "server.js");
const anyPorts = ["--port", "0", "--server-port", "0"];

/** A copy of the example that a test may change. Inside of the repository, where its server finds its package. */
async function chatCopy(): Promise<string> {
  const folder = join(
    repository,
    "test-results/cli",
    `${process.pid}-${Math.random().toString(36).slice(2)}`,
  );
  await mkdir(folder, { recursive: true });
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await cp(chat, folder, { recursive: true });
  return folder;
}

async function connected(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  onTestFinished(() => socket.terminate());
  await once(socket, "open");
  return socket;
}

async function nextText(socket: WebSocket): Promise<string> {
  const [data] = (await once(socket, "message")) as [Buffer];
  return data.toString();
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function takenPort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function serverOf(cli: CliProcess): Promise<{ url: string; pid: number }> {
  const { url, pid } = await cli.event("server");
  return { url: url as string, pid: pid as number };
}

test("simulator and server run; push finds the server; the answer is the server's", async () => {
  const cwd = emptyFolder();
  const cli = startCli(["dev", chat, "--server", chatServer, ...anyPorts, "--json"], { cwd });
  const [{ url: page }, { url }] = await Promise.all([cli.event("simulator"), serverOf(cli)]);
  expect((await fetch(page as string)).headers.get("content-type")).toMatch(/^text\/html/);

  const socket = await connected(url);
  socket.send("你好");
  expect(await nextText(socket)).toBe('{"content":"你说：你好"}');

  const heard = nextText(socket);
  const pushed = await runCli(["push", "--channel", "chat", '{"content": "from outside"}'], { cwd });
  expect(pushed).toMatchObject({ code: 0, out: "pushed to chat\n" });
  expect(await heard).toBe('{"content":"from outside"}');
});

test("what push reads is for this user's eyes, and for no repository", async () => {
  const cwd = emptyFolder();
  const cli = startCli(["dev", chat, "--server", chatServer, ...anyPorts, "--json"], { cwd });
  const { url } = await serverOf(cli);
  const file = join(cwd, ".weapp-socket/dev.json");
  expect(statSync(file).mode & 0o777).toBe(process.platform === "win32" ? 0o666 : 0o600);
  expect(JSON.parse(await readFile(file, "utf8"))).toEqual({
    url,
    admin: url.replace("ws", "http"),
    key: expect.stringMatching(/^[0-9a-f]{48}$/) as string,
    pid: cli.child.pid,
  });
  expect(await readFile(join(cwd, ".weapp-socket/.gitignore"), "utf8")).toBe("*\n");
  expect(cli.out).not.toContain(JSON.parse(await readFile(file, "utf8")).key);
});

test("for people: both addresses and what to try next, without colours where nobody sees them", async () => {
  const cli = startCli(["dev", chat, "--server", chatServer, ...anyPorts]);
  await cli.until(() => cli.out.includes("Ctrl-C ends both."));
  expect(cli.out).toMatch(/^ {2}simulator +http:\/\/127\.0\.0\.1:\d+ /m);
  expect(cli.out).toMatch(/^ {2}push server +ws:\/\/127\.0\.0\.1:\d+ /m);
  expect(cli.out).toContain("npx weapp-socket push --channel chat");
  expect(cli.out).not.toContain("\u001b");
  // On a busy machine: what takes long, and nothing else.
  expect(cli.err.split("\n").filter((line) => !/ …$|^$/u.test(line))).toEqual([]);
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s ends everything: code 0, no child, no port, no file",
  async (signal) => {
    const cwd = emptyFolder();
    const cli = startCli(["dev", chat, "--server", chatServer, ...anyPorts, "--json"], { cwd });
    const [{ url: page }, { url, pid }] = await Promise.all([cli.event("simulator"), serverOf(cli)]);
    await connected(url);
    cli.child.kill(signal);
    expect(await cli.exit()).toMatchObject({ code: 0, signal: null, err: "" });
    expect(cli.events().filter(({ event }) => event === "server-ended")).toEqual([]);
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(join(cwd, ".weapp-socket/dev.json"))).toBe(false);
    await expect(fetch(page as string)).rejects.toThrow("fetch failed");
  },
);

test("killed without a word, it leaves no server behind", async () => {
  const cli = startCli(["dev", chat, "--server", chatServer, ...anyPorts, "--json"]);
  const { pid } = await serverOf(cli);
  cli.child.kill("SIGKILL");
  await cli.exit();
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test.each([
  ["--port", "the simulator's"],
  ["--server-port", "the push server's"],
])("a taken %s is one clear line", async (option, whose) => {
  const port = await takenPort();
  const other = option === "--port" ? "--server-port" : "--port";
  const args = ["dev", chat, "--server", chatServer, option, String(port), other, "0"];
  const { code, out, err } = await runCli(args);
  expect(err).toBe(
    `error: port ${port}, ${whose}, is taken; choose another with ${option}, such as ${option} ${port + 1}\n`,
  );
  expect({ code, out }).toEqual({ code: 1, out: "" });
});

test.each([
  [["dev", "nowhere"], "no such folder: nowhere"],
  [["dev", chatServer], `${chatServer} is no folder`],
  [["dev", chat, "--server", "nothing.js"], "no such file: nothing.js"],
  [["dev", chat, "--server", chat], `${chat} is no file`],
])("%j", async (args, message) => {
  expect(await runCli(args)).toMatchObject({ code: 1, out: "", err: `error: ${message}\n` });
});

test("a changed server starts again, a broken one is told and waits for a change, its pages' files do not touch it", async () => {
  const folder = await chatCopy();
  const file = join(folder, "server.js");
  const source = await readFile(file, "utf8");
  const cli = startCli(["dev", folder, "--server", file, ...anyPorts, "--json"]);
  const first = await serverOf(cli);
  const socket = await connected(first.url);

  await save(join(folder, "pages/chat/chat.js"), "Page({ data: { changed: true } })");
  let seen = cli.events().length;
  await save(file, source.replace("你说", "You said"));
  const closed = once(socket, "close");
  const second = await cli.event("server", seen);
  expect(second["url"]).toBe(first.url);
  expect(second["pid"]).not.toBe(first.pid);
  expect((await closed)[0]).toBe(1006);
  expect(cli.events().filter(({ event }) => event === "server-changed")).toHaveLength(1);
  const again = await connected(first.url);
  again.send("hi");
  expect(await nextText(again)).toBe('{"content":"You said：hi"}');

  seen = cli.events().length;
  await save(file, "throw new Error('spilled coffee');");
  expect(await cli.event("server-ended", seen)).toMatchObject({ code: 1 });
  expect(cli.events()).toContainEqual({
    event: "server-output",
    stream: "err",
    text: "Error: spilled coffee",
  });
  seen = cli.events().length;
  await save(file, source);
  await cli.event("server", seen);
});

test("a crash while it runs is told", async () => {
  const cli = startCli(["dev", chat, "--server", chatServer, ...anyPorts, "--json"]);
  process.kill((await serverOf(cli)).pid, "SIGKILL");
  expect(await cli.event("server-ended")).toMatchObject({ code: null, signal: "SIGKILL" });
});

test("diagnostics name file, line and column, come again when they change, and go when all is mended", async () => {
  const folder = await chatCopy();
  const wxml = join(folder, "pages/chat/chat.wxml");
  const app = join(folder, "app.json");
  const [goodWxml, goodApp] = await Promise.all([readFile(wxml, "utf8"), readFile(app, "utf8")]);
  await save(wxml, `<view>\n  <text>{{ 1 + }}</text>\n</view>`);
  const cli = startCli(["dev", folder, "--port", "0"]);
  await cli.until(() => cli.err.endsWith("\n") && cli.out.includes("Ctrl-C ends it."));
  // On a slow machine it says first that it is compiling.
  expect(cli.err).toMatch(/^pages\/chat\/chat\.wxml:2:\d+: error: ./m);

  const before = cli.err.length;
  await save(app, `{ "pages": ["pages/chat/chat", "pages/gone/gone"] }`);
  await save(wxml, goodWxml);
  await cli.until(() => cli.err.slice(before).includes("pages/gone/gone"));
  expect(cli.err.slice(before)).toMatch(/^app\.json:1:\d+: error: .*pages\/gone\/gone/m);

  await save(app, goodApp);
  await cli.until(() => cli.err.endsWith("no problems left\n"));
});

test("--profile and --scenario reach the page; a scenario that is none is told with its line", async () => {
  const cwd = emptyFolder();
  await writeFile(join(cwd, "cut.json"), `{ "seed": 7, "steps": [{ "at": 100, "do": "cut" }] }`);
  const args = ["dev", chat, "--port", "0", "--profile", "devtools", "--scenario", "cut.json", "--json"];
  const { url } = await startCli(args, { cwd }).event("simulator");
  const session = (await (await fetch(`${url as string}/program/session.json`)).json()) as Record<
    string,
    unknown
  >;
  expect(session).toMatchObject({ profile: "devtools", scenario: { steps: [{ at: 100 }] } });

  await writeFile(join(cwd, "bad.json"), `{\n  "steps": [{ "at": 100, "do": "explode" }]\n}`);
  const bad = ["dev", chat, "--port", "0", "--scenario", "bad.json"];
  const { code, complaints } = await runCli(bad, { cwd });
  expect(code).toBe(1);
  expect(complaints).toMatch(/^bad\.json:2:\d+: error: .*explode[^]*error: bad\.json is no scenario\n$/);
});

/** A program that keeps what it was started with: stands for an editor. */
async function fakeEditor(name: string, code = 0): Promise<{ file: string; started: () => Promise<string> }> {
  const folder = emptyFolder();
  const [file, kept] = [join(folder, name), join(folder, "started")];
  await writeFile(
    file,
    `#!/bin/sh\nprintf '%s\\n' "$@" > '${kept}.part' && mv '${kept}.part' '${kept}'\nexit ${code}\n`,
    {
      mode: 0o755,
    },
  );
  return { file, started: () => readFile(kept, "utf8") };
}

async function openPlace(cli: CliProcess): Promise<{ status: number; text: string }> {
  const { url } = (await cli.event("simulator")) as { url: string };
  const { token } = (await (await fetch(`${url}/program/session.json`)).json()) as { token: string };
  const response = await fetch(`${url}/editor?file=app.js&line=4&column=2`, {
    method: "POST",
    headers: { origin: url, "x-weapp-socket-token": token },
  });
  return { status: response.status, text: await response.text() };
}

test.skipIf(process.platform === "win32")(
  "the inspector's places open in the editor of --editor, LAUNCH_EDITOR, or what runs",
  async () => {
    const { file, started } = await fakeEditor("code");
    const cli = startCli(["dev", chat, ...anyPorts, "--editor", `'${file}' --wait`, "--json"]);
    expect(await openPlace(cli)).toEqual({ status: 204, text: "" });
    expect(await started()).toBe(`--wait\n-r\n-g\n${join(chat, "app.js")}:4:2\n`);

    const other = await fakeEditor("zed");
    const env = { LAUNCH_EDITOR: other.file };
    expect((await openPlace(startCli(["dev", chat, ...anyPorts, "--json"], { env }))).status).toBe(204);
    expect(await other.started()).toBe(`${join(chat, "app.js")}:4:2\n`);
  },
);

test.skipIf(process.platform === "win32")("an editor that cannot is told of, and dev goes on", async () => {
  const cases: [string, RegExp][] = [
    ["/none/such-editor", /^the editor did not start: .*such-editor ENOENT\n$/u],
    [(await fakeEditor("code", 3)).file, /^the editor ended with code 3: .*code\n$/u],
    ["vim", /^vim wants a terminal of its own: start with --editor/u],
  ];
  for (const [editor, message] of cases) {
    const cli = startCli(["dev", chat, ...anyPorts, "--editor", editor, "--json"]);
    const { status, text } = await openPlace(cli);
    expect([status, text]).toEqual([502, expect.stringMatching(message)]);
    expect(cli.events().every(({ event }) => typeof event === "string")).toBe(true);
    expect((await openPlace(cli)).status).toBe(502);
  }
});
