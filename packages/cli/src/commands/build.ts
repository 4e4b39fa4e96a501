import { relative, resolve } from "node:path";
import { profileOf } from "../arguments.js";
import type { Command } from "../command.js";
import { parseUrlMapping } from "../dev/url-mapping.js";
import { formatDiagnostic } from "../diagnostics.js";
import { CommandError } from "../failure.js";

export const build: Command = {
  name: "build",
  summary: "export a mini program as static files for any web server",
  usage: "DIR [options]",
  description: [
    "Writes a folder that runs the mini program in a browser without weapp-socket: its sockets are the browser's\n" +
      "own. Says what the program uses that a browser cannot do as a phone does. An earlier export is replaced; a\n" +
      "folder with anything else in it is left alone.",
  ],
  options: {
    out: { type: "text", value: "DIR", summary: "the folder to write: dist" },
    map: { type: "text", value: "FROM=TO", many: true, summary: "lead addresses that begin with FROM to TO" },
    profile: { type: "text", value: "NAME", summary: "how sockets behave: device (default) or devtools" },
  },
  positionals: { min: 1, max: 1 },
  examples: [
    {
      command: "weapp-socket build examples/chat --out chat-web",
      does: "then serve chat-web with any web server",
    },
  ],
  async run(args, { terminal, cwd }) {
    const dir = args.positionals[0]!;
    const out = resolve(cwd, args.text("out") ?? "dist");
    const profile = profileOf(args);
    const map = args.texts("map").map(parseUrlMapping);
    const { BuildError, buildProgram } = await import("@weapp-socket/simulator");
    const built = terminal.progress(`building ${dir}`);
    try {
      const options = { ...(profile !== undefined && { profile }), ...(map.length > 0 && { map }) };
      const { diagnostics, needs, files, bytes } = await buildProgram(resolve(cwd, dir), out, options);
      for (const diagnostic of diagnostics) terminal.note(formatDiagnostic(diagnostic, terminal));
      for (const { api, why } of needs) terminal.note(`${terminal.style("yellow", `wx.${api}`)}: ${why}`);
      const shown = relative(cwd, out) || ".";
      terminal.report(
        { event: "built", out, files, bytes, diagnostics, needs },
        `built ${shown}: ${files} files, ${Math.ceil(bytes / 1024)} KiB`,
      );
      return 0;
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      for (const diagnostic of error.diagnostics) terminal.note(formatDiagnostic(diagnostic, terminal));
      throw new CommandError(error.message);
    } finally {
      built();
    }
  },
};
