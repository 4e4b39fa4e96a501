import { mayReconnect } from "../bye.js";
import { encodeBatch, type Unknown } from "../codec.js";
import type {
  Bye,
  ClientMessage,
  ErrorBody,
  Hello,
  HelloReason,
  ServerMessage,
  Welcome,
} from "../messages.js";
import { createAcks } from "./acks.js";
import { createAttempts } from "./attempts.js";
import type {
  ClientHandlers,
  ClientInput,
  ClientMachine,
  ClientOptions,
  ClientOutput,
  ClientState,
  PauseReason,
} from "./inputs.js";
import { createConversation } from "./conversation.js";
import { createLiveness } from "./liveness.js";
import { createOutbox } from "./outbox.js";
import { createSubscriptions } from "./subscriptions.js";

/** Lowest and highest version of the protocol that this client speaks. */
const version: readonly [lowest: number, highest: number] = [1, 1];

type Row = ClientHandlers[ClientState];

const hasEnded: ErrorBody = { code: "unavailable", message: "the client has ended", retry: false };

const nothing = (): void => {};

/** Nothing concerns it. */
const inert: Row = {
  start: nothing,
  stop: nothing,
  pause: nothing,
  unpause: nothing,
  network: nothing,
  token: nothing,
  "token-failed": nothing,
  opened: nothing,
  text: nothing,
  closed: nothing,
  tick: nothing,
};

/**
 * The client's end of PROTOCOL.md part 2. One socket at a time, each attempt with a generation: whatever an older socket
 * still says is not heard. What it does next never depends on a close code alone.
 */
