import { cp, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { createCompiler, type Compiler } from "../compiler/compiler.js";
import type { SessionInfo } from "../host/session-info.js";
import type { Diagnostic, ProgramFiles } from "../program.js";
import { exportPage } from "./export-page.js";
import { findHostNeeds, type HostNeed } from "./host-needs.js";
import { listAssets, type ProgramAsset } from "./program-assets.js";

export interface BuildOptions {
  /** Addresses that begin with `from` lead to `to`. Default: what weapp-socket.json says. */
  readonly map?: SessionInfo["map"];
  /** Default: "device". */
  readonly profile?: SessionInfo["profile"];
}

export interface BuildResult {
  readonly diagnostics: readonly Diagnostic[];
  /** What the program calls and an exported one cannot do as a phone does. */
  readonly needs: readonly HostNeed[];
  /** Files and bytes that were written. */
  readonly files: number;
  readonly bytes: number;
}

/** The program cannot be exported. */
export class BuildError extends Error {
  /** "program": it has errors, see `diagnostics`. "out": the folder is none of ours. "pages": the package is not built. */
  readonly code: "program" | "out" | "pages";
  readonly diagnostics: readonly Diagnostic[];

  constructor(code: BuildError["code"], message: string, diagnostics: readonly Diagnostic[] = []) {
    super(message);
    this.name = "BuildError";
    this.code = code;
    this.diagnostics = diagnostics;
  }
}

/** src/export and dist/export stand equally deep. */
const PAGES_DIRECTORY = join(import.meta.dirname, "../../dist");
/** Marks a folder that an earlier build may replace. */
const MARK = "program/session.json";

/**
 * Writes a program as a folder of static files for any web server, below any path: the browser's own WebSocket and
 * fetch serve it. An earlier build in `out` is replaced; a folder with anything else in it is left alone.
 *
 * @param dir folder of the mini program @param out folder to write
 * @throws BuildError
 */
export async function buildProgram(
  dir: string,
  out: string,
  options: BuildOptions = {},
): Promise<BuildResult> {
  const compiler = createCompiler(resolve(dir));
  const files = await compiler.compile();
  const { program } = files;
  const errors = program.diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    throw new BuildError("program", `the program has ${errors.length} errors`, program.diagnostics);
  }
  const target = resolve(out);
  if (`${compiler.programDirectory}${sep}`.startsWith(`${target}${sep}`)) {
    throw new BuildError("out", `${out} holds the program itself`);
  }
  const frame = join(PAGES_DIRECTORY, "frame");
  if (!(await exists(join(frame, "index.html")))) {
    throw new BuildError("pages", "the simulator's pages are not built: run npm run build");
  }
  await clear(target);
  const written = new Writer(target);
  await written.copy("frame", frame);
  await written.text("index.html", exportPage(program.appJson));
  await written.text(MARK, JSON.stringify(sessionOf(compiler, options)));
  await written.text("program/program.json", JSON.stringify(program));
  await written.text("program/modules.js", files.modules);
  await written.text("program/templates.js", files.templates);
  await written.text("program/styles.json", JSON.stringify(files.styles));
  for (const { path, file } of collectAssets(compiler, files, target))
    await written.copy(`program/files/${path}`, file);
  return {
    diagnostics: program.diagnostics,
    needs: findHostNeeds(files.modules),
    files: written.files,
    bytes: written.bytes,
  };
}

function sessionOf({ settings }: Compiler, { map, profile = "device" }: BuildOptions): SessionInfo {
  return {
    token: null,
    map: map ?? settings.map,
    profile,
    urlCheck: false,
    scenario: null,
    domains: settings.domains ?? { request: [], socket: [], uploadFile: [], downloadFile: [] },
    hasEditor: false,
    localNetworks: [],
  };
}

/** The author's own files, and those of packages that the program takes from node_modules. */
function collectAssets(compiler: Compiler, files: ProgramFiles, target: string): readonly ProgramAsset[] {
  const own = listAssets(compiler.programDirectory).filter(({ file }) => !file.startsWith(target + sep));
  const packages = new Set<string>();
  for (const path of Object.keys(files.program.units)) {
    const name = /^miniprogram_npm\/(?:@[^/]+\/)?[^/]+/u.exec(path)?.[0];
    if (name !== undefined) packages.add(name);
  }
  const installed = [...packages].flatMap((name) => {
    const directory = compiler.locatePackage(name);
    return directory === null ? [] : listAssets(directory, `${name}/`);
  });
  return [...own, ...installed];
}

class Writer {
  files = 0;
  bytes = 0;
  readonly #target: string;

  constructor(target: string) {
    this.#target = target;
  }

  async text(path: string, text: string): Promise<void> {
    const file = join(this.#target, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    this.files += 1;
    this.bytes += Buffer.byteLength(text);
  }

  /** A file, or a folder with all that is in it. */
  async copy(path: string, from: string): Promise<void> {
    const file = join(this.#target, path);
    await mkdir(dirname(file), { recursive: true });
    await cp(from, file, { recursive: true, dereference: true });
    await this.#count(file);
  }

  async #count(file: string): Promise<void> {
    const stats = await stat(file);
    if (!stats.isDirectory()) {
      this.files += 1;
      this.bytes += stats.size;
      return;
    }
    for (const name of await readdir(file)) await this.#count(join(file, name));
  }
}

async function clear(target: string): Promise<void> {
  const names = await readdir(target).catch(() => []);
  if (names.length > 0 && !(await exists(join(target, MARK)))) {
    throw new BuildError("out", `${target} is not empty, and no earlier build`);
  }
  await rm(target, { recursive: true, force: true });
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
