import {
  encode,
  SessionMachine,
  type Hello,
  type Json,
  type SessionInput,
  type SessionOptions,
  type SessionOutput,
} from "@weapp-socket/protocol";
import type { Link } from "./link.js";
import type { Random } from "./random.js";
import type { Store, Stored } from "./store.js";
import type { Timeline } from "./timeline.js";

/** Sessions outlive nodes: what a broker keeps of them. */
export interface SessionRecord {
  readonly user: string;
  readonly device: string;
  secret: string;
  /** Valid until the new one has been heard. */
  previousSecret: string | undefined;
  /** Of the last hello served. */
  attempt: number;
  /** Where the session is now. */
  holder: Connection | undefined;
}

/** What all nodes share. */
export interface Cluster {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly store: Store;
  readonly sessions: Map<string, SessionRecord>;
  readonly nodes: Set<Node>;
  /** Replies of calls by key: at most once. */
  readonly calls: Map<string, Json>;
  readonly options: SessionOptions;
  /** The nodes check that what they hear is a chain; otherwise only the clients do. */
  readonly chains: boolean;
  /** How often a publication reaches a node twice. */
  readonly echoes: number;
  /** Milliseconds that a question to the broker takes. */
  brokerMs: () => number;
}

interface Connection {
  readonly machine: SessionMachine;
  readonly link: Link;
  session: string | undefined;
  isGone: boolean;
  cancelTick: (() => void) | undefined;
}

/** One server process: connections, the channels they are on, and a fan-out that gathers what one moment brings. */
export interface Node {
  accept(link: Link): { text(text: string): void; closed(): void };
  /** kill -9. */
  crash(): void;
  drain(): void;
  /** A publication is on its way to this node. */
  published(stored: Stored): void;
  /** Publications do not reach this node for a while, and nobody says so. */
  deafen(ms: number): void;
}

export function messageText(stored: Stored): string {
  return encode({ t: "message", c: stored.channel, p: stored.p, prev: stored.prev, d: stored.d });
}

