import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { emptyFolder, runCli, startCli } from "./cli-process.js";

interface Publish {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * Answers every request the same and keeps what was asked.
 *
 * @param goesOn it waits for this before it answers
 */
async function httpServer(
  status: number,
  answer: string,
  goesOn: Promise<void> = Promise.resolve(),
): Promise<{ origin: string; asked: Publish[] }> {
  const asked: Publish[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      if (request.method !== "POST") return void response.writeHead(404).end();
      asked.push({ method: request.method, url: request.url, headers: request.headers, body });
      void goesOn.then(() => response.writeHead(status, { "content-type": "application/json" }).end(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function project(dev: Record<string, unknown>): Promise<string> {
  const folder = emptyFolder();
  await mkdir(join(folder, ".weapp-socket"));
  await mkdir(join(folder, "pages/chat"), { recursive: true });
  await writeFile(join(folder, ".weapp-socket/dev.json"), JSON.stringify(dev));
  return folder;
}

test("posts the message with the key", async () => {
  const { origin, asked } = await httpServer(200, "{}");
  const message = '{"content":"你好"}';
  const { code, out } = await runCli(["push", "--channel", "chat", "--url", origin, "--key", "k-1", message]);
  expect({ code, out }).toEqual({ code: 0, out: "pushed to chat\n" });
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ method: "POST", url: "/v1/publish" });
  expect(asked[0]!.headers).toMatchObject({
    authorization: "Bearer k-1",
    "content-type": "application/json",
  });
  expect(JSON.parse(asked[0]!.body)).toEqual({ channel: "chat", data: { content: "你好" } });
});

test.each([
  [["--user", "ann"], { user: "ann" }, "pushed to ann\n"],
  [["--user", "ann", "--device", "d1"], { user: "ann", device: "d1" }, "pushed to ann, device d1\n"],
  [["--all"], { all: true }, "pushed to everybody\n"],
])("with %j pushes to %j", async (to, target, said) => {
  const { origin, asked } = await httpServer(200, "{}");
  const { code, out } = await runCli(["push", ...to, "--url", origin, "--key", "k", "[1]"]);
  expect({ code, out }).toEqual({ code: 0, out: said });
  expect(asked[0]).toMatchObject({ url: "/v1/push" });
  expect(JSON.parse(asked[0]!.body)).toEqual({ to: target, data: [1] });
});

test.each([
  [[], "push needs one of --channel CHANNEL, --user USER and --all"],
  [["--channel", "c", "--user", "u"], "push needs one of --channel CHANNEL, --user USER and --all"],
  [["--all", "--device", "d"], "--device needs --user USER"],
])("%j is no addressee", async (to, message) => {
  const { code, err } = await runCli(["push", ...to, "--url", "http://127.0.0.1:1", "--key", "k", "1"]);
  expect(code).toBe(2);
  expect(err).toContain(message);
});

test("ws:// leads to the same server, the key may come from the environment", async () => {
  const { origin, asked } = await httpServer(200, "{}");
  const args = ["push", "--channel", "c", "--url", origin.replace("http", "ws"), "1"];
  expect(await runCli(args, { env: { WEAPP_SOCKET_KEY: "from-env" } })).toMatchObject({ code: 0 });
  expect(asked[0]!.headers.authorization).toBe("Bearer from-env");
});

test("reads the message from standard input", async () => {
  const { origin, asked } = await httpServer(200, "{}");
  const args = ["push", "--channel", "c", "--url", origin, "--key", "k", "-"];
  expect(await runCli(args, { input: '{"from":\n"stdin"}\n' })).toMatchObject({ code: 0 });
  expect(JSON.parse(asked[0]!.body)).toEqual({ channel: "c", data: { from: "stdin" } });
});

test("--text sends what was typed", async () => {
  const { origin, asked } = await httpServer(200, "{}");
  const args = ["push", "--channel", "c", "--url", origin, "--key", "k", "--text", "{not json"];
  expect(await runCli(args)).toMatchObject({ code: 0 });
  expect(JSON.parse(asked[0]!.body)).toEqual({ channel: "c", data: "{not json" });
});

test("finds the running server from a folder below", async () => {
  const { origin, asked } = await httpServer(200, "{}");
  const dev = { url: "ws://127.0.0.1:1", admin: origin, key: "found", pid: process.pid };
  const folder = await project(dev);
  const cwd = join(folder, "pages/chat");
  expect(await runCli(["push", "--channel", "c", "{}"], { cwd })).toMatchObject({ code: 0 });
  // The key of the environment is for another server.
  const env = { WEAPP_SOCKET_KEY: "for production" };
  expect(await runCli(["push", "--channel", "c", "{}"], { cwd, env })).toMatchObject({ code: 0 });
  expect(asked.map(({ headers }) => headers.authorization)).toEqual(["Bearer found", "Bearer found"]);
});

test("a server whose command has ended is not running, nor is an unreadable file", async () => {
  const gone = { url: "ws://127.0.0.1:1", admin: "http://127.0.0.1:1", key: "k", pid: 2 ** 22 + 1 };
  const folders = [await project(gone), await project({ admin: 1 }), emptyFolder()];
  for (const cwd of folders) {
    const { code, err } = await runCli(["push", "--channel", "c", "{}"], { cwd });
    expect(code).toBe(1);
    expect(err).toContain("error: no push server runs in this folder or one above\n");
    expect(err).toContain("weapp-socket dev");
  }
});

test.each([
  [401, '{"status":401,"detail":"…"}', "refused the key"],
  [400, '{"status":400,"detail":"channel: expected a name"}', "answered 400: channel: expected a name"],
  [502, "<html>Bad gateway", "answered 502: <html>Bad gateway"],
])("an answer of %i is one clear line", async (status, answer, message) => {
  const { origin } = await httpServer(status, answer);
  const args = ["push", "--channel", "c", "--url", origin, "--key", "k", "{}"];
  const { code, complaints } = await runCli(args);
  expect(code).toBe(1);
  expect(complaints.split("\n")[0]).toContain(message);
  expect(complaints.split("\n").length).toBeLessThanOrEqual(3);
});

test("nobody there is one clear line", async () => {
  const url = "http://127.0.0.1:2";
  const { code, complaints } = await runCli(["push", "--channel", "c", "--url", url, "--key", "k", "{}"]);
  expect(code).toBe(1);
  expect(complaints).toMatch(/^error: cannot reach http:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/);
});

test("after a second of waiting it says what for", async () => {
  let goOn: () => void = () => {};
  const { origin } = await httpServer(200, "{}", new Promise((resolve) => (goOn = resolve)));
  const cli = startCli(["push", "--channel", "c", "--url", origin, "--key", "k", "{}"]);
  await cli.until(() => cli.err !== "");
  goOn();
  const { code, out, err } = await cli.exit();
  expect({ code, out, err }).toEqual({ code: 0, out: "pushed to c\n", err: `waiting for ${origin} …\n` });
});
