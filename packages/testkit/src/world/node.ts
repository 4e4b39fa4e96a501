import {
  decideCall,
  encode,
  SessionMachine,
  type HistoryItem,
  type SessionInput,
  type SessionOutput,
} from "@weapp-socket/protocol";
import type { Cluster, Connection, ServerCall } from "./cluster.js";
import type { Link } from "./link.js";
import { openSession } from "./open-session.js";
import { createPresentHere, REFRESH_MS } from "./presence.js";
import type { Stored } from "./store.js";

/** One server process: connections, the channels they are on, and a fan-out that gathers what one moment brings. */
export interface Node {
  /** `user`: as the handshake proves it. */
  accept(link: Link, user: string): { text(text: string): void; closed(): void };
  /** kill -9. */
  crash(): void;
  drain(): void;
  /** A publication is on its way to this node. */
  published(stored: Stored): void;
  /** Publications do not reach this node for a while, and nobody says so. */
  deafen(ms: number): void;
  /** SIGSTOP, and after a while SIGCONT: what came meanwhile is dealt with at once. */
  pause(ms: number): void;
  /** The application calls one of its clients. */
  call(): void;
  /** The session of a connection, which may be of this node, is elsewhere now. */
  supersede(connection: Connection): void;
}

export function messageText(stored: Stored): string {
  return encode({ t: "message", c: stored.channel, p: stored.p, prev: stored.prev, d: stored.d });
}

