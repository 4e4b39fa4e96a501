import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { openConfiguredServer, parseConfig, type ConfiguredServer } from "../src/index.js";
import { RawClient, upgradeRequest } from "./raw-client.js";

const running: ConfiguredServer[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const each of running.splice(0)) await each.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function start(
  value: Record<string, unknown>,
): Promise<{ configured: ConfiguredServer; port: number }> {
  const configured = await openConfiguredServer(parseConfig({ port: 0, ...value }));
  running.push(configured);
  return { configured, port: (await configured.listen()).port };
}

async function status(port: number, target: string, headers: Record<string, string> = {}): Promise<number> {
  const client = await RawClient.dial(port);
  client.socket.write(upgradeRequest(target, headers));
  await client.until(() => client.head !== "");
  client.destroy();
  return client.status;
}

const SECRET = "a secret of at least thirty-two bytes";

function tokenOf(user: string): string {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + 600;
  const content = `${encode({ alg: "HS256" })}.${encode({ sub: user, aud: "push", exp })}`;
  return `${content}.${createHmac("sha256", SECRET).update(content).digest("base64url")}`;
}

/** The names that there are, as the refusal of another one tells them. */
function namesBeside(value: unknown): readonly string[] {
  try {
    parseConfig(value);
  } catch (error) {
    const [, names = ""] = /: expected (.*), got "x"$/.exec((error as Error).message) ?? [];
    return names.split(", ");
  }
  throw new Error("expected a refusal");
}

