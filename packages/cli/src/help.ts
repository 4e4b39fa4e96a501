import type { Command, OptionSpec } from "./command.js";

/** Options that every command has. */
export const commonOptions: Readonly<Record<string, OptionSpec>> = {
  json: { type: "flag", summary: "speak JSON, one object a line" },
  help: { type: "flag", summary: "show this" },
};

export function formatHelp(commands: readonly Command[]): string {
  return [
    "weapp-socket: the WebSocket stack of WeChat mini programs, outside WeChat",
    "",
    "Usage",
    "  weapp-socket COMMAND [options]",
    "",
    "Commands",
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    "",
    "Options",
    ...columns([
      ["--help", "show this, or a command's own help: weapp-socket push --help"],
      ["--version", "show the version"],
    ]),
    "",
    "Start here",
    "  weapp-socket dev examples/chat --server examples/chat/server.js",
  ].join("\n");
}

export function formatCommandHelp(command: Command): string {
  const options = Object.entries({ ...command.options, ...commonOptions });
  return [
    `weapp-socket ${command.name}: ${command.summary}`,
    "",
    "Usage",
    `  weapp-socket ${command.name} ${command.usage}`,
    "",
    ...command.description.flatMap((paragraph) => [paragraph, ""]),
    "Options",
    ...columns(options.map(([name, spec]) => [optionName(name, spec), spec.summary])),
    "",
    "Examples",
    ...command.examples.flatMap(({ command: typed, does }) => [`  # ${does}`, `  ${typed}`]),
    "",
    "Exit code: 0 done, 1 could not do it, 2 called wrong.",
  ].join("\n");
}

function optionName(name: string, { value, many }: OptionSpec): string {
  return `--${name}` + (value === undefined ? "" : ` ${value}`) + (many === true ? " …" : "");
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  const indent = `\n${" ".repeat(width + 4)}`;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right.replaceAll("\n", indent)}`);
}
