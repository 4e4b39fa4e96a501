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

/** Names that others know: what these files write, and the words that the machine's tables are indexed by. */
async function knownNames() {
  const read = async (file) =>
    (await readFile(join(root, file), "utf8")).replace(/\/\*[^]*?\*\/|\/\/.*/g, "");
  const files = ["adapters", "client", "clock", "failure", "kept", "mini-program"].map(
    (name) => `src/${name}.ts`,
  );
  const texts = await Promise.all([...files, "../protocol/src/messages.ts"].map(read));
  const words = (await read("../protocol/src/client/inputs.ts")).match(/"[\w-]+"/g);
  const values = Object.getOwnPropertyNames(globalThis).map((name) => globalThis[name]);
  const objects = values
    .flatMap((value) => [value, value?.prototype])
    .filter((value) => Object(value) === value);
  return new Set([
    ...texts.flatMap((text) => text.match(/[\w$]+/g)),
    ...words.map((word) => word.slice(1, -1)),
    ...objects.flatMap((value) => Object.getOwnPropertyNames(value)),
  ]);
}

/** Every other name of a property is ours alone, and gets short. */
async function bundleWithShortNames(name, known) {
  const { names } = await bundle(name, { mangleProps: /./, mangleCache: {} });
  const ours = names.filter((property) => !known.has(property));
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
  const known = await knownNames();
  for (const name of entries) {
    const { text } = await bundleWithShortNames(name, known);
    await write(`dist/miniprogram/${name}.js`, await toSmallEs5(asCommonJs(text)));
  }
  // For those who take them with Node's own require.
  await write("dist/miniprogram/package.json", '{ "type": "commonjs" }\n');
}
