import { type Arguments, numberOf } from "../arguments.js";
import type { Command } from "../command.js";
import type { Check } from "../doctor/check.js";
import { examine } from "../doctor/examination.js";
import { UsageError } from "../failure.js";
import { socketUrlOf } from "../socket-url.js";
import type { Terminal } from "../terminal.js";

const stepTimeoutMs = 10_000;

export const doctor: Command = {
  name: "doctor",
  summary: "check a server as a mini program will meet it",
  usage: "URL [options]",
  description: [
    "Goes from the address to the closing handshake and says of each step whether it is well and, if not, what to\n" +
      "do: WeChat's domain rules, DNS, TCP, TLS and its whole chain, the upgrade with WeChat's Referer, ping, close,\n" +
      "subprotocols. What only a released mini program refuses is a warning.",
    "Exit code 1 if anything failed.",
  ],
  options: {
    appid: {
      type: "text",
      value: "APPID",
      summary: "the mini program's, for the Referer; else touristappid",
    },
    header: {
      type: "text",
      value: "NAME:VALUE",
      many: true,
      summary: "a request header, such as Authorization:…",
    },
    idle: {
      type: "text",
      value: "SECONDS",
      summary: "also stay silent that long and see whether a proxy cuts the connection",
    },
  },
  positionals: { min: 1, max: 1 },
  examples: [
    { command: "weapp-socket doctor wss://push.example.com/ws", does: "before you register the domain" },
    { command: "weapp-socket doctor wss://push.example.com/ws --idle 90", does: "is the proxy patient?" },
    { command: "weapp-socket doctor ws://127.0.0.1:3000", does: "a server on this machine" },
  ],
  async run(args, { terminal, stop }) {
    const url = socketUrlOf(args.positionals[0]!);
    const counts = { ok: 0, warn: 0, fail: 0 };
    const options = {
      url,
      appId: args.text("appid") ?? "touristappid",
      headers: args.texts("header").map(headerOf),
      timeoutMs: stepTimeoutMs,
      idleMs: idleOf(args) * 1000,
      stop,
      now: Date.now(),
    };
    const checks = examine(options);
    for (;;) {
      const done = terminal.progress("waiting");
      const { value: check, done: last } = await checks.next();
      done();
      if (last === true || check === undefined) break;
      counts[check.outcome] += 1;
      show(check, terminal);
    }
    const all = `${counts.ok} ok, ${counts.warn} warnings, ${counts.fail} failed`;
    terminal.report({ event: "examined", url: url.href, ...counts }, `\n${all}`);
    return counts.fail === 0 && !stop.aborted ? 0 : 1;
  },
};

const marks = { ok: ["green", "ok  "], warn: ["yellow", "warn"], fail: ["red", "FAIL"] } as const;

function show(check: Check, terminal: Terminal): void {
  const [style, mark] = marks[check.outcome];
  const advice =
    check.advice === undefined
      ? ""
      : `\n${" ".repeat(26)}${check.advice.replaceAll("\n", `\n${" ".repeat(26)}`)}`;
  const line = `  ${terminal.style(style, mark)}  ${check.id.padEnd(18)}${check.text}${terminal.style("dim", advice)}`;
  terminal.report({ event: "check", ...check }, line);
}

function headerOf(text: string): readonly [string, string] {
  const [, name, value] = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):\s*(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new UsageError(`--header must be like NAME:VALUE, got ${text}`);
  return [name, value];
}

function idleOf(args: Arguments): number {
  return numberOf(args, "idle", { fallback: 0, least: 1, most: 3600 });
}
