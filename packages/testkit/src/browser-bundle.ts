import { build, type Rollup } from "vite";

/** One classic script out of `entry` and all that it imports, sources of our packages included. */
export async function bundleForBrowser(entry: string): Promise<string> {
  const result = (await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["browser", "@weapp-socket/source"] },
    build: {
      write: false,
      minify: false,
      target: "es2022",
      lib: { entry, formats: ["iife"], name: "bundle" },
    },
  })) as Rollup.RollupOutput[];
  return result[0]!.output[0].code;
}
