import { isAbsolute, join, relative, sep } from "node:path";
import { build, type ImportKind, type ResolveResult } from "esbuild";
import { problem, WHOLE_FILE } from "./diagnostics.js";
import type { ScriptModule } from "./script.js";
import type { PackageBundle } from "./source-files.js";

/**
 * Bundles a plain package, with the packages that it needs, into one CommonJS module. What cannot be found, such as
 * Node's own modules, stays a `require` that throws when it is reached.
 */
export async function bundlePackage(
  { request, directory }: PackageBundle,
  path: string,
): Promise<ScriptModule> {
  try {
    const { outputFiles } = await build({
      stdin: {
        contents: `module.exports = require(${JSON.stringify(request)});`,
        resolveDir: directory,
        sourcefile: "package.js",
      },
      bundle: true,
      write: false,
      sourcemap: "external",
      outfile: join(directory, "package.js"),
      format: "cjs",
      platform: "browser",
      mainFields: ["browser", "module", "main"],
      target: "es2022",
      define: { "process.env.NODE_ENV": '"production"' },
      logLevel: "silent",
      plugins: [
        {
          name: "missing-stays-require",
          setup: (esbuild) => {
            esbuild.onResolve({ filter: /.*/ }, async ({ path: wanted, kind, pluginData, ...where }) => {
              if (pluginData === "asked" || kind === "entry-point") return undefined;
              const ask = (as: ImportKind): Promise<ResolveResult> =>
                esbuild.resolve(wanted, { ...where, kind: as, pluginData: "asked" });
              const found = await ask(kind);
              if (found.errors.length === 0) return found;
              // Packages of ES modules alone answer to import and not to require.
              const asModule = await ask("import-statement");
              return asModule.errors.length === 0 ? asModule : { path: wanted, external: true };
            });
          },
        },
      ],
    });
    const text = (ending: string): string =>
      outputFiles.find((file) => file.path.endsWith(ending))?.text ?? "";
    const { sources, mappings, sourcesContent } = JSON.parse(text(".js.map")) as SourceMapJson;
    const names = sources.map((source) => sourceName(join(directory, source), directory, request));
    return {
      path,
      file: path,
      code: text(".js"),
      requests: [],
      diagnostics: [],
      map: { sources: names, mappings },
      originals: names.map((name, index) => ({
        name,
        text: sourcesContent[index] ?? "",
        path: join(directory, sources[index]!),
      })),
    };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[1] ?? error.message) : String(error);
    const message = `the package cannot be bundled: ${reason.trim()}`;
    const code = `throw new Error(${JSON.stringify(message)});`;
    return {
      path,
      file: path,
      code,
      requests: [],
      diagnostics: [problem("error", path, WHOLE_FILE, message)],
      map: null,
    };
  }
}

interface SourceMapJson {
  readonly sources: readonly string[];
  readonly sourcesContent: readonly (string | null)[];
  readonly mappings: string;
}

/** "node_modules/dayjs/dayjs.min.js", wherever on this machine that is. */
function sourceName(file: string, directory: string, request: string): string {
  const inside = file.split(sep).join("/").split("/node_modules/").at(-1)!;
  if (!isAbsolute(inside)) return `node_modules/${inside}`;
  const path = relative(directory, file).split(sep).join("/");
  return `node_modules/${request}/${path.replaceAll("../", "")}`;
}
