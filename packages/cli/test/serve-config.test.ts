import { once } from "node:events";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { type CliProcess, emptyFolder, runCli, startCli } from "./cli-process.js";

function folderWith(config: unknown): string {
  const cwd = emptyFolder();
  writeFileSync(join(cwd, "ws.json"), typeof config === "string" ? config : JSON.stringify(config));
  return cwd;
}

test("serves as the file says, logs JSON, and drains on SIGTERM", async () => {
  const cwd = folderWith({ port: 1, join: ["news"], adminKey: "${PUSH_KEY}", drainMs: 100 });
  const env = { PUSH_KEY: "0123456789abcdef" };
  const cli = startCli(["serve", "--config", "ws.json", "--port", "0", "--json"], { cwd, env });
  const { url } = (await cli.event("server")) as { url: string };
  const socket = new WebSocket(url);
  onTestFinished(() => socket.terminate());
  const heard: string[] = [];
  socket.on("message", (data: Buffer) => heard.push(data.toString()));
  await once(socket, "open");
  const pushed = await runCli(["push", "--url", url, "--key", env.PUSH_KEY, "--channel", "news", '"hello"'], {
    cwd,
  });
  expect(pushed).toMatchObject({ code: 0 });
  await expect.poll(() => heard).toEqual(["hello"]);
  const closed = once(socket, "close") as Promise<[number]>;
  cli.child.kill("SIGTERM");
  expect(await cli.exit()).toMatchObject({ code: 0, err: "" });
  expect((await closed)[0]).toBe(1001);
});

test("standard output is the log and nothing else, and says whose key was used", async () => {
  const key = "0123456789abcdef";
  const cwd = folderWith({ apiKeys: [{ name: "shop", key, scopes: ["admin"] }], drainMs: 100 });
  const cli = startCli(["serve", "--config", "ws.json", "--port", "0"], { cwd });
  await cli.until(() => cli.out.includes("\n") && cli.err.includes("\n"));
  const { url } = cli.events()[0] as { url: string };
  expect(cli.err).toContain(url);
  const answer = await fetch(`${url.replace("ws:", "http:")}/v1/tickets`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: '{"user":"u"}',
  });
  expect(answer.status).toBe(200);
  cli.child.kill("SIGTERM");
  expect(await cli.exit()).toMatchObject({ code: 0 });
  expect(cli.events()).toContainEqual(
    expect.objectContaining({ msg: "api", operation: "mintTicket", caller: "shop" }),
  );
  expect(cli.out).not.toContain(key);
});

test.each([
  [
    { limits: { maxConnections: 0 } },
    [],
    1,
    "ws.json: configuration.limits.maxConnections: expected an integer from 1",
  ],
  [{ chanels: [] }, [], 1, "ws.json: configuration: expected port, host"],
  ["{", [], 1, "ws.json: expected JSON: "],
  [{ host: "192.0.2.1" }, [], 1, "192.0.2.1 is no address of this machine"],
  [
    { broker: { engine: "lmdb", path: "ws.json" } },
    [],
    1,
    "ws.json: configuration.broker: EEXIST: file already exists",
  ],
  [{}, ["--key", "0123456789abcdef"], 2, "--key and --config: say it in the file"],
])("%j with %j exits with %i and says %j", async (config, more, code, message) => {
  const result = await runCli(["serve", "--config", "ws.json", ...more], { cwd: folderWith(config) });
  expect(result.code).toBe(code);
  expect(result.err).toContain(message);
});

test("a file that is not there is named", async () => {
  const result = await runCli(["serve", "--config", "nowhere.json"], { cwd: emptyFolder() });
  expect(result).toMatchObject({ code: 1 });
  expect(result.err).toContain("nowhere.json: ");
});

test("a level of logs that is none is refused", async () => {
  const options = { cwd: folderWith({}), env: { LOG_LEVEL: "verbose" } };
  const result = await runCli(["serve", "--config", "ws.json"], options);
  expect(result).toMatchObject({ code: 1 });
  expect(result.err).toContain(
    "LOG_LEVEL: expected one of trace, debug, info, warn, error, fatal, silent, got",
  );
});

