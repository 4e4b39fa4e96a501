import { timeLimit } from "@weapp-socket/server/time-limit";
import type { Arguments } from "../arguments.js";
import type { Command, CommandContext } from "../command.js";
import { findDevServer } from "../dev/dev-file.js";
import { CommandError, UsageError } from "../failure.js";

const answerWithinMs = 10_000;

export const push: Command = {
  name: "push",
  summary: "let the server speak: push a message to a channel, a user or everybody",
  usage: "(--channel CHANNEL | --user USER | --all) JSON",
  description: [
    "Sends JSON to every page in the channel, or of the user: none of them has to ask for it. Finds by itself the\n" +
      "server that `weapp-socket dev` or `weapp-socket serve` runs in this folder or one above; --url and --key lead\n" +
      "to any other. A - instead of JSON reads standard input.",
  ],
  options: {
    channel: { type: "text", value: "CHANNEL", summary: "to everybody in this channel" },
    user: { type: "text", value: "USER", summary: "to this user's inbox, wherever the user is connected" },
    device: {
      type: "text",
      value: "DEVICE",
      summary: "with --user: to this one of the user's installations",
    },
    all: { type: "flag", summary: "to everybody who is connected" },
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
    { command: `weapp-socket push --user ann '{"badge":3}'`, does: "to one user" },
    { command: "weapp-socket push --channel chat - < message.json", does: "a message from a file" },
    {
      command: `WEAPP_SOCKET_KEY=… weapp-socket push --url https://push.example.com --channel chat '{"content":"hi"}'`,
      does: "through a server elsewhere",
    },
  ],
  async run(args, context) {
    const target = addresseeOf(args);
    const data = await dataOf(args, context);
    const { origin, key } = await serverOf(args, context);
    const api: Api = { origin, key, stop: context.stop };
    const arrived = context.terminal.progress(`waiting for ${origin.origin}`);
    try {
      const result = await publish(api, target, data);
      const heard = await target.isHeard(api);
      context.terminal.report(
        { event: "pushed", ...target.to, ...result, heard },
        `pushed to ${target.name}`,
      );
      if (heard === false) context.terminal.note(context.terminal.style("dim", target.nobody));
    } finally {
      arrived();
    }
    return 0;
  },
};

/** The HTTP API of a server. */
interface Api {
  readonly origin: URL;
  readonly key: string;
  readonly stop: AbortSignal;
}

/** Whom the message is for. */
interface Addressee {
  readonly to: Readonly<Record<string, unknown>>;
  readonly name: string;
  /** What to say where nobody is there. */
  readonly nobody: string;
  /** Whether anybody is there: a mistyped name is told. Undefined where the server or the key does not say. */
  isHeard(api: Api): Promise<boolean | undefined>;
}

function addresseeOf(args: Arguments): Addressee {
  const [channel, user, device] = [args.text("channel"), args.text("user"), args.text("device")];
  const isToAll = args.flag("all");
  if ([channel !== undefined, user !== undefined, isToAll].filter(Boolean).length !== 1) {
    throw new UsageError("push needs one of --channel CHANNEL, --user USER and --all");
  }
  if (device !== undefined && user === undefined) throw new UsageError("--device needs --user USER");
  if (channel !== undefined) {
    const nobody = `nobody is in ${channel} now`;
    return { to: { channel }, name: channel, nobody, isHeard: (api) => hasListeners(api, channel) };
  }
  if (user === undefined) {
    return { to: { all: true }, name: "everybody", nobody: "", isHeard: async () => undefined };
  }
  return {
    to: { user, ...(device !== undefined && { device }) },
    name: device === undefined ? user : `${user}, device ${device}`,
    nobody: `${user} is not connected now`,
    isHeard: (api) => isConnected(api, user, device),
  };
}

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
async function serverOf(
  args: Arguments,
  { cwd, env }: CommandContext,
): Promise<{ origin: URL; key: string }> {
  const given = args.text("url");
  const key = args.text("key") ?? env["WEAPP_SOCKET_KEY"];
  if (given !== undefined) {
    if (key === undefined)
      throw new UsageError("--url needs --key KEY, or WEAPP_SOCKET_KEY in the environment");
    return { origin: httpUrl(given), key };
  }
  const found = await findDevServer(cwd);
  if (found === undefined) {
    throw new CommandError(
      "no push server runs in this folder or one above",
      "start one with `weapp-socket dev` or `weapp-socket serve`, or name one with --url and --key",
    );
  }
  return { origin: httpUrl(found.admin), key: args.text("key") ?? found.key };
}

function httpUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text.replace(/^ws(?=s?:)/i, "http")) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new UsageError(`--url must be an address like http://127.0.0.1:3000, got ${text}`);
  }
  return url;
}

async function publish(
  { origin, key, stop }: Api,
  { to }: Addressee,
  data: unknown,
): Promise<Record<string, unknown>> {
  const isChannel = "channel" in to;
  const url = new URL(isChannel ? "/v1/publish" : "/v1/push", origin);
  const body = isChannel ? { ...to, data } : { to, data };
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.any([stop, timeLimit(answerWithinMs)]),
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

async function hasListeners(api: Api, channel: string): Promise<boolean | undefined> {
  const query = new URLSearchParams({ prefix: channel, limit: "1" });
  const { channels } = await read(api, `/v1/channels?${query.toString()}`);
  if (!Array.isArray(channels)) return undefined;
  // In the order of their names: the channel itself comes before those that begin like it.
  const first = channels[0] as { channel?: unknown; listeners?: unknown } | undefined;
  return first?.channel === channel && first.listeners !== 0;
}

async function isConnected(api: Api, user: string, device: string | undefined): Promise<boolean | undefined> {
  const { sessions } = await read(api, `/v1/users/${encodeURIComponent(user)}/sessions`);
  if (!Array.isArray(sessions)) return undefined;
  return sessions.some((session: { device?: unknown }) => device === undefined || session.device === device);
}

/** What the server tells there; nothing where it does not. */
async function read({ origin, key, stop }: Api, target: string): Promise<Record<string, unknown>> {
  try {
    const signal = AbortSignal.any([stop, timeLimit(answerWithinMs)]);
    const headers = { authorization: `Bearer ${key}` };
    const response = await fetch(new URL(target, origin), { headers, signal });
    const text = await response.text();
    return response.ok ? objectOf(text) : {};
  } catch {
    return {};
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
