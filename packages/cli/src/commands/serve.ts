import { randomBytes } from "node:crypto";
import { numberOf, portOf } from "../arguments.js";
import type { Command } from "../command.js";
import { writeDevServer } from "../dev/dev-file.js";
import { UsageError } from "../failure.js";
import { claimPort } from "../port.js";
import { aborted } from "../stop.js";
import { serveConfigured } from "./serve-configured.js";

const defaultPort = 3000;
/** What the server asks of a key. */
const minKeyLength = 16;

export const serve: Command = {
  name: "serve",
  summary: "run a push server alone",
  usage: "[options]",
  description: [
    "A push server without a line of code: it answers nothing, and passes on what `weapp-socket push`, or an HTTP\n" +
      "POST to /v1/publish, publishes. A page chooses its channels in its address:\n" +
      "  ws://127.0.0.1:3000/?channels=news,room:9\n" +
      "Whoever reaches the port may join any channel. For more, write a server with @weapp-socket/server.",
    "With --config it is a server for production: a file of JSON (docs/operations.md) says who is who, who may\n" +
      "what, what is kept, and every limit; logs are JSON on standard output; SIGTERM sends clients away one by one.",
  ],
  options: {
    config: {
      type: "text",
      value: "FILE",
      summary: "a server as this file says; --port and --host go before what it says",
    },
    port: { type: "text", value: "PORT", summary: `${defaultPort}, or 0 for any free one` },
    host: {
      type: "text",
      value: "ADDRESS",
      summary: "127.0.0.1; 0.0.0.0 lets phones in the same network in",
    },
    channel: { type: "text", value: "CHANNEL", many: true, summary: "a channel that every page joins" },
    history: {
      type: "text",
      value: "N",
      summary: "publications kept of each channel, for pages that ask: ?channels=news&last=20",
    },
    key: {
      type: "text",
      value: "KEY",
      summary:
        "the key of the HTTP API; else WEAPP_SOCKET_KEY from the environment,\nelse a new one, which is printed",
    },
  },
  positionals: { min: 0, max: 0 },
  examples: [
    { command: "weapp-socket serve --channel chat", does: "every page joins the channel chat" },
    {
      command: `weapp-socket push --channel chat '{"content":"hello"}'`,
      does: "from a second terminal: to all of them",
    },
    { command: "weapp-socket serve --config weapp-socket.json", does: "as the file says" },
    { command: "weapp-socket serve --host 0.0.0.0 --port 8080", does: "for a phone in the same network" },
  ],
  async run(args, context) {
    const { terminal, stop, cwd, env } = context;
    const config = args.text("config");
    if (config !== undefined) {
      const alone = ["channel", "history", "key"].find((name) => args.texts(name).length > 0);
      if (alone !== undefined) throw new UsageError(`--${alone} and --config: say it in the file`);
      return serveConfigured(config, args, context);
    }
    const host = args.text("host") ?? "127.0.0.1";
    const wanted = portOf(args, "port", defaultPort);
    const always = args.texts("channel");
    const history = numberOf(args, "history", { fallback: 0, least: 1, most: 100_000 });
    const givenKey = args.text("key") ?? env["WEAPP_SOCKET_KEY"];
    if (givenKey !== undefined && givenKey.length < minKeyLength) {
      throw new UsageError(`the key must have at least ${minKeyLength} characters, got ${givenKey.length}`);
    }
    const key = givenKey ?? randomBytes(24).toString("hex");
    const port = await claimPort({ port: wanted, host, option: "--port", what: "the push server's" });

    const { createPushServer } = await import("@weapp-socket/server");
    const server = createPushServer({
      adminKey: key,
      // Whoever is let in may listen; only the key publishes.
      authorize: ({ action }) => action === "join" || action === "history",
      ...(history > 0 && { channels: [{ match: "*", historyCount: history }] }),
    });
    server.on("error", (error) => terminal.note(`${terminal.style("red", "error:")} ${String(error)}`));
    server.on("connection", (connection) => {
      for (const channel of always) connection.join(channel);
    });
    const { url } = await server.listen({ port, host });
    const admin = url
      .replace(/^ws/, "http")
      .replace("//0.0.0.0:", "//127.0.0.1:")
      .replace("//[::]:", "//[::1]:");
    const forget = await writeDevServer(cwd, { url, admin, key, pid: process.pid });
    try {
      terminal.report(
        { event: "server", url, admin, ...(givenKey === undefined && { key }) },
        `  push server  ${terminal.style("cyan", url)}\n` +
          (givenKey === undefined ? `  key          ${key}\n` : "") +
          `\n  Pages connect to ${url}/?channels=chat\n` +
          `  npx weapp-socket push --channel chat '{"content":"hello"}'\n` +
          "  Ctrl-C ends it.\n",
      );
      await aborted(stop);
    } finally {
      await forget();
      await server.close();
    }
    return 0;
  },
};