const key = "0123456789abcdef";
const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };

async function serve(cwd: string, file = "ws.json"): Promise<{ cli: CliProcess; http: string; url: string }> {
  const cli = startCli(["serve", "--config", file, "--port", "0", "--json"], { cwd });
  const { url } = (await cli.event("server")) as { url: string };
  return { cli, url, http: url.replace("ws:", "http:") };
}

test("after a drain over HTTP the process ends with 0, and its store is closed", async () => {
  const cwd = folderWith({ adminKey: key, broker: { engine: "lmdb", path: "store" } });
  const { cli, http } = await serve(cwd);
  const drained = await fetch(`${http}/v1/drain`, { method: "POST", headers, body: '{"withinMs":0}' });
  expect(drained.status).toBe(202);
  expect(await cli.exit()).toMatchObject({ code: 0, signal: null });
  const again = await serve(cwd);
  expect(again.cli.events()).toContainEqual(
    expect.objectContaining({ msg: "store opened", found: "closed" }),
  );
});

test("a store that is in use, torn, or was not closed is told of", async () => {
  const cwd = folderWith({ adminKey: key, broker: { engine: "lmdb", path: "store" } });
  const first = await serve(cwd);
  const second = await runCli(["serve", "--config", "ws.json", "--port", "0"], { cwd });
  expect(second.code).toBe(1);
  expect(second.err).toContain("ws.json: configuration.broker: store store: in use by process ");
  first.cli.child.kill("SIGKILL");
  await first.cli.exit();
  const crashed = await serve(cwd);
  expect(crashed.cli.events()).toContainEqual(expect.objectContaining({ level: 40, found: "crashed" }));
  crashed.cli.child.kill("SIGKILL");
  await crashed.cli.exit();
  truncateSync(join(cwd, "store", "data.mdb"), 8192);
  const torn = await serve(cwd);
  expect(torn.cli.events()).toContainEqual(
    expect.objectContaining({
      level: 50,
      found: "damaged",
      reason: expect.stringMatching(/./) as unknown,
      setAside: expect.stringContaining("data.mdb.damaged-") as unknown,
      msg: "the store is damaged: it is set aside, and a new one begins",
    }),
  );
});

test("several processes share one broker without a line of code, and outlive the one that has it", async () => {
  const cwd = folderWith({
    join: ["news"],
    adminKey: key,
    broker: { engine: "memory", socket: "broker.sock" },
  });
  writeFileSync(
    join(cwd, "other.json"),
    JSON.stringify({
      join: ["news"],
      adminKey: key,
      broker: { engine: "remote", path: "broker.sock" },
      drainMs: 100,
    }),
  );
  const [one, other] = await Promise.all([serve(cwd), serve(cwd, "other.json")]);
  const publish = async ({ http }: { http: string }, data: string): Promise<number> => {
    const body = JSON.stringify({ channel: "news", data });
    return (await fetch(`${http}/v1/publish`, { method: "POST", headers, body })).status;
  };
  const enter = async ({ url }: { url: string }): Promise<string[]> => {
    const socket = new WebSocket(url);
    onTestFinished(() => socket.terminate());
    const heard: string[] = [];
    socket.on("message", (data: Buffer) => heard.push(data.toString()));
    await once(socket, "open");
    return heard;
  };
  const third = await runCli(["serve", "--config", "ws.json", "--port", "0"], { cwd });
  expect(third).toMatchObject({ code: 1 });
  expect(third.err).toContain("configuration.broker: socket broker.sock: another process listens there");

  const early = await enter(other);
  // The channel is attached over there a moment after the client is in.
  const earlyHears = async (): Promise<boolean> => {
    expect(await publish(one, "hello")).toBe(200);
    return early.includes("hello");
  };
  await expect.poll(earlyHears).toBe(true);
  one.cli.child.kill("SIGKILL");
  await one.cli.exit();
  await expect.poll(() => publish(other, "lost")).toBe(503);
  const late = await enter(other);
  expect((await fetch(`${other.http}/readyz`)).status).toBe(503);
  const again = await serve(cwd);
  // The channel is attached again a moment after the line is back.
  const bothHear = async (): Promise<boolean> => {
    await publish(other, "back");
    return early.includes("back") && late.includes("back");
  };
  await expect.poll(bothHear).toBe(true);
  expect([early[0], late[0]]).toEqual(["hello", "back"]);
  again.cli.child.kill("SIGKILL");
  await again.cli.exit();
  other.cli.child.kill("SIGTERM");
  expect(await other.cli.exit()).toMatchObject({ code: 0 });
});

