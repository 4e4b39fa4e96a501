import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { freePort } from "@weapp-socket/testkit/free-port";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RawClient } from "./raw-client.js";

const KEY = "0123456789abcdef";
const conditions = ["@weapp-socket/source"];
const outDir = fileURLToPath(new URL(`../node_modules/.cluster-${process.pid}`, import.meta.url));

describe("examples/embedding/cluster.js", () => {
  beforeAll(async () => {
    // The example as it is, over our sources, as a program.
    await build({
      configFile: false,
      logLevel: "error",
      resolve: { conditions },
      ssr: { noExternal: [/^@weapp-socket\//], resolve: { conditions } },
      build: {
        outDir,
        minify: false,
        ssr: fileURLToPath(new URL("../../../examples/embedding/cluster.js", import.meta.url)),
        rollupOptions: { output: { entryFileNames: "cluster.mjs" } },
      },
    });
  });

  afterAll(() => rmSync(outDir, { recursive: true, force: true }));

  test("two processes serve one port over one broker, and both leave on SIGTERM", async () => {
    // Under node:cluster port 0 is another one in every process.
    const port = await freePort();
    const child = spawn(process.execPath, [join(outDir, "cluster.mjs")], {
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        PORT: String(port),
        WORKERS: "2",
        WEAPP_SOCKET_KEY: KEY,
        BROKER_PATH: join(tmpdir(), `weapp-socket-test-${process.pid}.sock`),
      },
    });
    try {
      await untilListening(child, 2);
      const clients = await Promise.all(Array.from({ length: 8 }, () => RawClient.open(port)));
      const serving = new Set<number>();
      for (const client of clients) {
        client.text("who?");
        await client.until(() => client.texts.length === 1);
        serving.add((JSON.parse(client.texts[0]!) as { process: number }).process);
      }
      expect(serving.size).toBe(2);

      for (let n = 0; n < 10; n += 1) expect(await publish(port, n)).toBe(200);
      for (const client of clients) {
        await client.until(() => client.texts.length === 11);
        expect(client.texts.slice(1)).toEqual(Array.from({ length: 10 }, (_, n) => `{"n":${n}}`));
        client.socket.on("data", () => {
          if (client.closeCode !== 0) client.socket.end();
        });
      }
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      expect(await exited).toEqual([0, null]);
      expect(clients.map((client) => client.closeCode)).toEqual(clients.map(() => 1001));
    } finally {
      child.kill("SIGKILL");
    }
  });
});

async function untilListening(child: ChildProcess, count: number): Promise<void> {
  let lines = "";
  for await (const chunk of child.stdout!.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    lines += chunk.toString();
    if (lines.split("\n").length > count) return;
  }
  throw new Error(`the example ended: ${lines}`);
}

async function publish(port: number, n: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/publish`, {
    method: "POST",
    headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ channel: "news", data: { n } }),
  });
  await response.text();
  return response.status;
}
