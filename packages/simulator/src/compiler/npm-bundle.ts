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
    const code = outputFiles[0]?.text ?? "";
    return { path, file: path, code, requests: [], diagnostics: [] };
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
    };
  }
}