test("a signal that is repeated at once is one, and a later one ends the process", async () => {
  const cwd = folderWith({ drainMs: 60_000 });
  const { cli, url } = await serve(cwd);
  const sockets = Array.from({ length: 50 }, () => new WebSocket(url));
  onTestFinished(() => sockets.forEach((each) => each.terminate()));
  await Promise.all(sockets.map((each) => once(each, "open")));
  const anyClosed = Promise.any(sockets.map((each) => once(each, "close")));
  cli.child.kill("SIGINT");
  cli.child.kill("SIGINT");
  await anyClosed;
  expect(cli.child.exitCode).toBeNull();
  const asking = setInterval(() => cli.child.kill("SIGINT"), 100);
  onTestFinished(() => clearInterval(asking));
  expect(await cli.exit()).toMatchObject({ code: 1 });
});

test("a whole run at the finest level leaves no secret in the log", async () => {
  const mark = "DO-NOT-TELL";
  const env = {
    LOG_LEVEL: "trace",
    ADMIN: `${mark}-admin-0123456789`,
    SHOP: `${mark}-shop-0123456789`,
    JWT: `${mark}-jwt-0123456789-0123456789-0123456789`,
    WX: `${mark}-wx`,
  };
  const cwd = folderWith({
    adminKey: "${ADMIN}",
    apiKeys: [{ name: "shop", key: "${SHOP}", scopes: ["publish"] }],
    jwt: { secret: "${JWT}", audience: "push" },
    // Nobody answers there: the failure is told without the address, which has the secret in it.
    wxLogin: { appId: "wx0123456789abcdef", secret: "${WX}", baseUrl: "http://127.0.0.1:1" },
    access: [{ match: "*", may: ["join"] }],
    drainMs: 100,
  });
  const cli = startCli(["serve", "--config", "ws.json", "--port", "0", "--json"], { cwd, env });
  const { url } = (await cli.event("server")) as { url: string };
  const post = async (path: string, bearer: string, body: unknown): Promise<Response> =>
    fetch(`${url.replace("ws:", "http:")}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json", "x-mark": mark },
      body: JSON.stringify(body),
    });
  const { ticket } = (await (await post("/v1/tickets", env.ADMIN, { user: "ann" })).json()) as {
    ticket: string;
  };
  const socket = new WebSocket(`${url}/?ticket=${ticket}&channels=room&x=${mark}`);
  onTestFinished(() => socket.terminate());
  const message = once(socket, "message");
  await once(socket, "open");
  socket.send(mark);
  expect((await post("/v1/push", env.SHOP, { to: { user: "ann" }, data: mark })).status).toBe(200);
  await message;
  for (const strange of [{ authorization: `Bearer ${mark}` }, { origin: `https://${mark}.example` }]) {
    const refused = new WebSocket(`${url}/?ticket=${mark}`, { headers: strange });
    await once(refused, "error");
  }
  expect((await post("/v1/login/wx", "", { code: mark })).status).toBe(503);
  expect((await post("/v1/publish", `${mark}-wrong`, {})).status).toBe(401);
  expect((await post("/v1/publish", env.SHOP, `"${mark}`)).status).toBe(400);
  expect((await post("/v1/users/ann/kick", env.ADMIN, { reason: mark })).status).toBe(200);
  cli.child.kill("SIGTERM");
  const { out, err } = await cli.exit();
  expect(out).toContain('"operation":"kick","user":"ann"');
  for (const secret of [mark, ticket]) expect(out + err).not.toContain(secret);
});