describe("a configuration", () => {
  test.each([
    [{ prot: 1 }, /^configuration: expected port, host, path, .*, got "prot"$/],
    [{ port: "3000" }, /^configuration\.port: expected an integer from 0 to 65535, got "3000"$/],
    [{ path: "ws" }, /^configuration\.path: expected a path that begins with \/, without a query, got "ws"$/],
    [
      { broker: { engine: "mysql" } },
      /^configuration\.broker\.engine: expected memory or lmdb or remote, got "mysql"$/,
    ],
    [{ broker: { engine: "lmdb" } }, /^configuration\.broker\.path: expected where lmdb is, got none$/],
    [
      { broker: { engine: "memory", path: "store" } },
      /^configuration\.broker\.path: expected none where engine is memory$/,
    ],
    [{ path: "/ws?x=1" }, /^configuration\.path: expected .*, got "\/ws\?x=1"$/],
    [{ drainMs: -1 }, /^configuration\.drainMs: expected an integer of at least 0, got -1$/],
    [{ adminKey: "" }, /^configuration\.adminKey: expected at least 1 characters, got 0$/],
    [{ join: ["a", "~x"] }, /^configuration\.join\[1\]: expected 1 to 200 characters of .*, got "~x"$/],
    [
      { join: ["a", "b"], limits: { maxChannels: 1 } },
      /^configuration\.join: expected at most limits\.maxChannels \(1\), got 2$/,
    ],
    [
      { channels: [{ historyCount: 1 }] },
      /^configuration\.channels\[0\]\.match: expected a string, got none$/,
    ],
    [
      { channels: [{ match: "a", history: 1 }] },
      /^configuration\.channels\[0\]: expected match, .*, got "history"$/,
    ],
    [
      { limits: { maxConnection: 1 } },
      /^configuration\.limits: expected maxMessageBytes, .*, got "maxConnection"$/,
    ],
    [
      { apiKeys: [{ name: "a", key: "b", scopes: ["all"] }] },
      /^configuration\.apiKeys\[0\]\.scopes\[0\]: expected publish or/,
    ],
    [
      { access: [{ match: "a b", may: ["join"] }] },
      /^configuration\.access\[0\]\.match: expected a channel name/,
    ],
    [
      { jwt: { audience: "a" } },
      /^configuration\.jwt: expected one of secret, publicKey and jwksUrl, got 0$/,
    ],
    [{ adminKey: "${NO_SUCH_NAME}" }, /^configuration\.adminKey: the environment has no NO_SUCH_NAME$/],
    [[], /^configuration: expected an object, got an array$/],
  ])("%j is refused with its place", (value, message) => {
    expect(() => parseConfig(value)).toThrow(message);
  });

  test.each([
    [{ adminKey: "short" }, "configuration.adminKey: expected a string of at least 16 characters"],
    [
      { apiKeys: [{ name: "shop", key: "short", scopes: ["read"] }] },
      "configuration.apiKeys: shop: expected at least 16 printable characters",
    ],
    [{ limits: { maxConnections: 0 } }, "configuration.limits.maxConnections: expected an integer from 1"],
    [
      { channels: [{ match: "a", durability: "disk" }] },
      "configuration.channels[0].durability: the broker reaches memory",
    ],
    [{ channels: [{ match: "a" }, { match: "b c" }] }, "configuration.channels[1].match: expected a channel"],
    [{ jwt: { audience: "a", secret: "short" } }, "configuration.jwt.secret: expected at least 32 bytes"],
    [{ jwt: { audience: 5, secret: SECRET } }, "configuration.jwt.audience: expected a name, or a list"],
    [{ jwt: { audience: "a", publicKey: "x" } }, "configuration.jwt.publicKey: expected a public key in PEM"],
    [{ wxLogin: { appId: "x", secret: "x" } }, "configuration.wxLogin.appId: expected wx and letters"],
    [{ wxLogin: { appId: "wx1", secret: "x", baseUrl: "y" } }, "configuration.wxLogin.baseUrl: expected an"],
    [{ origins: ["example.com"] }, "configuration.origins: expected an origin such as"],
    [{ webhook: { url: "x", secret: "x" } }, "configuration.webhook.url: expected an address"],
    [{ trustedProxies: 99 }, "configuration.trustedProxies: expected an integer from 0 to 16, got 99"],
    [{ broker: { engine: "lmdb", path: "/dev/null" } }, "configuration.broker: EEXIST"],
    [
      { broker: { engine: "memory", socket: "/dev/null" } },
      "configuration.broker: socket /dev/null: expected a",
    ],
  ])("%j is refused by the option, and nothing stays open", async (value, message) => {
    await expect(openConfiguredServer(parseConfig(value))).rejects.toThrow(message);
  });

  test("of the operations guide is one", async () => {
    const guide = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
    const blocks = [...guide.matchAll(/```json\n([^`]+)```/g)].map(
      (match) => JSON.parse(match[1]!) as unknown,
    );
    expect(blocks).toHaveLength(1);
    const env = {
      WEAPP_SOCKET_KEY: "0123456789abcdef",
      SHOP_KEY: "0123456789abcdeg",
      JWT_SECRET: SECRET,
      WX_SECRET: "x",
      WEBHOOK_SECRET: `whsec_${"k".repeat(44)}`,
    };
    const config = parseConfig(blocks[0], env);
    const folder = mkdtempSync(join(tmpdir(), "weapp-socket-config-"));
    folders.push(folder);
    running.push(await openConfiguredServer({ ...config, broker: { engine: "lmdb", path: folder } }));
  });

  test.each([
    [{ x: 1 }],
    [{ broker: { x: 1 } }],
    [{ channels: [{ x: 1 }] }],
    [{ access: [{ x: 1 }] }],
    [{ apiKeys: [{ x: 1 }] }],
    [{ jwt: { x: 1 } }],
    [{ api: { x: 1 } }],
    [{ wxLogin: { x: 1 } }],
    [{ loginLimits: { x: 1 } }],
  ])("beside %j every name is in the operations guide", (value) => {
    const guide = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
    const names = namesBeside(value);
    expect(names.length).toBeGreaterThan(1);
    expect(names.filter((name) => !new RegExp(`["\`]${name}["\`]`).test(guide))).toEqual([]);
  });

  test("gives the HTTP API a port of its own", async () => {
    const said: unknown[] = [];
    const log = (fields: unknown): void => void said.push(fields);
    const logger = { debug: log, info: log, warn: log, error: log };
    const config = parseConfig({ port: 0, adminKey: "0123456789abcdef", api: { port: 0 } });
    const configured = await openConfiguredServer(config, { logger });
    running.push(configured);
    const { port } = await configured.listen();
    const [api] = said.filter((each) => (each as { serves?: string }).serves === "api") as { url: string }[];
    const headers = { authorization: "Bearer 0123456789abcdef" };
    expect((await fetch(`${api!.url}/v1/info`, { headers })).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/v1/info`, { headers })).status).toBe(404);
    expect(await status(port, "/")).toBe(101);
  });

  test("takes secrets from the environment", () => {
    const config = parseConfig(
      { adminKey: "${KEY}", jwt: { audience: "a", secret: "${A}-${B}" } },
      { KEY: "k", A: "1", B: "2" },
    );
    expect(config).toEqual({ adminKey: "k", jwt: { audience: "a", secret: "1-2" } });
  });

  test("says who is who, and who may what", async () => {
    const { configured, port } = await start({
      join: ["news"],
      jwt: { secret: SECRET, audience: "push" },
      access: [
        { match: "private:{user}:*", may: ["join"] },
        { match: "private:*", may: [] },
        { match: "*", may: ["join", "history"] },
      ],
    });
    const as = (user: string): Record<string, string> => ({ Authorization: `Bearer ${tokenOf(user)}` });
    expect(await status(port, "/")).toBe(401);
    expect(await status(port, "/?channels=private:ann:1", as("ann"))).toBe(101);
    expect(await status(port, "/?channels=private:ann:1", as("bob"))).toBe(403);
    expect(await status(port, "/?channels=open", as("bob"))).toBe(101);
    const client = await RawClient.open(port, "/", as("ann"));
    await configured.server.publish("news", "hello");
    await client.until(() => client.texts.length === 1);
    client.destroy();
  });

  test("with LMDB keeps what was published", async () => {
    const folder = mkdtempSync(join(tmpdir(), "weapp-socket-config-"));
    folders.push(folder);
    const config = {
      broker: { engine: "lmdb", path: folder },
      channels: [{ match: "log", historyCount: 10, durability: "fsync" }],
    };
    const first = await start(config);
    await first.configured.server.publish("log", "kept");
    await first.configured.close();
    const second = await start({ ...config, adminKey: "0123456789abcdef" });
    expect((await second.configured.server.history("log")).publications).toMatchObject([{ data: "kept" }]);
    const headers = { authorization: "Bearer 0123456789abcdef" };
    const metrics = await (await fetch(`http://127.0.0.1:${second.port}/metrics`, { headers })).text();
    expect(metrics).toMatch(/^weapp_socket_store_history_bytes [1-9]/m);
    expect(metrics).toMatch(/^weapp_socket_store_damaged_total 0$/m);
  });
});
