import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { emptyFolder, runCli, startCli } from "./cli-process.js";

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
    "ws.json: configuration: maxConnections: expected an integer from 1",
  ],
  [{ chanels: [] }, [], 1, "ws.json: configuration: expected port, host"],
  ["{", [], 1, "ws.json: expected JSON: "],
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
