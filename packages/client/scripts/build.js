// dist/bundle: an ES module for bundlers. dist/miniprogram: one small file of ES5, for WeChat's npm build.
// The protocol is inside both, nothing is required. `--module` builds the first alone.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
const entries = ["index", "adapters"];

async function bundle(name, options) {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [`src/${name}.ts`],
    bundle: true,
    write: false,
    format: "esm",
    charset: "utf8",
    target: "es2022",
    conditions: ["@weapp-socket/source"],
    ...options,
  });
  return { text: result.outputFiles[0].text, names: Object.keys(result.mangleCache ?? {}) };
}

async function write(file, text) {
  await mkdir(join(root, file, ".."), { recursive: true });
  await writeFile(join(root, file), text);
}

/** Names that others know: of the language, and what is declared in these files. */
async function knownNames(entry) {
  const files = ["client", "clock", "failure", "kept", "mini-program", entry].map((name) => `src/${name}.ts`);
  const texts = await Promise.all(
    [...files, "../protocol/src/messages.ts"].map((file) => readFile(join(root, file), "utf8")),
  );
  const values = Object.getOwnPropertyNames(globalThis).map((name) => globalThis[name]);
  const objects = values
    .flatMap((value) => [value, value?.prototype])
    .filter((value) => Object(value) === value);
  return [
    ...texts.flatMap((text) => [...text.matchAll(/([\w$]+)\??[:(<]/g)].map(([, name]) => name)),
    ...objects.flatMap((value) => Object.getOwnPropertyNames(value)),
  ];
}

/** Every other name of a property is ours alone, and gets short; unless the code has it as a text, to look it up. */
async function bundleWithShortNames(name) {
  const { names, text } = await bundle(name, { mangleProps: /./, mangleCache: {} });
  const kept = new Set([
    ...(await knownNames(name)),
    ...[...text.matchAll(/["'`]([\w$-]+)["'`]/g)].map(([, word]) => word),
  ]);
  const ours = names.filter((property) => !kept.has(property));
  return bundle(name, { mangleProps: new RegExp(`^(${ours.join("|")})$`) });
}

/** The list of exports ends the module. */
function asCommonJs(module) {
  return module.replace(/export \{([^}]*)\};\s*$/, (_whole, names) =>
    names
      .split(",")
      .map((name) => `exports.${name.trim()} = ${name.trim()};`)
      .join("\n"),
  );
}

/** TypeScript and esbuild end at ES2015; swc does not. What is assumed holds for everything in our sources. */
async function toSmallEs5(text) {
  const { minify, transform } = await import("@swc/core");
  const { code } = await transform(text, {
    swcrc: false,
    env: { targets: "ie 9", loose: true, exclude: ["transform-typeof-symbol"] },
    jsc: {
      assumptions: {
        ignoreFunctionLength: true,
        ignoreFunctionName: true,
        ignoreToPrimitiveHint: true,
        iterableIsArray: true,
      },
    },
  });
  const small = await minify(code, {
    ecma: 5,
    module: false,
    toplevel: true,
    mangle: { toplevel: true },
    compress: { ecma: 5, passes: 3, toplevel: true, inline: 0, reduce_funcs: false },
    format: { ecma: 5, comments: false },
  });
  return small.code;
}

for (const name of entries) {
  const { text } = await bundle(name, { target: "es2015" });
  await write(`dist/bundle/${name}.js`, text);
}

if (!process.argv.includes("--module")) {
  for (const name of entries) {
    const { text } = await bundleWithShortNames(name);
    await write(`dist/miniprogram/${name}.js`, await toSmallEs5(asCommonJs(text)));
  }
  // For those who take them with Node's own require.
  await write("dist/miniprogram/package.json", '{ "type": "commonjs" }\n');
}
