import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { emptyFolder, runCli, startCli } from "./cli-process.js";

async function open(url: string): Promise<{ socket: WebSocket; heard: string[] }> {
  const socket = new WebSocket(url);
  onTestFinished(() => socket.terminate());
  const heard: string[] = [];
  socket.on("message", (data: Buffer) => heard.push(data.toString()));
  await once(socket, "open");
  return { socket, heard };
}

test("pages join the channels that their address names, and those of --channel; nothing is echoed", async () => {
  const cwd = emptyFolder();
  const cli = startCli(["serve", "--port", "0", "--channel", "all", "--json"], { cwd });
  const { url } = (await cli.event("server")) as { url: string };
  const both = await open(`${url}/?channels=news,room:9`);
  const news = await open(`${url}/any/path?channels=news`);
  both.socket.send("hello");
  for (const channel of ["room:9", "news", "all"]) {
    expect(await runCli(["push", "--channel", channel, `"to ${channel}"`], { cwd })).toMatchObject({
      code: 0,
      complaints: "",
    });
  }
  expect(await runCli(["push", "--channel", "room", "1"], { cwd })).toMatchObject({
    out: "pushed to room\n",
    complaints: "nobody is in room now\n",
  });
  await expect.poll(() => news.heard).toEqual(["to news", "to all"]);
  await expect.poll(() => both.heard).toEqual(["to room:9", "to news", "to all"]);
});

test("a channel that is no name is refused to that page alone", async () => {
  const cli = startCli(["serve", "--port", "0", "--json"]);
  const { url } = (await cli.event("server")) as { url: string };
  const bad = new WebSocket(`${url}/?channels=${encodeURIComponent("no name")}`);
  const [error] = (await once(bad, "error")) as [Error];
  expect(error.message).toContain("400");
  await open(`${url}/?channels=fine`);
});

test("--history keeps what pages missed", async () => {
  const cwd = emptyFolder();
  const cli = startCli(["serve", "--port", "0", "--history", "2", "--json"], { cwd });
  const { url } = (await cli.event("server")) as { url: string };
  for (const text of ["one", "two", "three"])
    await runCli(["push", "--channel", "news", "--text", text], { cwd });
  const late = await open(`${url}/?channels=news&last=20`);
  await expect.poll(() => late.heard).toEqual(["two", "three"]);
});

test("a key of one's own is not printed, a new one is", async () => {
  const own = startCli(["serve", "--port", "0", "--json", "--key", "0123456789abcdef"]);
  expect(await own.event("server")).not.toHaveProperty("key");
  const { key, admin } = (await startCli(["serve", "--port", "0", "--json"]).event("server")) as Record<
    string,
    string
  >;
  expect(key).toMatch(/^[0-9a-f]{48}$/);
  const args = ["push", "--url", admin!, "--channel", "c", "1"];
  expect(await runCli([...args, "--key", key!])).toMatchObject({ code: 0 });
  expect(await runCli([...args, "--key", "wrong"])).toMatchObject({
    code: 1,
    err: expect.stringContaining("refused the key") as string,
  });
});

test("SIGINT: pages get 1001, code 0", async () => {
  const cli = startCli(["serve", "--port", "0", "--json"]);
  const { url } = (await cli.event("server")) as { url: string };
  const { socket } = await open(url);
  const closed = once(socket, "close");
  cli.child.kill("SIGINT");
  expect((await closed)[0]).toBe(1001);
  expect(await cli.exit()).toMatchObject({ code: 0, err: "" });
});

test("a taken port is one clear line", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  expect(await runCli(["serve", "--port", String(port)])).toMatchObject({
    code: 1,
    out: "",
    err: `error: port ${port}, the push server's, is taken; choose another with --port, such as --port ${port + 1}\n`,
  });
});

test("an address that is not this machine's is one clear line", async () => {
  expect(await runCli(["serve", "--host", "192.0.2.1", "--port", "0"])).toMatchObject({
    code: 1,
    err: "error: 192.0.2.1 is no address of this machine\n",
  });
});
