import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

/** Which package may import which of ours, in code that ships. A new arrow is a decision: it is made here first. */
const arrows: Record<string, readonly string[]> = {
  wire: [],
  protocol: [],
  runtime: ["wire"],
  client: ["protocol"],
  server: ["wire", "protocol"],
  redis: ["server"],
  simulator: ["runtime", "wire"],
  cli: ["wire", "protocol", "runtime", "client", "server", "redis", "simulator"],
  testkit: ["protocol"],
};

/** Packages that are shipped as one file: what they import is inside, so nobody installs it beside them. */
const bundled = new Set(["client"]);

/** Packages, or folders of packages, that do no I/O: neither Node's nor the browser's names may compile in them. */
const pure = ["packages/wire", "packages/protocol", "packages/runtime/src/core"];

const root = join(import.meta.dirname, "../..");
const packages = readdirSync(join(root, "packages"));

function sourceFiles(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\()\s*["']([^"'\n]+)["']/g)].map(
    (match) => match[1]!,
  );
}

function ownPackage(specifier: string): string | undefined {
  if (specifier === "weapp-socket") return "cli";
  return /^@weapp-socket\/([^/]+)/.exec(specifier)?.[1];
}

describe.each(packages)("packages/%s", (name) => {
  const allowed = arrows[name] ?? [];
  const manifest = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")) as {
    dependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
  };

  test("is in the table of arrows", () => {
    expect(Object.keys(arrows)).toContain(name);
  });

  test("imports only what the table allows", () => {
    const found = new Set<string>();
    for (const file of sourceFiles(join(root, "packages", name, "src"))) {
      for (const specifier of importsOf(file)) {
        const target = ownPackage(specifier);
        if (target !== undefined && target !== name && !allowed.includes(target))
          found.add(`${file}: ${specifier}`);
      }
    }
    expect([...found]).toEqual([]);
  });

  test("declares what it imports, and only that, among our packages", () => {
    const used = new Set(
      sourceFiles(join(root, "packages", name, "src"))
        .flatMap(importsOf)
        .map(ownPackage)
        .filter((target) => target !== undefined && target !== name),
    );
    const declared = new Set(
      Object.keys((bundled.has(name) ? manifest.devDependencies : manifest.dependencies) ?? {})
        .map(ownPackage)
        .filter(Boolean),
    );
    expect([...declared].toSorted()).toEqual([...used].toSorted());
  });

  test("leaves its own folder by package name only", () => {
    const home = join(root, "packages", name);
    const found = sourceFiles(join(home, "src")).flatMap((file) =>
      importsOf(file)
        .filter((specifier) => specifier.startsWith("."))
        .filter((specifier) => !join(file, "..", specifier).startsWith(home))
        .map((specifier) => `${file}: ${specifier}`),
    );
    expect(found).toEqual([]);
  });
});

test.each(pure)("%s is compiled without the names of Node and the browser", (folder) => {
  const config = JSON.parse(readFileSync(join(root, folder, "tsconfig.json"), "utf8")) as {
    compilerOptions: { lib?: string[]; types?: string[] };
  };
  const base = JSON.parse(readFileSync(join(root, "tsconfig.base.json"), "utf8")) as typeof config;
  expect(existsSync(join(root, folder))).toBe(true);
  expect(config.compilerOptions.lib ?? base.compilerOptions.lib).toEqual(["es2022"]);
  expect(config.compilerOptions.types ?? base.compilerOptions.types).toEqual([]);
});