export function createNode(cluster: Cluster): Node {
  const { timeline, store, random, tally } = cluster;
  const connections = new Set<Connection>();
  const members = new Map<string, Set<Connection>>();
  const present = createPresentHere(cluster.presence);
  let gathered = new Map<string, Stored[]>();
  let isDead = false;
  let isDeaf = false;
  let heardAt = 0;
  let isPaused = false;
  let waiting: Array<() => void> = [];

  function whenRunning(what: () => void): void {
    if (isPaused) waiting.push(what);
    else what();
  }

  function feed(connection: Connection, input: SessionInput): void {
    whenRunning(() => take(connection, input));
  }

  function take(connection: Connection, input: SessionInput): void {
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
    const ms = cluster.brokerMs();
    if (ms > 100) tally.count("broker stall");
    timeline.after(ms, () =>
      whenRunning(() => {
        if (!isDead && !connection.isGone) take(connection, answer());
      }),
    );
  }

  function act(connection: Connection, output: SessionOutput): void {
    const { link, machine } = connection;
    switch (output.type) {
      case "send":
        link.toClient(output.text);
        return;
      case "authenticate":
        later(connection, () => ({
          type: "authenticated",
          user: connection.user,
          expiresAt: tokenEnds(),
        }));
        return;
      case "open":
        later(connection, () => {
          const { input, fenced } = openSession(cluster, connection, output.hello);
          if (fenced !== undefined) fence(fenced);
          return input;
        });
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
            conflates: store.conflates(channel),
          };
        });
        return;
      case "detach":
        members.get(output.channel)?.delete(connection);
        present.leave(output.channel, connection);
        return;
      case "present":
        if (output.present) {
          present.join({ channel: output.channel, member: machine.user, owner: connection });
        } else {
          present.leave(output.channel, connection);
        }
        return;
      case "read":
        later(connection, () => {
          const { channel } = output;
          const newest = store.newest(channel);
          if (output.newest === true && newest !== undefined && newest.prev !== output.after)
            tally.count("skip to the newest");
          const kept =
            output.newest === true
              ? newest === undefined
                ? []
                : [newest]
              : store.after(channel, output.after)?.slice(0, output.limit);
          return { type: "page", channel, head: store.head(channel), items: kept?.map(historyItem) };
        });
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
          const decision = decideCall(cluster.calls.get(output.key), timeline.now);
          if (decision.type === "run") {
            cluster.calls.set(output.key, decision.record);
            runCall(connection, output);
            // Says nothing yet.
            return { type: "tick" };
          }
          tally.count("call repeated");
          const { reply } = decision;
          return "ok" in reply
            ? { type: "done", id: output.id, ok: reply.ok }
            : { type: "failed", id: output.id, error: reply.error };
        });
        return;
      case "history":
      case "members":
        later(connection, () => ({ type: "done", id: output.id, ok: {} }));
        return;
      case "reauthenticate":
        later(connection, () => {
          const isGood = cluster.isAtPeace() || random.chance(0.8);
          tally.count(isGood ? "token renewed" : "token refused");
          return isGood
            ? { type: "renewed", id: output.id, expiresAt: tokenEnds() }
            : { type: "end", bye: "token-expired" };
        });
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
        connection.calls.get(output.id)!.answers.push(output.ok ?? output.error!.code);
        return;
      case "unanswered":
        connection.calls.get(output.id)!.answers.push(output.error.code);
        return;
      case "acked": {
        const { channel, after, position, level } = output;
        cluster.receipts.push({ user: machine.user, channel, after, position, level });
        return;
      }
      case "visible":
    }
  }

  const tokenEnds = (): number =>
    timeline.now + (cluster.isAtPeace() ? 3_600_000 : random.integer(30_000, 120_000));

  /** The method takes its time, in which the node may die: then nobody will know what came of it. */
  function runCall(connection: Connection, call: Extract<SessionOutput, { type: "call" }>): void {
    timeline.after(random.integer(0, 3_000), () =>
      whenRunning(() => {
        if (isDead && random.chance(0.5)) return;
        cluster.effects.set(call.key, (cluster.effects.get(call.key) ?? 0) + 1);
        if (isDead) {
          tally.count("call interrupted");
          return;
        }
        const ok = `${call.method} ${call.key}`;
        cluster.calls.set(call.key, { ...cluster.calls.get(call.key)!, reply: { ok } });
        if (!connection.isGone) take(connection, { type: "done", id: call.id, ok });
      }),
    );
  }

  function historyItem(stored: Stored): HistoryItem {
    const { p, prev, channel } = stored;
    if (!stored.isExpired) return { p, prev, text: messageText(stored) };
    tally.count("skip of the expired");
    return { p, prev, text: encode({ t: "skip", c: channel, p, prev }), isSkip: true };
  }

  /** The older one may be on another node, which hears of it as of everything else. */
  function fence(older: Connection): void {
    timeline.after(cluster.brokerMs(), () => {
      for (const each of cluster.nodes) each.supersede(older);
    });
  }

  function leave(connection: Connection): void {
    connection.isGone = true;
    connection.cancelTick?.();
    connections.delete(connection);
    for (const [channel, set] of members) {
      set.delete(connection);
      present.leave(channel, connection);
    }
  }

  function hear(stored: Stored): void {
    if (gathered.size === 0) timeline.after(0, () => whenRunning(flush));
    const batch = gathered.get(stored.channel);
    if (batch === undefined) gathered.set(stored.channel, [stored]);
    else batch.push(stored);
  }

  /** Now and then the node asks the broker where its channels stand: it may have missed the last of them. */
  function verify(): void {
    whenRunning(verifyNow);
  }

  function verifyNow(): void {
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

  function refresh(): void {
    whenRunning(() => {
      if (isDead) return;
      present.refresh();
      timeline.after(REFRESH_MS, refresh);
    });
  }
  timeline.after(REFRESH_MS, refresh);

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

  const node: Node = {
    accept(link, user) {
      const connection: Connection = {
        machine: new SessionMachine(cluster.options, timeline.now),
        link,
        user,
        calls: new Map(),
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
        closed: () =>
          whenRunning(() => {
            take(connection, { type: "closed" });
            leave(connection);
          }),
      };
    },
    crash() {
      isDead = true;
      cluster.nodes.delete(node);
      if (connections.size > 0) tally.count("node crash");
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
    published(stored) {
      heardAt = Math.max(heardAt, timeline.now + random.integer(0, 30));
      timeline.after(heardAt - timeline.now, () => {
        if (isDeaf) {
          tally.count("publication unheard");
          return;
        }
        hear(stored);
        if (!random.chance(cluster.echoes)) return;
        tally.count("publication echoed");
        hear(stored);
      });
    },
    deafen(ms) {
      isDeaf = true;
      timeline.after(ms, () => {
        isDeaf = false;
      });
    },
    pause(ms) {
      if (isPaused) return;
      isPaused = true;
      timeline.after(ms, () => {
        isPaused = false;
        const late = waiting;
        waiting = [];
        if (late.length > 0) tally.count("node pause");
        for (const what of late) what();
      });
    },
    call() {
      const connection = [...connections].find(({ machine }) => machine.state === "live");
      if (connection === undefined) return;
      const call: ServerCall = { data: cluster.serverCalls.length + 1, answers: [] };
      cluster.serverCalls.push(call);
      const id = -connection.calls.size - 1;
      connection.calls.set(id, call);
      feed(connection, { type: "call", id, method: "twice", data: call.data, timeoutMs: 30_000 });
    },
    supersede(connection) {
      if (connections.has(connection)) feed(connection, { type: "end", bye: "superseded" });
    },
  };
  cluster.nodes.add(node);
  return node;
}
