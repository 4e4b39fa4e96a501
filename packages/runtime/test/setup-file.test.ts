import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const folder = join(root, "test-results/setup-file");
const page = readFileSync(join(root, "docs/testing.md"), "utf8");

/** A file that docs/testing.md shows, as it stands there. */
function shown(name: string): string {
  const code = new RegExp(`\`\`\`js [\\w-]+\\n(// ${name}\\n[^]*?)\`\`\``).exec(page)?.[1];
  if (code === undefined) throw new Error(`docs/testing.md: expected a file ${name}, found none`);
  return code;
}

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, code: string): void => writeFileSync(join(folder, name), code);

function run(command: readonly string[], env: NodeJS.ProcessEnv = {}): { [key: string]: unknown } {
  const timeout = 50_000;
  const options = {
    cwd: folder,
    encoding: "utf8",
    stdio: "pipe",
    timeout,
    env: { ...process.env, ...env },
  } as const;
  return JSON.parse(execFileSync(process.execPath, command, options)) as { [key: string]: unknown };
}

const refusal = `test("a page's code", () => {
  const heard = [];
  wx.connectSocket({ url: "http://a", fail: ({ errMsg }) => heard.push(errMsg) });
  expect(heard).toEqual(['connectSocket:fail invalid url "http://a"']);
});`;

test("vitest: wx is there in every test file", () => {
  const conditions = '["@weapp-socket/source"]';
  write("wx.setup.mjs", shown("wx.setup.mjs"));
  write("shown.config.mjs", shown("vitest.config.mjs"));
  // The package's sources, which need no build.
  write(
    "vitest.config.mjs",
    `import shown from "./shown.config.mjs";
    export default {
      ...shown,
      resolve: { conditions: ${conditions} },
      ssr: { resolve: { conditions: ${conditions}, externalConditions: ${conditions} } },
    };`,
  );
  write("page.test.js", `import { expect, test } from "vitest";\n${refusal}`);
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  expect(run([vitest, "run", "--root", folder, "--reporter=json"])).toMatchObject({
    success: true,
    numPassedTests: 1,
  });
});

/** A server's two bytes, seen by page code that is CommonJS and has the globals of jest's sandbox. */
const bytes = `const { createServer } = require("node:net");
const { createHash } = require("node:crypto");

test("bytes both ways", async () => {
  const server = createServer((socket) =>
    socket.once("data", (head) => {
      const [, key] = /Sec-WebSocket-Key: (.*)\\r/i.exec(head.toString());
      const proof = createHash("sha1").update(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
      const upgrade = "Upgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: " + proof;
      socket.write("HTTP/1.1 101 Switching Protocols\\r\\n" + upgrade + "\\r\\n\\r\\n");
      socket.write(Buffer.from([0x82, 2, 1, 2]));
      socket.resume();
    }),
  );
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const task = wx.connectSocket({ url: "ws://127.0.0.1:" + server.address().port });
  const { data } = await new Promise((resolve) => task.onMessage(resolve));
  expect(data).toBeInstanceOf(ArrayBuffer);
  expect([...new Uint8Array(data)]).toEqual([1, 2]);
  const answers = [];
  task.send({ data: new Uint8Array([3]).buffer, complete: ({ errMsg }) => answers.push(errMsg) });
  expect(answers).toEqual(["sendSocketMessage:ok"]);
  // The socket is left open: the undo ends it, or jest never does.
  server.close();
});`;

test("jest: the same file without its vitest line, for tests in CommonJS", () => {
  write("wx.setup.mjs", shown("wx.setup.mjs").replace(/^import .* from "vitest".*\n/m, ""));
  write("jest.config.mjs", shown("jest.config.mjs"));
  write("package.json", "{}");
  write("refusal.test.js", refusal);
  write("bytes.test.js", bytes);
  const [, flag] = /`NODE_OPTIONS=(\S+) npx jest`/.exec(page) ?? [];
  const jest = join(root, "node_modules/jest/bin/jest.js");
  expect(run([jest, "--json", "--silent"], { NODE_OPTIONS: flag })).toMatchObject({
    success: true,
    numPassedTests: 2,
  });
});
