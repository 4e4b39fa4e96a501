import type { ClientOutput, ClientRequest, HistoryMessage, Message } from "@weapp-socket/protocol";
import type { Channel, ChannelMessage, ChannelOptions, ChannelState, HistoryOptions } from "./client.js";
import type { Core } from "./core.js";
import { createError, type ClientError } from "./failure.js";
import { createListeners } from "./listeners.js";
import type { Requests } from "./requests.js";

export type ChannelOutput =
  | Extract<ClientOutput, { type: "message" | "gap" | "attached" | "refused" | "presence" }>
  /** The connection is gone. */
  | { readonly type: "detached" };

/** One channel, and what waits for its next delivery. */
export interface ChannelEntry {
  readonly channel: Channel;
  /** Somebody listens to its messages. */
  isWanted(): boolean;
  take(output: ChannelOutput): void;
  /** Gives everything that waits to the listeners. */
  flush(): void;
  /** Nothing waits: the position moves on to the machine's, over what had no data. */
  settle(position: string | null | undefined): void;
}

export function createChannel(
  name: string,
  options: ChannelOptions,
  core: Core,
  requests: Requests,
): ChannelEntry {
  const { machine, now, run } = core;
  const { positions } = core.kept;
  const listeners = createListeners(core.rethrow);
  let { from } = options;
  let state: ChannelState = "idle";
  let waiting: ChannelOutput[] = [];
  let processed: string | undefined;

  const isWanted = (): boolean => listeners.has("message") || listeners.has("messages");

  function enter(next: ChannelState, error?: ClientError): void {
    if (state === next) return;
    state = next;
    const isHeard = listeners.emit("state", next, error);
    if (error) core.report(error, isHeard);
  }

  function settle(position: string | null | undefined): void {
    if (waiting.length > 0 || typeof position !== "string" || position === processed) return;
    positions[name] = position;
    processed = position;
    run(machine.processed(name, position, now()));
  }

  function subscribe(): void {
    const kept = positions[name];
    const start = from === undefined ? (kept === undefined ? null : kept) : from;
    from = undefined;
    enter("joining");
    run(machine.subscribe(name, start, now()));
  }

  function unsubscribe(): void {
    settle(machine.positions[name]);
    waiting = [];
    enter("idle");
    run(machine.unsubscribe(name, now()));
  }

  function flush(): void {
    let given: ChannelMessage[] = [];

    function giveMessages(): void {
      const messages = given;
      given = [];
      if (messages.length > 0) listeners.emit("messages", messages);
    }

    // A listener may unsubscribe: nothing waits then, and the position stays at what it was given.
    for (let output = waiting.shift(); output !== undefined; output = waiting.shift()) {
      if (output.type === "message") {
        const message = asMessage(output.message);
        positions[name] = message.position;
        given.push(message);
        listeners.emit("message", message);
      } else {
        giveMessages();
        giveOther(output);
      }
    }
    giveMessages();
  }

  function giveOther(output: Exclude<ChannelOutput, { type: "message" }>): void {
    switch (output.type) {
      case "attached":
        positions[name] = output.position;
        enter("live");
        return;
      case "detached":
        if (state === "live") enter("joining");
        return;
      case "gap": {
        const { why, position } = output;
        positions[name] = position;
        const isHeard = listeners.emit("gap", { channel: name, why, position });
        if (!isHeard) core.report(createError("gap", `${name}: ${why}`, false));
        return;
      }
      case "refused": {
        const { code, message } = Object(output.error) as typeof output.error;
        enter("refused", createError(code, `${name}: ${message}`, false));
        return;
      }
      case "presence":
        listeners.emit("presence", { joined: output.joined, left: output.left });
    }
  }

  function asMessage({ p, d, at, base64 }: Message | HistoryMessage): ChannelMessage {
    return { channel: name, position: p, data: d, at, base64 };
  }

  const channel: Channel = {
    name,
    get state() {
      return state;
    },
    get position() {
      return positions[name];
    },
    on(event, listener) {
      const wasWanted = isWanted();
      const off = listeners.on(event, listener);
      if (!wasWanted && isWanted()) subscribe();
      return () => {
        const isLast = isWanted();
        off();
        if (isLast && !isWanted()) unsubscribe();
      };
    },
    publish(data, request) {
      return requests.ask(
        { kind: "publish", channel: name, key: requests.key(request), data: requests.check(data) },
        (ok) => ({ position: (ok as { p: string }).p }),
      );
    },
    history({ before, after, limit }: HistoryOptions = {}) {
      const what = { kind: "history", channel: name, before, after, limit } as ClientRequest;
      return requests.ask(what, (ok) => {
        const page = ok as unknown as { messages: readonly HistoryMessage[]; more: boolean };
        return { messages: page.messages.map(asMessage), more: page.more };
      });
    },
    members() {
      return requests.ask({ kind: "members", channel: name }, (ok) => ok as never);
    },
  };

  return {
    channel,
    isWanted,
    take(output) {
      waiting.push(output);
    },
    flush,
    settle,
  };
}
