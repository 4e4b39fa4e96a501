import { offsetOf, type Json, type SeenEvent } from "@weapp-socket/protocol";
import { connect, type Client } from "@weapp-socket/client";
import type { Link, Phone, PhoneOptions } from "@weapp-socket/testkit/world";

type Listener = (value: never) => void;

const KEY = "world";

/** A phone of the world that runs the whole client, over a `wx` whose sockets are the world's wires. */
export function createWorldPhone(options: PhoneOptions): Phone {
  const { name, timeline, random, channels, dial, tally, ackLevel } = options;
  const storage = new Map<string, string>();
  const outcomes = new Map<string, string>();
  let seen: SeenEvent[] = [];
  let client: Client;
  let link: Link | undefined;
  let openLinks = new Set<Link>();
  let listeners: Record<string, Listener[]> = {};
  let life = 0;
  let visits = 0;
  let isSuspended = false;
  /** Timers that were due while nothing ran. */
  let overdue: Array<() => void> = [];
  let keys = 0;
  let skewMs = 0;
  const processed = new Set<string>();

  const emit = (event: string, value: unknown): void => {
    for (const listener of listeners[event] ?? []) listener(value as never);
  };

  /** Only what belongs to the life that asked for it happens. */
  function inLife(act: () => void): () => void {
    const mine = life;
    return () => {
      if (mine === life) act();
    };
  }

  function setTimer(delayMs: number, callback: () => void): () => void {
    let isCancelled = false;
    const fire = inLife(() => {
      if (isCancelled) return;
      if (isSuspended) overdue.push(fire);
      else callback();
    });
    timeline.after(delayMs, fire);
    return () => {
      isCancelled = true;
    };
  }

  function connectSocket() {
    const on: Record<string, (value: never) => void> = {};
    const tell = (event: string, value: unknown): void => inLife(() => on[event]?.(value as never))();
    const mine = life;
    const dialed = dial({
      opened: () => mine === life && tell("open", {}),
      text: (data) => mine === life && tell("message", { data }),
      closed: (code) => {
        openLinks.delete(dialed);
        if (mine === life) tell(random.chance(0.2) ? "error" : "close", { code, errMsg: "gone" });
      },
    });
    link = dialed;
    openLinks.add(dialed);
    return {
      send: ({ data, fail }: { data: string; fail?: () => void }) => {
        if (dialed.isGone && random.chance(0.5)) fail?.();
        else dialed.toServer(data);
      },
      close: ({ code = 1000 }: { code?: number }) => dialed.closeFromClient(code),
      onOpen: (listener: Listener) => void (on["open"] = listener),
      onMessage: (listener: Listener) => void (on["message"] = listener),
      onClose: (listener: Listener) => void (on["close"] = listener),
      onError: (listener: Listener) => void (on["error"] = listener),
    };
  }

  function start(): void {
    life += 1;
    listeners = {};
    overdue = [];
    const on = (event: string) => (listener: Listener) => void (listeners[event] ??= []).push(listener);
    client = connect({
      url: "wss://a.example/ws",
      storageKey: KEY,
      ack: ackLevel,
      random: () => random.next(),
      clock: { now: () => timeline.now + skewMs, setTimer },
      wx: {
        connectSocket,
        getStorageSync: (key) => storage.get(key) ?? "",
        setStorage: ({ key, data }) => storage.set(key, data as string),
        onAppShow: on("show"),
        onAppHide: on("hide"),
        onNetworkStatusChange: on("network"),
      },
    });
    for (const room of channels) {
      const channel = client.channel(room);
      channel.on("state", (state) => {
        if (state === "live") seen.push({ type: "attached", channel: room, position: channel.position! });
      });
      channel.on("gap", ({ position }) => void seen.push({ type: "gap", channel: room, position }));
      channel.on("messages", (messages) => {
        for (const { position } of messages) {
          seen.push({ type: "message", channel: room, position });
          processed.add(`${room} ${position}`);
        }
      });
    }
  }
  start();

  /** What the app itself forgets when it is killed: everything after the positions that were kept. */
  function forget(): void {
    const { positions } = JSON.parse(storage.get(KEY) ?? '{"positions":{}}') as {
      positions: Record<string, string>;
    };
    for (const channel of channels) {
      const position = positions[channel];
      let last = seen.findLastIndex((event) => event.channel === channel && event.position === position);
      // A skip moved it beyond what was seen last, or nothing was kept.
      if (last < 0 && position !== undefined)
        last = seen.findLastIndex(
          (event) => event.channel === channel && offsetOf(event.position) <= offsetOf(position),
        );
      seen = seen.filter((event, index) => event.channel !== channel || index <= last);
    }
  }

  return {
    name,
    get seen() {
      return seen;
    },
    outcomes,
    processed,
    results: new Map(),
    get isLive() {
      return client.state === "live";
    },
    // An older socket has no way in: what it says is told to a machine that knows its generation.
    unfenced: 0,
    publish(channel, data: Json) {
      keys += 1;
      const key = `${name}:${keys}`;
      client
        .channel(channel)
        .publish(data, { key })
        .then(
          ({ position }) => outcomes.set(key, position),
          (error: { code: string }) => outcomes.set(key, error.code),
        )
        .catch(() => {});
      return key;
    },
    call() {
      keys += 1;
      client.call("echo", keys, { key: `call ${name}:${keys}` }).catch(() => {});
    },
    jump(ms) {
      tally.count("clock jump");
      skewMs += ms;
    },
    hide() {
      emit("hide", {});
      visits += 1;
      const visit = visits;
      timeline.after(5_000, () => {
        if (visit !== visits) return;
        isSuspended = true;
        for (const open of openLinks) {
          open.freeze(true);
          open.closeFromClient(1000);
        }
      });
    },
    show() {
      visits += 1;
      const wake = (): void => {
        isSuspended = false;
        const due = overdue;
        overdue = [];
        for (const fire of due) fire();
        for (const open of openLinks) open.freeze(false);
      };
      if (random.chance(0.5)) {
        wake();
        emit("show", {});
      } else {
        emit("show", {});
        wake();
      }
    },
    offline() {
      for (const open of openLinks) open.cut("nobody");
      emit("network", { isConnected: false });
    },
    online() {
      emit("network", { isConnected: true });
    },
    coldStart(losesStorage) {
      visits += 1;
      if (random.chance(0.5)) emit("hide", {});
      isSuspended = false;
      for (const open of openLinks) open.cut("nobody");
      openLinks = new Set();
      link = undefined;
      if (losesStorage) {
        storage.clear();
        // Begins from now on, knowingly: what it saw before is another story.
        seen = [];
      } else {
        forget();
      }
      start();
    },
    cut(tells) {
      link?.cut(tells);
    },
  };
}
