import { open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { createHistoryCheck, type Finding, type FindingKind } from "@weapp-socket/protocol";
import type { Command } from "../command.js";
import { UsageError } from "../failure.js";
import type { Terminal } from "../terminal.js";
import { verifyStore } from "../verify/store.js";
import { type Recording, readRecording } from "../verify/recording.js";

/** What is found more often than this is counted, not shown, to people. */
const mostShown = 20;

const meanings: Readonly<Record<FindingKind, string>> = {
  lost: "was accepted, never came, and no gap was told",
  duplicated: "came twice",
  reordered: "came after a later one",
  unexpected: "was never accepted, or came before the client was attached",
  "unreported-gap": "came from a history that had replaced the client's, and no gap was told",
};

export const verify: Command = {
  name: "verify",
  summary: "check a recorded run, or a store: was anything lost, doubled or damaged?",
  usage: "FILE|FOLDER",
  description: [
    "Holds what clients saw against what the server had accepted: everything once and in order, or a gap that was\n" +
      "told. FILE has one JSON object a line; the order of lines matters for each client alone. A - reads standard\n" +
      "input. Exit code 0: sound; 1: something was found; 2: the file is no recording, the line is named.",
    '{"type":"accepted","channel":"room:9","position":"13-0badcafe"}               a publish was answered with this\n' +
      '{"type":"attached","client":"p1","channel":"room:9","position":"12-77b0aa01"} a subscription begins here\n' +
      '{"type":"message","client":"p1","channel":"room:9","position":"13-0badcafe"}  the application was given this\n' +
      '{"type":"gap","client":"p1","channel":"room:9","position":"40-00aa11bb"}      it was told a gap up to here\n' +
      '{"type":"quiet","client":"p1"}          it was connected at the end, and had the time to get all',
    'An accepted line may say "lost":true where the broker itself is known to have lost it, as in a failover: only\n' +
      "clients that had seen it must then be told. Publications that expire, or that conflation replaces, have no\n" +
      "place in a recording.",
    "A FOLDER is a store of the LMDB broker. It is read through, in a process of its own first, and not changed:\n" +
      "what is damaged is named, with what becomes of it. Exit code 0: sound; 1: damaged, or torn: to be set aside.",
  ],
  options: {},
  positionals: { min: 1, max: 1 },
  examples: [
    { command: "weapp-socket verify run.jsonl", does: "after a load test or a day of faults" },
    {
      command: "cat clients/*.jsonl server.jsonl | weapp-socket verify -",
      does: "recorded in several places",
    },
    {
      command: "weapp-socket verify /var/lib/weapp-socket",
      does: "a store, after a disk failed",
    },
    { command: "weapp-socket verify run.jsonl --json", does: "each finding an object, then the counts" },
  ],
  async run(args, { terminal, cwd, stdin }) {
    const name = args.positionals[0]!;
    const path = resolve(cwd, name);
    const read = terminal.progress(`reading ${name}`);
    try {
      if (name !== "-" && (await isFolder(path))) return await verifyStore(path, name, terminal);
      const recording =
        name === "-"
          ? await readRecording(createInterface({ input: Readable.from(stdin) }), "standard input")
          : await readFileRecording(path, name);
      if (recording.seen.size === 0 && recording.accepted.length === 0)
        throw new UsageError(`${name}: nothing was recorded`);
      return report(recording, terminal);
    } finally {
      read();
    }
  },
};

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}

async function readFileRecording(path: string, name: string): Promise<Recording> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) throw new UsageError(`no such file: ${name}`);
  try {
    return await readRecording(file.readLines({ autoClose: false }), name);
  } finally {
    await file.close();
  }
}

function report({ accepted, seen, quiet }: Recording, terminal: Terminal): number {
  const check = createHistoryCheck(accepted);
  const counts = new Map<FindingKind, number>();
  let found = 0;
  let messages = 0;
  let gaps = 0;
  for (const [client, events] of seen) {
    for (const { type } of events) {
      if (type === "message") messages += 1;
      if (type === "gap") gaps += 1;
    }
    for (const finding of check(client, events, quiet.has(client))) {
      found += 1;
      counts.set(finding.kind, (counts.get(finding.kind) ?? 0) + 1);
      if (terminal.json || found <= mostShown) show(finding, terminal);
    }
  }
  if (!terminal.json && found > mostShown) terminal.line(`… and ${found - mostShown} more`);
  const scope = `${accepted.length} accepted, ${seen.size} clients (${quiet.size} quiet at the end), ${messages} messages, ${gaps} gaps`;
  const verdict =
    found === 0
      ? terminal.style("green", "sound")
      : terminal.style("red", [...counts].map(([kind, count]) => `${count} ${kind}`).join(", "));
  terminal.report(
    {
      event: "verified",
      accepted: accepted.length,
      clients: seen.size,
      quiet: quiet.size,
      messages,
      gaps,
      findings: Object.fromEntries(counts),
    },
    `${verdict}: ${scope}`,
  );
  return found === 0 ? 0 : 1;
}

function show(finding: Finding, terminal: Terminal): void {
  const { kind, client, channel, position } = finding;
  terminal.report(
    { event: "finding", ...finding },
    `${terminal.style("red", kind)}  ${client}  ${channel}  ${position}  ${terminal.style("dim", meanings[kind])}`,
  );
}