export function createNode(cluster: Cluster): Node {
  const { timeline, store, random } = cluster;
  const connections = new Set<Connection>();
  const members = new Map<string, Set<Connection>>();
  let gathered = new Map<string, Stored[]>();
  let isDead = false;
  let isDeaf = false;
  let heardAt = 0;

  function feed(connection: Connection, input: SessionInput): void {
    if (isDead || connection.isGone) return;
    for (const output of connection.machine.handle(input, timeline.now)) act(connection, output);
    connection.cancelTick?.();
    const due = connection.machine.deadline;
    connection.cancelTick =
      due === undefined
        ? undefined
        : timeline.after(due - timeline.now, () => feed(connection, { type: "tick" }));
  }

  /** Asks the broker: the answer comes later, when connection and node may be gone. */
  function later(connection: Connection, answer: () => SessionInput): void {
    timeline.after(cluster.brokerMs(), () => {
      if (!isDead && !connection.isGone) feed(connection, answer());
    });
  }

  function act(connection: Connection, output: SessionOutput): void {
    const { link, machine } = connection;
    switch (output.type) {
      case "send":
        link.toClient(output.text);
        return;
      case "authenticate":
        later(connection, () => ({ type: "authenticated", user: output.hello.token ?? "" }));
        return;
      case "open":
        later(connection, () => open(connection, output.hello));
        return;
      case "attach":
        later(connection, () => {
          const channel = output.channel;
          let set = members.get(channel);
          if (set === undefined) {
            set = new Set();
            members.set(channel, set);
          }
          set.add(connection);
          const wanted = output.position;
          const after = wanted === undefined ? [] : store.after(channel, wanted);
          return {
            type: "attached",
            channel,
            wanted,
            head: store.head(channel),
            keepsHistory: store.keepsHistory(channel),
            found: after !== undefined,
            missed: after?.length ?? 0,
          };
        });
        return;
      case "detach":
        members.get(output.channel)?.delete(connection);
        return;
      case "read":
        later(connection, () => ({
          type: "page",
          channel: output.channel,
          head: store.head(output.channel),
          items: store
            .after(output.channel, output.after)
            ?.slice(0, output.limit)
            .map((stored) => ({ p: stored.p, text: messageText(stored) })),
        }));
        return;
      case "publish":
        later(connection, () => {
          const { stored, isNew } = store.publish(output.channel, output.data, output.key);
          if (isNew) for (const node of cluster.nodes) node.published(stored);
          return { type: "done", id: output.id, ok: { p: stored.p } };
        });
        return;
      case "call":
        later(connection, () => {
          const known = cluster.calls.get(output.key);
          const ok = known ?? `${output.method} ${cluster.calls.size + 1}`;
          cluster.calls.set(output.key, ok);
          return { type: "done", id: output.id, ok };
        });
        return;
      case "history":
      case "members":
        later(connection, () => ({ type: "done", id: output.id, ok: {} }));
        return;
      case "reauthenticate":
        later(connection, () => ({ type: "renewed", id: output.id }));
        return;
      case "close":
        link.closeFromServer(output.code);
        leave(connection);
        return;
      case "confirmed": {
        const record = cluster.sessions.get(connection.session!);
        if (record !== undefined && record.holder === connection) record.previousSecret = undefined;
        return;
      }
      case "left":
        if (connection.session !== undefined) cluster.sessions.delete(connection.session);
        return;
      case "answered":
      case "acked":
      case "visible":
        void machine;
    }
  }

  function open(connection: Connection, { session, secret, attempt = 0 }: Hello): SessionInput {
    const { user, device } = connection.machine;
    const known = session === undefined ? undefined : cluster.sessions.get(session);
    const newSecret = `x${random.uint32()}`;
    if (
      known === undefined ||
      known.user !== user ||
      known.device !== device ||
      (secret !== known.secret && secret !== known.previousSecret)
    ) {
      const name = `s${random.uint32()}`;
      cluster.sessions.set(name, {
        user,
        device,
        secret: newSecret,
        previousSecret: undefined,
        attempt,
        holder: connection,
      });
      connection.session = name;
      return { type: "opened", session: name, secret: newSecret, resumed: false };
    }
    if (attempt !== 0 && attempt <= known.attempt) {
      return { type: "rejected", bye: "superseded", message: "a later hello of this session was served" };
    }
    known.attempt = attempt;
    const older = known.holder;
    known.previousSecret = secret;
    known.secret = newSecret;
    known.holder = connection;
    connection.session = session;
    if (older !== undefined && older !== connection) {
      // The older one may be on another node, which hears of it as of everything else.
      timeline.after(cluster.brokerMs(), () => {
        for (const node of cluster.nodes)
          (node as Node & { supersede(c: Connection): void }).supersede(older);
      });
    }
    return { type: "opened", session: session!, secret: newSecret, resumed: true };
  }

  function leave(connection: Connection): void {
    connection.isGone = true;
    connection.cancelTick?.();
    connections.delete(connection);
    for (const set of members.values()) set.delete(connection);
  }

  function hear(stored: Stored): void {
    if (gathered.size === 0) timeline.after(0, flush);
    const batch = gathered.get(stored.channel);
    if (batch === undefined) gathered.set(stored.channel, [stored]);
    else batch.push(stored);
  }

  /** Now and then the node asks the broker where its channels stand: it may have missed the last of them. */
  function verify(): void {
    if (isDead) return;
    for (const [channel, set] of members) {
      for (const connection of set) {
        for (const output of connection.machine.verify(channel, store.head(channel), timeline.now))
          act(connection, output);
      }
    }
    timeline.after(random.integer(10_000, 15_000), verify);
  }
  timeline.after(random.integer(10_000, 15_000), verify);

  function flush(): void {
    const all = gathered;
    gathered = new Map();
    if (isDead) return;
    for (const [channel, batch] of all) {
      const texts = batch.map(messageText);
      const text = `[${texts.join(",")}]`;
      const offer = { count: batch.length, bytes: text.length, last: batch.at(-1)!.p };
      const chained = cluster.chains ? { ...offer, prev: batch[0]!.prev } : offer;
      for (const connection of members.get(channel) ?? []) {
        if (connection.machine.offer(channel, chained, timeline.now)) {
          connection.link.toClient(text);
        } else {
          for (const output of connection.machine.flush(timeline.now)) act(connection, output);
        }
      }
    }
  }

  const node = {
    accept(link: Link) {
      const connection: Connection = {
        machine: new SessionMachine(cluster.options, timeline.now),
        link,
        session: undefined,
        isGone: isDead,
        cancelTick: undefined,
      };
      if (isDead) {
        link.closeFromServer(1006);
      } else {
        connections.add(connection);
        feed(connection, { type: "tick" });
      }
      return {
        text: (text: string) => feed(connection, { type: "text", text }),
        closed: () => {
          feed(connection, { type: "closed" });
          leave(connection);
        },
      };
    },
    crash() {
      isDead = true;
      cluster.nodes.delete(node);
      for (const connection of connections) {
        connection.isGone = true;
        connection.cancelTick?.();
        connection.link.cut(random.chance(0.7) ? "client" : "nobody");
      }
      connections.clear();
    },
    drain() {
      for (const connection of connections)
        feed(connection, { type: "end", bye: "drain", after: [500, 5_000] });
    },
    published(stored: Stored) {
      heardAt = Math.max(heardAt, timeline.now + random.integer(0, 30));
      timeline.after(heardAt - timeline.now, () => {
        if (isDeaf) return;
        hear(stored);
        if (random.chance(cluster.echoes)) hear(stored);
      });
    },
    deafen(ms: number) {
      isDeaf = true;
      timeline.after(ms, () => {
        isDeaf = false;
      });
    },
    supersede(connection: Connection) {
      if (connections.has(connection)) feed(connection, { type: "end", bye: "superseded" });
    },
  };
  cluster.nodes.add(node);
  return node;
}
