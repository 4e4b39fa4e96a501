import { execFile, execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { emptyFolder, startCli } from "./cli-process.js";

const guide = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");

function block(language: string): string {
  const [, code = ""] = new RegExp(`\`\`\`${language}\\n([^\`]+)\`\`\``).exec(guide) ?? [];
  return code;
}

const config = JSON.parse(block("json")) as {
  readonly path: string;
  readonly drainMs: number;
  readonly limits: { readonly maxConnections: number };
};

const hasSystemd = ((): boolean => {
  try {
    execFileSync("systemd-analyze", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

describe("the unit of systemd", () => {
  const unit = block("ini");
  const valueOf = (name: string): string => new RegExp(`^${name}=(.*)$`, "m").exec(unit)?.[1] ?? "";

  test("starts a file that the package has, without a process in between", () => {
    const [node, file = "", ...args] = valueOf("ExecStart").split(" ");
    expect(node).toBe("/usr/bin/node");
    expect(file).toMatch(/^node_modules\/weapp-socket\//);
    const inPackage = file.replace("node_modules/weapp-socket/", "../");
    expect(existsSync(new URL(inPackage, import.meta.url))).toBe(true);
    expect(args).toEqual(["serve", "--config", "/etc/weapp-socket.json"]);
  });

  test("gives the drain its time, and each connection its file", () => {
    expect(Number(valueOf("TimeoutStopSec")) * 1000).toBeGreaterThanOrEqual(config.drainMs + 15_000);
    expect(Number(valueOf("LimitNOFILE"))).toBeGreaterThan(config.limits.maxConnections * 1.2);
  });

  test.runIf(hasSystemd)("is one, says systemd-analyze (runs where it is installed)", async () => {
    const file = join(emptyFolder(), "weapp-socket.service");
    // Node may be elsewhere on this machine.
    writeFileSync(file, unit.replace("/usr/bin/node", process.execPath));
    const { stdout, stderr } = await promisify(execFile)("systemd-analyze", ["verify", file]);
    expect(stdout + stderr).not.toContain("weapp-socket.service");
  });
});

test("the container's command serves the guide's configuration, and drains when it is told to stop", async () => {
  const [, command = "[]"] = /^CMD (\[.*\])$/m.exec(block("dockerfile")) ?? [];
  const [program, ...args] = JSON.parse(command) as string[];
  expect(program).toBe("node_modules/.bin/weapp-socket");
  expect(block("dockerfile")).toContain("STOPSIGNAL SIGTERM");
  const cwd = emptyFolder();
  const file = args.find((arg) => arg.endsWith(".json")) ?? "";
  writeFileSync(join(cwd, file), JSON.stringify({ ...config, broker: { engine: "lmdb", path: "store" } }));
  const secret = "0123456789abcdef0123456789abcdef";
  const env = {
    WEAPP_SOCKET_KEY: secret,
    SHOP_KEY: `${secret}1`,
    JWT_SECRET: secret,
    WX_SECRET: "x",
    WEBHOOK_SECRET: `whsec_${"k".repeat(44)}`,
  };
  const cli = startCli([...args, "--port", "0", "--json"], { cwd, env });
  const { url } = (await cli.event("server")) as { url: string };
  const { port } = new URL(url);
  const statusOf = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  expect(await statusOf("/healthz")).toBe(200);
  expect(await statusOf("/readyz")).toBe(200);
  expect(await statusOf(config.path)).toBe(426);
  cli.child.kill("SIGTERM");
  expect(await cli.exit()).toMatchObject({ code: 0, signal: null });
});
