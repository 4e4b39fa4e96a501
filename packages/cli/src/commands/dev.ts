import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Scenario } from "@weapp-socket/simulator";
import { type Arguments, portOf, profileOf } from "../arguments.js";
import { openInBrowser } from "../browser-opener.js";
import type { Command, CommandContext } from "../command.js";
import { startServerBeside } from "../dev/server-beside.js";
import { parseUrlMapping, portMappings } from "../dev/url-mapping.js";
import { formatDiagnostic } from "../diagnostics.js";
import { openInEditor } from "../editor-opener.js";
import { CommandError } from "../failure.js";
import { claimPort } from "../port.js";
import { aborted } from "../stop.js";
import type { Terminal } from "../terminal.js";

const host = "127.0.0.1";
const defaultPort = 3100;
const defaultServerPort = 3000;

export const dev: Command = {
  name: "dev",
  summary: "run a mini program in the simulator, its push server beside it",
  usage: "DIR [options]",
  description: [
    "Compiles the mini program in DIR and serves it, with an inspector of its sockets, to any browser. Reloads\n" +
      "when a file changes. Opens nothing by itself.",
    "With --server, FILE runs beside it as a process of its own: it finds its port in PORT and the key of its\n" +
      "HTTP API in WEAPP_SOCKET_KEY, and starts again when it, or a file that it imports, changes.\n" +
      "`weapp-socket push` finds it by itself.",
  ],
  options: {
    port: {
      type: "text",
      value: "PORT",
      summary: `the simulator's port: ${defaultPort}, or 0 for any free one`,
    },
    server: { type: "text", value: "FILE", summary: "the push server's module" },
    "server-port": {
      type: "text",
      value: "PORT",
      summary: `the push server's port: ${defaultServerPort}, or 0 for any free one; pages that\nname port ${defaultServerPort} of this machine are led to it`,
    },
    map: {
      type: "text",
      value: "FROM=TO",
      many: true,
      summary:
        "lead addresses that begin with FROM to TO, so that pages with\nproduction addresses run unedited",
    },
    profile: { type: "text", value: "NAME", summary: "how sockets behave: device (default) or devtools" },
    scenario: { type: "text", value: "FILE", summary: "faults to play from the start of each page" },
    editor: {
      type: "text",
      value: "COMMAND",
      summary:
        "the editor that the inspector opens files in; by itself it finds\none that runs, or what LAUNCH_EDITOR says",
    },
    open: { type: "flag", summary: "open the simulator in the browser" },
  },
  positionals: { min: 1, max: 1 },
  examples: [
    { command: "weapp-socket dev examples/chat", does: "the simulator alone" },
    {
      command: "weapp-socket dev examples/chat --server examples/chat/server.js",
      does: "the push server beside it, on ws://127.0.0.1:3000",
    },
    {
      command: "weapp-socket dev . --map wss://push.example.com=ws://127.0.0.1:3000",
      does: "a program with its production address, against a server on this machine",
    },
  ],
  run,
};

async function run(args: Arguments, context: CommandContext): Promise<number> {
  const { terminal, stop, cwd } = context;
  const dir = args.positionals[0]!;
  const program = existing(resolve(cwd, dir), dir, "folder");
  const serverText = args.text("server");
  const serverFile =
    serverText === undefined ? undefined : existing(resolve(cwd, serverText), serverText, "file");
  const map = args.texts("map").map(parseUrlMapping);
  const profile = profileOf(args);
  const editor = args.text("editor");
  const scenario = await scenarioOf(args, context);
  const port = await claimPort({
    port: portOf(args, "port", defaultPort),
    host,
    option: "--port",
    what: "the simulator's",
  });
  const serverPort = await claimServerPort(args, serverFile);

  const cleanups: (() => unknown)[] = [];
  try {
    const compiled = terminal.progress(`compiling ${dir}`);
    // Only now: the compiler takes its time to load, and a wrong call should not.
    const { createSimulator } = await import("@weapp-socket/simulator");
    const simulator = createSimulator({
      dir: program,
      ...(profile !== undefined && { profile }),
      ...(scenario !== undefined && { scenario }),
      openInEditor: (...place) => openInEditor(editor, ...place),
      map: [...map, ...(serverPort === undefined ? [] : portMappings(defaultServerPort, serverPort))],
    });
    cleanups.push(() => simulator.close());
    simulator.on("diagnostics", (diagnostics) => {
      if (terminal.json) terminal.report({ event: "diagnostics", diagnostics }, "");
      for (const diagnostic of diagnostics) terminal.note(formatDiagnostic(diagnostic, terminal));
      if (diagnostics.length === 0) terminal.note(terminal.style("green", "no problems left"));
    });
    const { url } = await simulator.listen({ port, host });
    compiled();
    terminal.report({ event: "simulator", url }, address(terminal, "simulator", url, dir));
    if (serverFile === undefined) {
      introduce(terminal, url, false);
    } else {
      let first = true;
      const onReady = (serverUrl: string): void => {
        terminal.line(address(terminal, "push server", serverUrl, serverText!));
        if (first) introduce(terminal, url, true);
        first = false;
      };
      cleanups.push(await startServerBeside({ file: serverFile, port: serverPort!, onReady }, context));
    }
    if (args.flag("open") && !(await openInBrowser(url)))
      terminal.note(`found no browser to open; go to ${url}`);
    await aborted(stop);
  } finally {
    const ended = terminal.progress("ending");
    for (let cleanup = cleanups.pop(); cleanup !== undefined; cleanup = cleanups.pop()) await cleanup();
    ended();
  }
  return 0;
}

function claimServerPort(args: Arguments, serverFile: string | undefined): Promise<number | undefined> {
  const port = portOf(args, "server-port", defaultServerPort);
  if (serverFile === undefined) return Promise.resolve(undefined);
  return claimPort({ port, host, option: "--server-port", what: "the push server's" });
}

async function scenarioOf(args: Arguments, { cwd, terminal }: CommandContext): Promise<Scenario | undefined> {
  const file = args.text("scenario");
  if (file === undefined) return undefined;
  const text = await readFile(existing(resolve(cwd, file), file, "file"), "utf8");
  const { parseScenario } = await import("@weapp-socket/simulator");
  const { scenario, diagnostics } = parseScenario(text, file);
  for (const diagnostic of diagnostics) terminal.note(formatDiagnostic(diagnostic, terminal));
  if (scenario === null) throw new CommandError(`${file} is no scenario`);
  return scenario;
}

function existing(path: string, shown: string, kind: "file" | "folder"): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new CommandError(`no such ${kind}: ${shown}`);
  if (found.isDirectory() !== (kind === "folder")) throw new CommandError(`${shown} is no ${kind}`);
  return path;
}

function address(terminal: Terminal, what: string, url: string, source: string): string {
  return `  ${what.padEnd(12)} ${terminal.style("cyan", url.padEnd(24))} ${terminal.style("dim", source)}`;
}

/** What to try next. */
function introduce(terminal: Terminal, url: string, withServer: boolean): void {
  // Windows' own shell knows no single quotes.
  const json = process.platform === "win32" ? `"{\\"content\\":\\"hello\\"}"` : `'{"content":"hello"}'`;
  terminal.line();
  terminal.line(`  Open ${url}`);
  if (withServer) {
    terminal.line("  Let the server speak, from a second terminal:");
    terminal.line(`    npx weapp-socket push --channel chat ${json}`);
  }
  terminal.line(
    withServer ? "  Pages and server reload when a file changes." : "  Pages reload when a file changes.",
  );
  terminal.line(`  Ctrl-C ends ${withServer ? "both" : "it"}.`);
  terminal.line();
}
