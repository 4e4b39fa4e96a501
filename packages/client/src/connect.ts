import {
  createClientMachine,
  type ClientOptions,
  type ClientOutput,
  type Json,
} from "@weapp-socket/protocol";
import { watchApp } from "./app-events.js";
import { createChannels } from "./channels.js";
import type { Client, ClientState, ConnectOptions } from "./client.js";
import { createSteadyNow, createSystemClock } from "./clock.js";
import { decode } from "./decode.js";
import type { Core } from "./core.js";
import { createDriver } from "./driver.js";
import { connectError, createError, type ClientError } from "./failure.js";
import { createListeners } from "./listeners.js";
import type { MiniProgram } from "./mini-program.js";
import { createRequests } from "./requests.js";
import { createSessionStore, randomText } from "./session-store.js";
import { openSocket, type Socket } from "./socket.js";

/** In WeChat there is one. */
declare const wx: MiniProgram;

/**
 * Connects to a server that speaks sessions, and stays connected for the life of the app. Throws TypeError when called
 * wrong, and on nothing that a phone or a server does.
 */
export function connect(options: ConnectOptions): Client {
  const { url, getToken } = options;
  if (!/^wss?:\/\//i.test(url)) throw new TypeError(`url: expected wss:// or ws://, got ${url}`);
  const api = options.wx || wx;
  const clock = options.clock || createSystemClock();
  const random = options.random || Math.random;
  const now = createSteadyNow(clock);
  const handlers: Record<string, (data: Json | undefined) => unknown> = Object.create(null);
  let state: ClientState = "connecting";
  let lastError: ClientError | undefined;
  let socket: Socket | undefined;

  const key = options.storageKey || `weapp-socket:${url.split("?")[0]!}`;
  const { kept, save, saveSoon } = createSessionStore(api, key, clock, random, (name) =>
    channels.isWanted(name),
  );
  // The machine takes undefined for what is not there.
  const machine = createClientMachine({
    session: kept.session,
    secret: kept.secret,
    ackLevel: options.ack,
    maxOutbox: options.maxRequests,
    requestMs: options.requestMs,
    url,
    device: kept.device,
    client: "weapp-socket/0.1.0",
    decode,
    random,
    nextAttempt() {
      kept.attempt = Math.max(kept.attempt + 1, clock.now());
      return kept.attempt;
    },
  } as ClientOptions);
  const { input, run } = createDriver(machine, clock, now, act, () => {
    channels.deliver();
    saveSoon();
  });
  const core: Core = { api, machine, clock, kept, now, input, run, rethrow, report };
  const listeners = createListeners(rethrow);
  const requests = createRequests(core, randomText(random));
  const channels = createChannels(core, requests, (channel) => listeners.emit("channel", channel));
  const unwatch = watchApp(core, save);

  function rethrow(error: unknown): void {
    clock.setTimer(0, () => {
      throw error;
    });
  }

  function report(error: ClientError, isHeard?: boolean): void {
    if (!listeners.emit("error", error) && isHeard !== true) rethrow(error);
  }

  /** An attempt failed; there will be others. */
  function fail(error: ClientError): void {
    lastError = error;
    listeners.emit("error", error);
  }

  function enter(next: ClientState, error: ClientError | undefined): boolean {
    if (next === state) return false;
    if (state === "live") channels.detach();
    state = next;
    lastError = error;
    return listeners.emit("state", next, error);
  }

  function act(output: ClientOutput): void {
    switch (output.type) {
      case "state":
        if (output.state !== "ended" && state !== "ended")
          enter(wordFor(output), output.state === "live" ? undefined : lastError);
        return;
      case "token":
        fetchToken(output.generation, output.refused);
        return;
      case "dial":
        socket = openSocket(core, output.generation, output.url, (text) => fail(connectError(text)));
        return;
      case "send":
        socket!.send(output.text);
        return;
      case "close":
        socket!.close(output.code, output.reason);
        return;
      case "message":
        channels.take(output.message.c, output);
        return;
      case "gap":
      case "attached":
      case "refused":
      case "presence":
        channels.take(output.channel, output);
        return;
      case "settled":
        requests.settle(output);
        return;
      case "called":
        answer(output);
        return;
      case "session":
        kept.session = output.session;
        kept.secret = output.secret;
        save();
        return;
      case "ended": {
        const { error } = output;
        const why = error === undefined ? undefined : createError(error.code, error.message, false);
        unwatch();
        const isHeard = enter("ended", why);
        if (why !== undefined) report(why, isHeard);
      }
    }
  }

  function fetchToken(generation: number, refused: boolean): void {
    function got(token: unknown): void {
      if (typeof token === "string" && token !== "") input({ type: "token", generation, token });
      else failed(`expected a text, got ${typeof token}`);
    }
    function failed(cause: unknown): void {
      // An Error, what wx gives to `fail`, or a text.
      const { message, errMsg, retry } = Object(cause) as Partial<ClientError & { errMsg: string }>;
      const error = createError("token", String(message || errMsg || cause), retry !== false);
      fail(error);
      input({ type: "token-failed", generation, final: !error.retry, message: error.message });
    }
    if (getToken === undefined) input({ type: "token", generation, token: undefined });
    else settle(() => getToken({ refused }), got, failed);
  }

  function answer({ generation, id, method, data }: Extract<ClientOutput, { type: "called" }>): void {
    const handler = handlers[method];
    const refuse = (code: string, message: string): void =>
      run(machine.answer(generation, { t: "reply", id, error: { code, message, retry: false } }, now()));
    if (handler === undefined) {
      refuse("unsupported", `method: no handler for ${method}`);
      return;
    }
    settle(
      // An answer that the server would not take must not cost the connection.
      () =>
        Promise.resolve(handler(data)).then((result) =>
          requests.check(result === undefined ? null : (result as Json)),
        ),
      (ok) => run(machine.answer(generation, { t: "reply", id, ok: ok as Json }, now())),
      (cause) => {
        refuse("failed", "the handler failed");
        rethrow(cause);
      },
    );
  }

  // In a task of its own: whoever connects can listen first.
  clock.setTimer(0, () => input({ type: "start" }));

  return {
    get state() {
      return state;
    },
    get error() {
      return lastError;
    },
    channel: channels.open,
    call(method, data, request) {
      return requests.ask(
        {
          kind: "call",
          method,
          key: requests.key(request),
          data: data === undefined ? data : requests.check(data),
        },
        (ok) => ok,
      );
    },
    handle(method, handler) {
      handlers[method] = handler;
    },
    on: listeners.on,
    pause: () => input({ type: "pause", reason: "manual" }),
    resume: () => input({ type: "unpause", reason: "manual" }),
    close() {
      enter("ended", undefined);
      input({ type: "stop" });
    },
  };
}

function wordFor({ state, reasons }: Extract<ClientOutput, { type: "state" }>): ClientState {
  if (state === "live" || state === "waiting") return state;
  return reasons.indexOf("offline") >= 0 ? "offline" : reasons[0] || "connecting";
}

/** Calls `act`, and passes on what it returned, or what its promise came to. */
function settle(act: () => unknown, done: (result: unknown) => void, failed: (cause: unknown) => void): void {
  void new Promise((resolve) => resolve(act())).then(done, failed);
}
