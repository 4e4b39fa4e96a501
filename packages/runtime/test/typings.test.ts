import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const typings = dirname(createRequire(import.meta.url).resolve("miniprogram-api-typings/package.json"));

/** What the compiler has to say about a project; "" when it is content. */
function compile(project: string): string {
  try {
    execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", project], {
      encoding: "utf8",
      stdio: "pipe",
    });
    return "";
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

test("wx is assignable to the typings' wx and back", () => {
  expect(compile(join(import.meta.dirname, "typings"))).toBe("");
});

/** The code blocks in the typings' comments that call one of our functions. */
function examples(): string[] {
  const text = readFileSync(join(typings, "types/wx/lib.wx.api.d.ts"), "utf8");
  const names = [
    "connectSocket",
    "sendSocketMessage",
    "closeSocket",
    "onAppShow",
    "offAppShow",
    "onAppHide",
    "offAppHide",
    "onNetworkStatusChange",
    "offNetworkStatusChange",
    "getNetworkType",
  ];
  return text
    .split("*/")
    .flatMap((comment) => Array.from(comment.matchAll(/```(\w*)\n([^]*?)```/g)))
    .filter(([, language]) => language === "" || language === "js")
    .map((match) => match[2]!.replaceAll(/^ *\* ?/gm, ""))
    .filter((code) => names.some((name) => code.includes(`wx.${name}(`)));
}

test("the typings' own examples compile against our wx", () => {
  const folder = mkdtempSync(join(tmpdir(), "typings-"));
  try {
    const found = examples();
    expect(found.length).toBeGreaterThanOrEqual(8);
    const head = [
      `import type { Wx } from ${JSON.stringify(join(root, "packages/runtime/src/core/index.js"))};`,
      "declare const wx: Wx;",
      "declare const console: { log(...values: unknown[]): void };",
      "",
    ].join("\n");
    found.forEach((code, index) => writeFileSync(join(folder, `example-${index}.ts`), head + code));
    // Examples are JavaScript: parameters and empty arrays without types.
    const compilerOptions = {
      target: "es2022",
      lib: ["es2022"],
      module: "nodenext",
      types: [],
      strict: false,
      strictFunctionTypes: true,
      noEmit: true,
      skipLibCheck: true,
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    expect(compile(folder)).toBe("");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
