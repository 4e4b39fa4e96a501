import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { freePort } from "@weapp-socket/testkit/free-port";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { codeBlocks, documents, isTranslation, root } from "./markdown.js";

/**
 * Every ```js and ```ts block of the documents compiles against the packages' types; one for Node is also run: it ends
 * with 0, or listens on the port in PORT. Marks after the language: `no-run` compiles only, `fragment` is only read as
 * JavaScript (it leans on code around it).
 */
const folder = join(root, "test-results/snippets");
const languages = new Set(["js", "mjs", "ts", "javascript", "typescript"]);

interface Snippet {
  readonly place: string;
  readonly code: string;
  readonly marks: readonly string[];
  readonly file: string;
  /** Code of a mini program, or of Node. */
  readonly world: "miniprogram" | "node";
}

const snippets: readonly Snippet[] = documents()
  // The same code as in the originals, to the letter: see readme.test.ts.
  .filter((file) => !isTranslation(file))
  .flatMap(codeBlocks)
  .filter(({ language }) => languages.has(language))
  .map(({ place, code, marks, language }) => {
    const world = /\bwx\.|\b(?:Page|App|Component)\(/.test(code) && !/createWx|createRuntime/.test(code);
    const name = place.replaceAll(/[^\w.]+/g, "-");
    return {
      place,
      code,
      marks,
      world: world ? ("miniprogram" as const) : ("node" as const),
      file: join(
        folder,
        world ? "miniprogram" : "node",
        `${name}.${language.startsWith("t") ? "mts" : "mjs"}`,
      ),
    };
  });

const compiled = snippets.filter(({ marks }) => !marks.includes("fragment"));
const run = compiled.filter(
  ({ marks, world, file }) => world === "node" && !marks.includes("no-run") && !file.endsWith(".mts"),
);

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const world of ["miniprogram", "node"] as const) {
    mkdirSync(join(folder, world), { recursive: true });
    const types = world === "node" ? ["node"] : ["miniprogram-api-typings"];
    writeFileSync(join(folder, world, "tsconfig.json"), JSON.stringify(configFor(types)));
  }
  for (const { file, code, marks } of snippets) {
    if (!marks.includes("fragment")) writeFileSync(file, `${code}export {};\n`);
  }
});

function configFor(types: readonly string[]): unknown {
  return {
    extends: "../../../tsconfig.base.json",
    compilerOptions: {
      composite: false,
      declaration: false,
      declarationMap: false,
      isolatedDeclarations: false,
      noEmit: true,
      allowJs: true,
      checkJs: true,
      noImplicitAny: false,
      noImplicitThis: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
      types,
    },
    include: ["*.mjs", "*.mts"],
  };
}

test("there are snippets", () => {
  expect(run.length).toBeGreaterThan(0);
});

test.each([...new Set(compiled.map(({ world }) => world))])("code for %s compiles", async (world) => {
  const { code, output } = await tsc(join(folder, world));
  expect(output).toBe("");
  expect(code).toBe(0);
});

test.each(run)("$place runs", async ({ file }) => {
  const port = await freePort();
  const child = spawn(process.execPath, [file], { cwd: root, env: { ...process.env, PORT: String(port) } });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, "close");
  onTestFinished(async () => {
    child.kill();
    await ended;
  });
  await expect.poll(async () => child.exitCode !== null || (await answers(port))).toBe(true);
  expect({ code: child.exitCode ?? 0, said }).toMatchObject({ code: 0 });
});

function tsc(project: string): Promise<{ code: number; output: string }> {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, "-p", project], { cwd: root }, (error, output) =>
      resolve({ code: error === null ? 0 : 1, output }),
    );
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
