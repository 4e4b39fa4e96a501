import { execFile } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CliProcess, emptyFolder, startCli } from "../../packages/cli/test/cli-process.js";
import { documents, root, codeBlocks } from "./markdown.js";

/**
 * Every line of a ```sh block of the documents is a command that works: a line of weapp-socket or curl is run here, any
 * other must stand in this table, with what proves it.
 */
const provenElsewhere: ReadonlyMap<string, string> = new Map([
  ["npm install", ".ci/run"],
  ["npm test", ".ci/run"],
  ["npm start", "test/e2e, with the same arguments as the script"],
  ["npm install && npm start", "the two above"],
  ["npm install && npm test", "the two above"],
  [".ci/run", "itself"],
  ["npm run build", ".ci/run"],
  ["npm run check", ".ci/run"],
]);

interface ShellLine {
  readonly place: string;
  readonly line: string;
}

const lines: readonly ShellLine[] = documents().flatMap((file) =>
  codeBlocks(file)
    .filter(({ language }) => ["sh", "bash", "shell", "console"].includes(language))
    .flatMap(({ place, code }) =>
      code
        .replaceAll("\\\n", " ")
        .split("\n")
        .map((line) =>
          line
            .replace(/^\$ /, "")
            .replace(/\s+#\s.*$/, "")
            .replaceAll(/\s+/g, " ")
            .trim(),
        )
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => ({ place, line })),
    ),
);

const ours = lines.filter(({ line }) => /(^|\s)weapp-socket\s/.test(line));
const oneShot = ours.filter(({ line }) => !/weapp-socket (dev|serve)/.test(line));
const lasting = ours.filter(({ line }) => /weapp-socket (dev|serve)/.test(line));
const curls = lines.filter(({ line }) => line.startsWith("curl "));

test("every line is run here or proven elsewhere", () => {
  const known = new Set([...ours, ...curls].map(({ line }) => line));
  const other = lines.filter(({ line }) => !known.has(line) && !provenElsewhere.has(line));
  expect(other.filter(({ line }) => !isTestRun(line))).toEqual([]);
});

/** "npx vitest run packages/wire" */
function isTestRun(line: string): boolean {
  return /^npx vitest run packages\/\w+$/.test(line);
}

describe("beside a running development server", () => {
  const cwd = emptyFolder();
  let dev: CliProcess;
  let server: { url: string; admin: string; key: string };

  beforeAll(async () => {
    const chat = join(root, "examples/chat");
    const args = [
      "dev",
      chat,
      "--server",
      join(chat, "server.js"),
      "--port",
      "0",
      "--server-port",
      "0",
      "--json",
    ];
    dev = new CliProcess(args, { cwd });
    const { url, admin } = (await dev.event("server")) as { url: string; admin: string };
    const { key } = (await import(join(cwd, ".weapp-socket/dev.json"), { with: { type: "json" } }))
      .default as { key: string };
    server = { url, admin, key };
  });

  afterAll(() => dev.close());

  test.each([...oneShot, ...curls])("$place: $line", async ({ line }) => {
    const command = line
      .replaceAll("npx weapp-socket", "weapp-socket")
      .replaceAll(/http:\/\/(127\.0\.0\.1|localhost):3000/g, server.admin)
      .replaceAll(/ws:\/\/(127\.0\.0\.1|localhost):3000|wss:\/\/push\.example\.com/g, server.url)
      .replace(/^curl /, "curl --silent --show-error --fail-with-body ");
    const { code, output } = await sh(command, cwd, { WEAPP_SOCKET_KEY: server.key });
    expect({ code, output }).toMatchObject({ code: 0 });
  });
});

test.each(lasting)("$place: $line", async ({ line }) => {
  const words = line.replace(/^.*?weapp-socket /, "").match(/"[^"]*"|\S+/g) ?? [];
  const args = words.map((word) => word.replaceAll('"', ""));
  const free = (name: string): string[] => (args.includes(name) ? [] : [name, "0"]);
  const at = args.indexOf("--port");
  if (at !== -1) args[at + 1] = "0";
  const withServer = args.includes("--server");
  const cli = startCli([...args, ...free("--port"), ...(withServer ? free("--server-port") : []), "--json"], {
    cwd: root,
  });
  await expect(cli.event(args[0] === "serve" || withServer ? "server" : "simulator")).resolves.toBeDefined();
});

function sh(
  command: string,
  cwd: string,
  env: Record<string, string>,
): Promise<{ code: number; output: string }> {
  const path = `${join(root, "node_modules/.bin")}:${process.env["PATH"]}`;
  return new Promise((resolve) => {
    execFile("sh", ["-c", command], { cwd, env: { ...process.env, PATH: path, ...env } }, (error, out, err) =>
      resolve({ code: error === null ? 0 : 1, output: out + err }),
    );
  });
}
