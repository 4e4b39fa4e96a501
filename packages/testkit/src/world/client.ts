import {
  createClientMachine,
  decodeServerText,
  type ClientMachine,
  type ClientOutput,
  type Json,
  type SeenEvent,
} from "@weapp-socket/protocol";
import type { Link, LinkEnd } from "./link.js";
import type { Random } from "./random.js";
import type { Timeline } from "./timeline.js";

/** One mini program on one phone: its storage survives cold starts, its sockets do not. */
export interface PhoneOptions {
  readonly name: string;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly channels: readonly string[];
  /** Dials some node. */
  readonly dial: (end: LinkEnd) => Link;
}

export interface Phone {
  readonly name: string;
  readonly seen: readonly SeenEvent[];
  /** Replies to publishes: key to position, or the error's code. */
  readonly outcomes: ReadonlyMap<string, string>;
  readonly isLive: boolean;
  /** How often something that an older socket said had an effect. */
  readonly unfenced: number;
  publish(channel: string, data: Json): void;
  hide(): void;
  show(): void;
  offline(): void;
  online(): void;
  /** The app is killed and started again; storage stays unless it is lost as well. */
  coldStart(losesStorage: boolean): void;
  cut(tells: "both" | "client" | "nobody"): void;
}

interface Storage {
  positions: Record<string, string | null>;
  session: string | undefined;
  secret: string | undefined;
  attempt: number;
}

export function createPhone({ name, timeline, random, channels, dial }: PhoneOptions): Phone {
  let storage: Storage = { positions: {}, session: undefined, secret: undefined, attempt: 0 };
  let seen: SeenEvent[] = [];
  const outcomes = new Map<string, string>();
  const keys = new Map<number, string>();
  let requests = 0;
  let generation = 0;
  let unfenced = 0;
  let machine: ClientMachine;
  let life = 0;
  let link: Link | undefined;
  let openLinks = new Set<Link>();
  let cancelTick: (() => void) | undefined;
  let isSuspended = false;
  let visits = 0;

  function input(what: Parameters<ClientMachine["handle"]>[0]): void {
    const outputs = machine.handle(what, timeline.now);
    // What an older socket says must not move the client.
    if ("generation" in what && what.generation < generation && outputs.length > 0) unfenced += 1;
    run(outputs);
  }

  function run(outputs: readonly ClientOutput[]): void {
    for (const output of outputs) act(output);
    storage.positions = { ...machine.positions };
    cancelTick?.();
    const due = machine.deadline;
    cancelTick =
      due === undefined || isSuspended
        ? undefined
        : timeline.after(due - timeline.now, () => input({ type: "tick" }));
  }

  function act(output: ClientOutput): void {
    switch (output.type) {
      case "token":
        generation = output.generation;
        later(() => input({ type: "token", generation: output.generation, token: `user ${name}` }));
        return;
      case "dial":
        connect(output.generation);
        return;
      case "send":
        link?.toServer(output.text);
        return;
      case "close":
        link?.closeFromClient(output.code);
        return;
      case "session":
        storage.session = output.session;
        storage.secret = output.secret;
        return;
      case "attached":
        seen.push({ type: "attached", channel: output.channel, position: output.position });
        return;
      case "message":
        seen.push({ type: "message", channel: output.message.c, position: output.message.p });
        return;
      case "gap":
        seen.push({ type: "gap", channel: output.channel, position: output.position });
        return;
      case "settled": {
        const key = keys.get(output.request)!;
        outcomes.set(key, output.error === undefined ? (output.ok as { p: string }).p : output.error.code);
        return;
      }
      case "state":
      case "refused":
      case "presence":
      case "called":
      case "ended":
    }
  }

  /** In a later moment of the same life. */
  function later(what: () => void): void {
    const mine = life;
    timeline.after(random.integer(1, 50), () => {
      if (mine === life) what();
    });
  }

  function connect(mark: number): void {
    const mine = life;
    const same = (what: () => void): void => {
      if (mine === life) what();
    };
    const dialed = dial({
      opened: () => same(() => input({ type: "opened", generation: mark })),
      text: (text) => same(() => input({ type: "text", generation: mark, text })),
      closed: (code) => {
        openLinks.delete(dialed);
        same(() => input({ type: "closed", generation: mark, code }));
      },
    });
    link = dialed;
    openLinks.add(dialed);
  }

  function start(): void {
    life += 1;
    generation = 0;
    machine = createClientMachine({
      url: "wss://a.example",
      device: `phone ${name}`,
      client: "world/1",
      decode: decodeServerText,
      random: () => random.next(),
      nextAttempt: () => {
        storage.attempt += 1;
        return storage.attempt;
      },
      ...(storage.session === undefined ? {} : { session: storage.session }),
      ...(storage.secret === undefined ? {} : { secret: storage.secret }),
    });
    const kept = storage.positions;
    for (const channel of channels) run(machine.subscribe(channel, kept[channel] ?? null, timeline.now));
    input({ type: "start" });
  }
  start();

  return {
    name,
    get seen() {
      return seen;
    },
    outcomes,
    get isLive() {
      return machine.state === "live";
    },
    get unfenced() {
      return unfenced;
    },
    publish(channel, data) {
      requests += 1;
      const key = `${name}:${requests}`;
      keys.set(requests, key);
      run(machine.request(requests, { kind: "publish", channel, key, data }, timeline.now));
    },
    hide() {
      input({ type: "pause", reason: "hidden" });
      // After five seconds the phone stops our code; the sockets are closed, and we hear of it later, if at all.
      visits += 1;
      const visit = visits;
      timeline.after(5_000, () => {
        if (visit !== visits) return;
        isSuspended = true;
        cancelTick?.();
        for (const open of openLinks) {
          open.freeze(true);
          open.closeFromClient(1000);
        }
      });
    },
    show() {
      visits += 1;
      if (isSuspended) {
        isSuspended = false;
        openLinks.forEach((open) => open.freeze(false));
        input({ type: "tick" });
      }
      input({ type: "unpause", reason: "hidden" });
    },
    offline() {
      for (const open of openLinks) open.cut("nobody");
      input({ type: "pause", reason: "offline" });
    },
    online() {
      input({ type: "unpause", reason: "offline" });
    },
    coldStart(losesStorage) {
      visits += 1;
      cancelTick?.();
      isSuspended = false;
      for (const open of openLinks) open.cut("nobody");
      openLinks = new Set();
      if (losesStorage) {
        storage = { positions: {}, session: undefined, secret: undefined, attempt: 0 };
        // Begins from now on, knowingly: what it saw before is another story.
        seen = [];
      }
      start();
    },
    cut(tells) {
      link?.cut(tells);
    },
  };
}