export function createClientMachine(options: ClientOptions): ClientMachine {
  const stepMs = options.stepMs === undefined ? 15_000 : options.stepMs;
  const closeMs = options.closeMs === undefined ? 2_000 : options.closeMs;
  const ackLevel = options.ackLevel === undefined ? "received" : options.ackLevel;
  const acks = createAcks(ackLevel);
  const subscriptions = createSubscriptions(acks);
  const outbox = createOutbox(
    options.maxOutbox === undefined ? 1_000 : options.maxOutbox,
    options.requestMs === undefined ? 60_000 : options.requestMs,
  );
  const liveness = createLiveness();
  const attempts = createAttempts(options.url, options.random);
  const conversation = createConversation({
    subscriptions,
    outbox,
    emit,
    send,
    nextId,
  });

  let state: ClientState = "idle";
  let out: ClientOutput[] = [];
  let reasons: PauseReason[] = [];
  let generation = 0;
  let lastId = 0;
  let session = options.session;
  let secret = options.secret;
  let helloReason: HelloReason = "start";
  let isTokenRefused = false;
  let stepUntil = 0;
  let pendingToken: string | undefined;
  let askedInHello: readonly string[] = [];
  /** Set once nothing more is to be tried. */
  let end: { readonly error: ErrorBody | undefined } | undefined;

  const isHeld = (reason: PauseReason): boolean => reasons.indexOf(reason) >= 0;

  function nextId(): number {
    lastId += 1;
    return lastId;
  }

  function emit(outputs: readonly ClientOutput[]): void {
    out = out.concat(outputs);
  }

  function enter(next: ClientState): void {
    state = next;
    out.push({ type: "state", state, reasons });
  }

  function send(messages: readonly ClientMessage[]): void {
    if (messages.length > 0) out.push({ type: "send", text: encodeBatch(messages) });
  }

  /** Where to go when there is no socket. */
  function settle(now: number): void {
    if (end !== undefined) {
      enter("ended");
      emit(outbox.clear(hasEnded));
      out.push({ type: "ended", error: end.error });
    } else if (reasons.length > 0) {
      enter("paused");
    } else if (attempts.until > now) {
      enter("waiting");
    } else {
      generation += 1;
      stepUntil = now + stepMs;
      enter("authorizing");
      out.push({ type: "token", generation, refused: isTokenRefused });
    }
  }

  /** The attempt, or the connection, is over and its socket is gone. */
  function lost(now: number): void {
    attempts.failed(now);
    subscriptions.lost();
    outbox.lost();
    settle(now);
  }

  /** We end the socket ourselves and wait for it, so that two are never open. */
  function abandon(code: number, reason: string, now: number): void {
    out.push({ type: "close", generation, code, reason });
    stepUntil = now + closeMs;
    enter("closing");
  }

  function closedBy(code: number | undefined, now: number): void {
    if (!mayReconnect(code)) {
      end = {
        error: {
          code: "closed",
          message: `the server closed with ${code}`,
          retry: false,
        },
      };
    }
    lost(now);
  }

  function stop(): void {
    end = { error: undefined };
  }

  function hold(reason: PauseReason): void {
    if (!isHeld(reason)) reasons = reasons.concat(reason);
  }

  function release(reason: PauseReason): void {
    reasons = reasons.filter((held) => held !== reason);
    helloReason = reason === "hidden" ? "show" : "network";
  }

  /** Somebody is looking, or the network came back: a backoff is cut short, a server's window is not. */
  function hurry(now: number): void {
    attempts.hurry(now);
    settle(now);
  }

  function probe(now: number): void {
    liveness.probing(now);
    send([{ t: "ping", id: nextId() }]);
  }

  function flushOutbox(now: number): void {
    send(outbox.due(nextId, now));
  }

  function flushAcks(): void {
    const ack = acks.take();
    if (ack !== undefined) send([ack]);
  }

  function sendHello(): void {
    const channels = subscriptions.wanted();
    askedInHello = Object.keys(channels);
    const { device, client } = options;
    const token = pendingToken;
    pendingToken = undefined;
    // JSON leaves out what is undefined.
    const hello = {
      t: "hello",
      id: nextId(),
      version,
      token,
      device,
      attempt: options.nextAttempt(),
      session,
      secret,
      reason: helloReason,
      client,
      channels,
    };
    send([hello as Hello]);
  }

  function welcomed(welcome: Welcome, now: number): void {
    session = welcome.session;
    secret = welcome.secret;
    isTokenRefused = false;
    helloReason = "resume";
    attempts.welcomed(now);
    liveness.begin(welcome.heartbeatMs, now);
    acks.limit(welcome.window, welcome.windowBytes);
    enter("live");
    out.push({ type: "session", session, secret, user: welcome.user });
    // Before anything else: what is received from here on is another chain of acks.
    flushAcks();
    Object.keys(subscriptions.wanted()).forEach((channel) => {
      const answer = welcome.channels[channel];
      // Wanted since the hello, or forgotten by the server: ask, rather than wait for nothing.
      if (askedInHello.indexOf(channel) < 0 || answer === undefined)
        send([subscriptions.ask(channel, nextId())]);
      else emit(subscriptions.attached(channel, answer, now));
    });
    if (isHeld("hidden")) send([{ t: "hidden" }]);
    flushOutbox(now);
  }

  function byeFrom(bye: Bye, now: number): void {
    if (bye.retry) {
      attempts.told(bye, now);
      if (bye.name === "token-expired") isTokenRefused = true;
      helloReason = "drain";
    } else {
      end = {
        error: { code: bye.name, message: bye.message === undefined ? bye.name : bye.message, retry: false },
      };
    }
    abandon(1000, "", now);
  }

  function hear(message: ServerMessage | Unknown, now: number): void {
    if (message.t === "bye") byeFrom(message, now);
    else if (message.t === "expiring") out.push({ type: "token", generation, refused: true });
    else if (message.t === "call")
      out.push({ type: "called", generation, id: message.id, method: message.method, data: message.d });
    else conversation.hear(message, now);
  }

  /** Hears what a frame says until the connection ends. What is no message of the protocol ends it. */
  function hearAll(text: string, now: number): void {
    try {
      options.decode(text).every((message) => {
        if (state === "live") hear(message, now);
        else if (message.t === "welcome") welcomed(message, now);
        else if (message.t === "bye") byeFrom(message, now);
        else if (message.t === "ping") send([{ t: "pong", id: message.id }]);
        return state !== "closing";
      });
    } catch {
      abandon(4500, "bad-message", now);
    }
  }

  function textInLive(text: string, now: number): void {
    liveness.heard(now);
    hearAll(text, now);
    if (acks.arrived(text.length) && state === "live") flushAcks();
  }

  function tickInLive(now: number): void {
    const verdict = liveness.check(now);
    if (verdict === "dead") {
      abandon(1000, "", now);
      return;
    }
    if (verdict === "probe") probe(now);
    if (acks.deadline <= now) flushAcks();
    subscriptions.due(now).forEach((channel) => send([subscriptions.ask(channel, nextId())]));
    flushOutbox(now);
  }

  /** Rows shared by the states in which a socket is on its way or there. */
  const withSocket = row(inert, {
    stop: (_input, now) => {
      if (state === "live") send([{ t: "bye" }]);
      stop();
      abandon(1000, "", now);
    },
    pause: (input, now) => {
      hold(input.reason);
      if (input.reason !== "hidden") abandon(1000, "", now);
    },
    unpause: (input) => release(input.reason),
    closed: (input, now) => closedBy(input.code, now),
    tick: (_input, now) => {
      if (now >= stepUntil) abandon(1000, "", now);
    },
  });

  /** Rows shared by the states without a socket. */
  const withoutSocket = row(inert, {
    stop: (_input, now) => {
      stop();
      settle(now);
    },
    pause: (input, now) => {
      hold(input.reason);
      settle(now);
    },
    unpause: (input) => release(input.reason),
  });

  const handlers: ClientHandlers = {
    idle: row(withoutSocket, {
      start: (_input, now) => settle(now),
      pause: (input) => hold(input.reason),
    }),
    paused: row(withoutSocket, {
      pause: (input) => hold(input.reason),
      unpause: (input, now) => {
        release(input.reason);
        if (reasons.length === 0) hurry(now);
      },
    }),
    waiting: row(withoutSocket, {
      network: (_input, now) => hurry(now),
      tick: (_input, now) => {
        if (now >= attempts.until) settle(now);
      },
    }),
    authorizing: row(withoutSocket, {
      token: (input, now) => {
        pendingToken = input.token;
        stepUntil = now + stepMs;
        enter("opening");
        out.push({ type: "dial", generation, url: attempts.takeUrl() });
      },
      "token-failed": (input, now) => {
        if (input.final) end = { error: { code: "unauthorized", message: input.message, retry: false } };
        lost(now);
      },
      tick: (_input, now) => {
        if (now >= stepUntil) lost(now);
      },
    }),
    opening: row(withSocket, {
      opened: (_input, now) => {
        stepUntil = now + stepMs;
        enter("greeting");
        sendHello();
      },
    }),
    greeting: row(withSocket, {
      text: (input, now) => hearAll(input.text, now),
    }),
    live: row(withSocket, {
      pause: (input, now) => {
        withSocket.pause(input, now);
        if (input.reason === "hidden") send([{ t: "hidden" }]);
      },
      unpause: (input, now) => {
        const wasHidden = isHeld("hidden");
        release(input.reason);
        if (wasHidden && input.reason === "hidden") send([{ t: "shown" }]);
        probe(now);
      },
      network: (_input, now) => probe(now),
      token: (input) => {
        if (input.token !== undefined) send([{ t: "auth", id: nextId(), token: input.token }]);
      },
      text: (input, now) => textInLive(input.text, now),
      tick: (_input, now) => tickInLive(now),
    }),
    closing: row(withSocket, {
      stop,
      pause: (input) => hold(input.reason),
      closed: (_input, now) => lost(now),
      tick: (_input, now) => {
        if (now >= stepUntil) lost(now);
      },
    }),
    ended: inert,
  };

  function ownDeadline(): number {
    switch (state) {
      case "idle":
      case "paused":
      case "ended":
        return Infinity;
      case "waiting":
        return attempts.until;
      case "authorizing":
      case "opening":
      case "greeting":
      case "closing":
        return stepUntil;
      case "live":
        return Math.min(liveness.deadline, acks.deadline, subscriptions.deadline);
    }
  }

  function flushed(): readonly ClientOutput[] {
    const outputs = out;
    out = [];
    return outputs;
  }

  return {
    handle(input, now) {
      const { generation: meant } = input as { readonly generation?: number };
      if (meant !== undefined && meant !== generation) return [];
      if (input.type === "tick") {
        emit(outbox.expire(now));
      }
      (handlers[state][input.type] as (input: ClientInput, now: number) => void)(input, now);
      return flushed();
    },
    subscribe(channel, position) {
      if (state !== "ended" && subscriptions.want(channel, position) && state === "live") {
        send([subscriptions.ask(channel, nextId())]);
      }
      return flushed();
    },
    unsubscribe(channel) {
      if (subscriptions.drop(channel) && state === "live")
        send([{ t: "unsubscribe", id: nextId(), c: channel }]);
      return flushed();
    },
    request(request, what, now) {
      const refused = state === "ended" ? hasEnded : outbox.add(request, what, now);
      if (refused !== undefined) out.push({ type: "settled", request, error: refused });
      else if (state === "live") flushOutbox(now);
      return flushed();
    },
    processed(channel, position, now) {
      acks.processed(channel, position, now);
      return flushed();
    },
    answer(asked, reply) {
      if (asked === generation && state === "live") send([reply]);
      return flushed();
    },
    get deadline() {
      // An outbox that has ended is empty.
      const at = Math.min(ownDeadline(), outbox.deadline(state === "live"));
      return at < Infinity ? at : undefined;
    },
    get state() {
      return state;
    },
    get positions() {
      return subscriptions.wanted();
    },
  };
}

/** A row of the table: `base`, with some of its cells replaced. */
function row(base: Row, cells: Partial<Row>): Row {
  const all: Partial<Record<keyof Row, unknown>> = {};
  [base, cells].forEach((some) => {
    (Object.keys(some) as Array<keyof Row>).forEach((name) => {
      all[name] = some[name];
    });
  });
  return all as Row;
}
