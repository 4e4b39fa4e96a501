import {
  createClientMachine,
  decodeServerText,
  type AckLevel,
  type ClientMachine,
  type ClientOutput,
  type Json,
  type Message,
  type SeenEvent,
} from "@weapp-socket/protocol";
import type { Link, LinkEnd } from "./link.js";
import type { Random } from "./random.js";
import type { Tally } from "./tally.js";
import type { Timeline } from "./timeline.js";

/** One mini program on one phone: its storage survives cold starts, its sockets do not. */
export interface PhoneOptions {
  readonly name: string;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly channels: readonly string[];
  /** Dials some node. */
  readonly dial: (end: LinkEnd) => Link;
  readonly tally: Tally;
  readonly ackLevel: AckLevel;
}

export interface Phone {
  readonly name: string;
  readonly seen: readonly SeenEvent[];
  /** Replies to publishes: key to position, or the error's code. */
  readonly outcomes: ReadonlyMap<string, string>;
  /** Channel and position of every message, over all lives: what the library had, where that is known. */
  readonly received?: ReadonlySet<string>;
  /** And what the application has processed. */
  readonly processed: ReadonlySet<string>;
  /** Results of calls by key, or the error's code. */
  readonly results: ReadonlyMap<string, Json>;
  readonly isLive: boolean;
  /** How often something that an older socket said had an effect. */
  readonly unfenced: number;
  /** Its key. */
  publish(channel: string, data: Json): string;
  call(): void;
  /** The phone's clock is set forward. */
  jump(ms: number): void;
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

export function createPhone(options: PhoneOptions): Phone {
  const { name, timeline, random, channels, dial, tally, ackLevel } = options;
  let storage: Storage = { positions: {}, session: undefined, secret: undefined, attempt: 0 };
  let seen: SeenEvent[] = [];
  const outcomes = new Map<string, string>();
  const keys = new Map<number, string>();
  const results = new Map<string, Json>();
  const received = new Set<string>();
  const processed = new Set<string>();
  let processedAt = 0;
  let skewMs = 0;
  const now = (): number => timeline.now + skewMs;
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
    const outputs = machine.handle(what, now());
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
        : timeline.after(due - now(), () => input({ type: "tick" }));
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
        take(output.message);
        return;
      case "gap":
        seen.push({ type: "gap", channel: output.channel, position: output.position });
        return;
      case "settled": {
        const key = keys.get(output.request)!;
        if (key.startsWith("call ")) {
          results.set(key, output.error === undefined ? output.ok! : output.error.code);
          return;
        }
        outcomes.set(key, output.error === undefined ? (output.ok as { p: string }).p : output.error.code);
        return;
      }
      case "called": {
        const { generation: asked, id, data } = output;
        const mine = life;
        timeline.after(random.integer(1, 5_000), () => {
          if (mine === life) run(machine.answer(asked, { t: "reply", id, ok: 2 * Number(data) }, now()));
        });
        return;
      }
      case "state":
      case "refused":
      case "presence":
      case "ended":
    }
  }

  function take({ c: channel, p: position }: Message): void {
    seen.push({ type: "message", channel, position });
    received.add(`${channel} ${position}`);
    const mine = life;
    processedAt = Math.max(processedAt, timeline.now + random.integer(1, 50));
    timeline.after(processedAt - timeline.now, () => {
      if (mine !== life) return;
      processed.add(`${channel} ${position}`);
      run(machine.processed(channel, position, now()));
    });
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
      ackLevel,
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
    for (const channel of channels) run(machine.subscribe(channel, kept[channel] ?? null, now()));
    input({ type: "start" });
  }
  start();

  return {
    name,
    get seen() {
      return seen;
    },
    outcomes,
    received,
    processed,
    results,
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
      run(machine.request(requests, { kind: "publish", channel, key, data }, now()));
      return key;
    },
    call() {
      requests += 1;
      const key = `call ${name}:${requests}`;
      keys.set(requests, key);
      run(machine.request(requests, { kind: "call", method: "echo", key, data: requests }, now()));
    },
    jump(ms) {
      tally.count("clock jump");
      skewMs += ms;
      if (!isSuspended) input({ type: "tick" });
    },
    hide() {
      input({ type: "pause", reason: "hidden" });
      // After five seconds the phone stops our code; the sockets are closed, and we hear of it later, if at all.
      visits += 1;
      const visit = visits;
      timeline.after(5_000, () => {
        if (visit !== visits) return;
        isSuspended = true;
        tally.count("suspend");
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
      tally.count("cold start");
      if (losesStorage) {
        tally.count("storage lost");
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
