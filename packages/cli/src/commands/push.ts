import type { Arguments } from "../arguments.js";
import type { Command, CommandContext } from "../command.js";
import { findDevServer } from "../dev/dev-file.js";
import { CommandError, UsageError } from "../failure.js";

const answerWithinMs = 10_000;

export const push: Command = {
  name: "push",
  summary: "let the server speak: publish a message to a channel",
  usage: "--channel CHANNEL JSON",
  description: [
    "Sends JSON to every page in the channel, none of which has to ask for it. Finds the server that\n" +
      "`weapp-socket dev` or `weapp-socket serve` runs in this folder or one above by itself; --url and --key\n" +
      "lead to any other. A - instead of JSON reads standard input.",
  ],
  options: {
    channel: { type: "text", value: "CHANNEL", summary: "the channel to publish to" },
    text: {
      type: "flag",
      summary: "send the argument as it is, as text, instead of checking that it is JSON",
    },
    url: { type: "text", value: "URL", summary: "the server: http://127.0.0.1:3000 (ws:// is understood)" },
    key: {
      type: "text",
      value: "KEY",
      summary: "the server's key; else WEAPP_SOCKET_KEY from the environment",
    },
  },
  positionals: { min: 1, max: 1 },
  examples: [
    {
      command: `weapp-socket push --channel chat '{"content":"hello"}'`,
      does: "to every page in the channel chat",
    },
    { command: "weapp-socket push --channel chat - < message.json", does: "a message from a file" },
    {
      command: `WEAPP_SOCKET_KEY=… weapp-socket push --url https://push.example.com --channel chat '{"content":"hi"}'`,
      does: "through a server elsewhere",
    },
  ],
  async run(args, context) {
    const channel = args.text("channel");
    if (channel === undefined) throw new UsageError("push needs --channel CHANNEL");
    const data = await dataOf(args, context);
    const { url, key } = await targetOf(args, context);
    const arrived = context.terminal.progress(`waiting for ${url.origin}`);
    try {
      const result = await publish(url, key, { channel, data }, context.stop);
      const heard = await hasListeners(url, key, channel, context.stop);
      context.terminal.report({ event: "pushed", channel, ...result, heard }, `pushed to ${channel}`);
      if (heard === false)
        context.terminal.note(context.terminal.style("dim", `nobody is in ${channel} now`));
    } finally {
      arrived();
    }
    return 0;
  },
};

/** The message: text as it is with --text, else what the JSON means. */
async function dataOf(args: Arguments, { stdin }: CommandContext): Promise<unknown> {
  const given = args.positionals[0]!;
  const text = given === "-" ? await readAll(stdin) : given;
  if (args.flag("text")) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
    const where = given === "-" ? "standard input is" : "the message is";
    throw new UsageError(
      `${where} no JSON: ${(error as Error).message}, got ${shown === "" ? "nothing" : shown}\n` +
        'Quote it so that the shell leaves it alone, as in \'{"content":"hello"}\', or send plain text with --text.',
    );
  }
}

async function readAll(stdin: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8").trim();
}

/** Where the HTTP API is, and the key to it. What is not given comes from the running development server. */
async function targetOf(args: Arguments, { cwd, env }: CommandContext): Promise<{ url: URL; key: string }> {
  const given = args.text("url");
  const key = args.text("key") ?? env["WEAPP_SOCKET_KEY"];
  if (given !== undefined) {
    if (key === undefined)
      throw new UsageError("--url needs --key KEY, or WEAPP_SOCKET_KEY in the environment");
    return { url: httpUrl(given), key };
  }
  const found = await findDevServer(cwd);
  if (found === undefined) {
    throw new CommandError(
      "no push server runs in this folder or one above",
      "start one with `weapp-socket dev` or `weapp-socket serve`, or name one with --url and --key",
    );
  }
  return { url: httpUrl(found.admin), key: args.text("key") ?? found.key };
}

function httpUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text.replace(/^ws(?=s?:)/i, "http")) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new UsageError(`--url must be an address like http://127.0.0.1:3000, got ${text}`);
  }
  return new URL("/v1/publish", url);
}

async function publish(
  url: URL,
  key: string,
  body: unknown,
  stop: AbortSignal,
): Promise<Record<string, unknown>> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.any([stop, AbortSignal.timeout(answerWithinMs)]),
    });
    text = await response.text();
  } catch (error) {
    throw new CommandError(`cannot reach ${url.origin}: ${reasonOf(error)}`, "is the server running?");
  }
  const answer = objectOf(text);
  if (response.ok) return answer;
  if (response.status === 401) {
    throw new CommandError(
      `${url.origin} refused the key`,
      "give the server's own with --key or WEAPP_SOCKET_KEY",
    );
  }
  throw new CommandError(
    `${url.origin} answered ${response.status}: ${detailOf(answer) ?? text.slice(0, 200)}`,
  );
}

/** Whether anybody is in the channel: a mistyped name is told. Undefined where the server or the key does not say. */
async function hasListeners(
  publishUrl: URL,
  key: string,
  channel: string,
  stop: AbortSignal,
): Promise<boolean | undefined> {
  const url = new URL("/v1/channels", publishUrl);
  url.searchParams.set("prefix", channel);
  url.searchParams.set("limit", "1");
  try {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(answerWithinMs)]);
    const response = await fetch(url, { headers: { authorization: `Bearer ${key}` }, signal });
    const { channels } = objectOf(await response.text());
    if (!response.ok || !Array.isArray(channels)) return undefined;
    // In the order of their names: the channel itself comes before those that begin like it.
    const first = channels[0] as { channel?: unknown; listeners?: unknown } | undefined;
    return first?.channel === channel && first.listeners !== 0;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${answerWithinMs / 1000} s`;
  const { cause } = error;
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0].message;
  return cause instanceof Error ? cause.message : error.message;
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** What RFC 9457 calls the detail: the server's own words for what is wrong. */
function detailOf({ detail }: Record<string, unknown>): string | undefined {
  return typeof detail === "string" ? detail : undefined;
}
