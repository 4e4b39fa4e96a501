import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@weapp-socket/testkit/free-port";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { resolveLimits } from "../src/limits.js";
import type { Connection, Handshake } from "../src/index.js";
import { startServer } from "./server-world.js";
import { cert, key } from "./tls-identity.js";

const page = readFileSync(new URL("../../../docs/nginx.md", import.meta.url), "utf8");
const [, configuration = ""] = /```nginx\n([^`]+)```/.exec(page) ?? [];

const hasNginx = ((): boolean => {
  try {
    execFileSync("nginx", ["-v"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

/** The page's configuration, on a port of ours: the address of the push server and files are all that differs. */
function adapted(folder: string, port: number, pushPort: number): string {
  const server = configuration
    .replace("server 127.0.0.1:3000;", `server 127.0.0.1:${pushPort};`)
    .replace("listen 443 ssl;", `listen 127.0.0.1:${port} ssl;`)
    .replaceAll("/etc/ssl/push.example.com", folder)
    .replaceAll("/var/log/nginx", folder)
    .replace("allow 10.0.0.0/8;", "allow 127.0.0.9;");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join("\n  ")}
${server}}
`;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

/** Ends with the test. */
async function startNginx(pushPort: number): Promise<{ port: number; log(): string }> {
  const folder = mkdtempSync(join(tmpdir(), "weapp-socket-nginx-"));
  const port = await freePort();
  writeFileSync(join(folder, "fullchain.pem"), cert);
  writeFileSync(join(folder, "key.pem"), key);
  writeFileSync(join(folder, "nginx.conf"), adapted(folder, port, pushPort));
  const child = spawn("nginx", ["-p", folder, "-e", "stderr", "-c", join(folder, "nginx.conf")]);
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGQUIT");
    const timer = setTimeout(() => child.kill("SIGTERM"), 1000);
    await ended;
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
  });
  await expect.poll(() => child.exitCode !== null || accepts(port)).toBe(true);
  expect({ exitCode: child.exitCode, said }).toMatchObject({ exitCode: null });
  return { port, log: () => readFileSync(join(folder, "push.log"), "utf8") };
}

function get(port: number, path: string, localAddress: string, adminKey: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${adminKey}` };
    const options = { host: "127.0.0.1", port, path, localAddress, rejectUnauthorized: false, headers };
    request(options, (response) => {
      response.resume().on("end", () => resolve(response.statusCode!));
    })
      .on("error", reject)
      .end();
  });
}

describe("the page on nginx", () => {
  test("its timeouts leave room for pings that are late", () => {
    const { pingIntervalMs } = resolveLimits({});
    const seconds = (name: string): number =>
      Number(new RegExp(`^ *${name} +(\\d+)s;$`, "m").exec(configuration)?.[1] ?? 0);
    expect(seconds("proxy_read_timeout") * 1000).toBeGreaterThanOrEqual(3 * pingIntervalMs);
    expect(seconds("proxy_send_timeout") * 1000).toBeGreaterThanOrEqual(3 * pingIntervalMs);
    expect(page).toContain(`pingIntervalMs: ${pingIntervalMs}`);
  });

  test("passes the upgrade on, logs no query, and keeps the HTTP API inside", () => {
    for (const directive of [
      "proxy_http_version 1.1;",
      "proxy_set_header Upgrade    $http_upgrade;",
      "proxy_set_header Connection $connection_upgrade;",
      "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
      "access_log /var/log/nginx/push.log push;",
      "deny  all;",
    ])
      expect(configuration).toContain(directive);
    const [, format = ""] = /log_format push '([^']+)';/.exec(configuration) ?? [];
    expect(format).toContain("$uri");
    expect(format).not.toMatch(/\$(request|request_uri|args|query_string|http_\w+|arg_\w+)\b/);
  });

  test.runIf(hasNginx)(
    "with nginx (runs where it is installed): clients come through as they are",
    async () => {
      const adminKey = "0123456789abcdef";
      const world = await startServer({ trustedProxies: 1, adminKey });
      const nginx = await startNginx(world.port);

      // The API from outside, and from inside; its connection to the push server is kept, and may become a WebSocket.
      expect(await get(nginx.port, "/v1/info", "127.0.0.1", adminKey)).toBe(403);
      expect(await get(nginx.port, "/v1/info", "127.0.0.9", adminKey)).toBe(200);
      expect(await get(nginx.port, "/metrics", "127.0.0.9", adminKey)).toBe(404);

      for (const text of ["first", "second"]) {
        const seen = once(world.server, "connection") as Promise<[Connection, Handshake]>;
        const socket = new WebSocket(`wss://127.0.0.1:${nginx.port}/ws?ticket=a-secret`, ["protocol1"], {
          rejectUnauthorized: false,
          localAddress: "127.0.0.5",
          headers: { "X-Forwarded-For": "6.6.6.6" },
        });
        const [connection, handshake] = await seen;
        expect(handshake).toMatchObject({ path: "/ws", remoteAddress: "127.0.0.5" });
        if (socket.readyState === WebSocket.CONNECTING) await once(socket, "open");
        expect(socket.protocol).toBe("protocol1");
        connection.join("room");
        connection.on("message", (data) => connection.send(data));
        socket.send(text);
        expect(((await once(socket, "message")) as [Buffer])[0].toString()).toBe(text);
        await world.server.publish("room", { text });
        expect(((await once(socket, "message")) as [Buffer])[0].toString()).toBe(JSON.stringify({ text }));
        connection.close(4321, "bye");
        const [code, reason] = (await once(socket, "close")) as [number, Buffer];
        expect([code, reason.toString()]).toEqual([4321, "bye"]);
      }
      await expect.poll(() => nginx.log().trim().split("\n")).toHaveLength(2);
      expect(nginx.log()).toContain("127.0.0.5");
      expect(nginx.log()).toContain(" 101 /ws ");
      expect(nginx.log()).not.toContain("a-secret");
    },
  );
});
