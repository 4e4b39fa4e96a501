import { numberOf } from "../arguments.js";
import type { Quantiles } from "../bench/histogram.js";
import type { LoadResult } from "../bench/load.js";
import type { Command } from "../command.js";
import { socketUrlOf } from "../socket-url.js";
import type { Terminal } from "../terminal.js";

/** Above this share of a core, the numbers say more of this command than of the server. */
const busyShare = 0.9;

export const bench: Command = {
  name: "bench",
  summary: "measure a server with many connections",
  usage: "URL [options]",
  description: [
    "Opens connections as mini programs do. Each sends messages at a steady rate and takes each message that comes\n" +
      "for the answer to its oldest one; the time runs from when a message was due. With --listen they send nothing\n" +
      "and count what the server pushes. One process: it says so where it was itself the limit. Exit code 1 if a\n" +
      "connection failed or ended early, or a message was not answered.",
  ],
  options: {
    connections: { type: "text", value: "N", summary: "how many: 100" },
    seconds: { type: "text", value: "N", summary: "how long they talk: 10" },
    rate: { type: "text", value: "N", summary: "messages a second of each connection: 10" },
    message: { type: "text", value: "TEXT", summary: "what each sends: hello" },
    listen: { type: "flag", summary: "send nothing, count what comes" },
  },
  positionals: { min: 1, max: 1 },
  examples: [
    {
      command: "weapp-socket bench ws://127.0.0.1:3000",
      does: "100 connections, 1000 messages a second, for 10 seconds",
    },
    {
      command: "weapp-socket bench ws://127.0.0.1:3000 --connections 1000 --listen",
      does: "a thousand listeners",
    },
  ],
  async run(args, { terminal, stop }) {
    const url = socketUrlOf(args.positionals[0]!);
    const connections = numberOf(args, "connections", { fallback: 100, least: 1, most: 50_000 });
    const seconds = numberOf(args, "seconds", { fallback: 10, least: 1, most: 3600 });
    const listens = args.flag("listen");
    const message = listens ? undefined : (args.text("message") ?? "hello");
    const rate = numberOf(args, "rate", { fallback: 10, least: 1, most: 100_000 });
    const { runLoad } = await import("../bench/load.js");
    const talking = terminal.progress(`${connections} connections to ${url.host}, for ${seconds} s`);
    const result = await runLoad({
      url: url.href,
      connections,
      durationMs: seconds * 1000,
      message,
      rate,
      stop,
    });
    talking();
    show(result, connections, listens, terminal);
    const isWell = listens ? result.received > 0 : result.answers.count === result.sent;
    return isWell && result.troubles.size === 0 ? 0 : 1;
  },
};

function show(result: LoadResult, connections: number, listens: boolean, terminal: Terminal): void {
  const { opens, answers, sent, received, receivedBytes, elapsedMs, troubles, cpu } = result;
  const perSecond = elapsedMs === 0 ? 0 : Math.round((received / elapsedMs) * 1000);
  const open = opens.summary();
  const answer = answers.summary();
  const event = {
    event: "measured",
    connections,
    opened: opens.count,
    openMs: open,
    sent,
    received,
    receivedBytes,
    perSecond,
    answered: answers.count,
    answerMs: answer,
    elapsedMs: Math.round(elapsedMs),
    ownCpu: Number(cpu.toFixed(2)),
    troubles: Object.fromEntries(troubles),
  };
  const lines = [
    `  opened     ${opens.count} of ${connections}${open === undefined ? "" : `, ${quantiles(open)}`}`,
    ...(listens ? [] : [`  sent       ${sent}`]),
    `  received   ${received}, ${perSecond} a second, ${receivedBytes} bytes`,
    ...(answer === undefined ? [] : [`  answered   ${answers.count}, ${quantiles(answer)}`]),
    ...[...troubles].map(([text, count]) => `  ${terminal.style("red", `${count} times`)}  ${text}`),
    ...(received === 0 && opens.count > 0 ? [listens ? nothingPushed : nothingAnswered] : []),
    ...(cpu > busyShare
      ? [`  This command used ${cpu.toFixed(2)} of a core: the server may be able to do more.`]
      : []),
  ];
  terminal.report(event, lines.join("\n"));
}

const nothingAnswered =
  "  No message was answered. Does the server answer each? --listen counts what it pushes.";
const nothingPushed = "  Nothing was pushed.";

function quantiles({ p50, p95, p99, max }: Quantiles): string {
  return `ms: ${[`p50 ${ms(p50)}`, `p95 ${ms(p95)}`, `p99 ${ms(p99)}`, `max ${ms(max)}`].join("  ")}`;
}

function ms(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(0);
}
