import {
  createHistoryCheck,
  defaultSessionOptions,
  type Finding,
  type SessionOptions,
} from "@weapp-socket/protocol";
import { createPhone, type Phone, type PhoneOptions } from "./client.js";
import { createLink, type Link, type LinkEnd, type Weather } from "./link.js";
import type { Cluster } from "./cluster.js";
import { createNode, type Node } from "./node.js";
import { createPresence } from "./presence.js";
import { createRandom, type Random } from "./random.js";
import { createStore } from "./store.js";
import { createTally, type Trouble } from "./tally.js";
import { brokenCalls, brokenKeys, isForgiven, untrueReceipts, watchPresence } from "./verdicts.js";
import { createTimeline } from "./timeline.js";

export type { Trouble };

/** What went on in one world, and what the checker found. The same seed gives the same report. */
export interface WorldReport {
  readonly seed: number;
  readonly findings: readonly Finding[];
  /** Keys of publishes that took effect more than once, or were said to have succeeded and did not. */
  readonly brokenKeys: readonly string[];
  /** Keys of publishes that were on their way when the last wires were cut, and did not take effect in peace either. */
  readonly unanswered: readonly string[];
  /** Clients that were not live in the end. */
  readonly leftBehind: readonly string[];
  /** How often an older socket was heard. */
  readonly unfenced: number;
  readonly published: number;
  readonly delivered: number;
  readonly gaps: number;
  /** Calls that ran more than once, were said to have run and did not, or had not exactly one answer. */
  readonly brokenCalls: readonly string[];
  /** Receipts for what the client never had, or had not processed (G14). */
  readonly untrueReceipts: readonly string[];
  readonly receipts: number;
  /** Who was present and hidden, or shown and not present, or left within the grace (G13). */
  readonly brokenPresence: readonly string[];
  readonly troubles: Readonly<Partial<Record<Trouble, number>>>;
}

const channels = ["room:1", "room:2", "live:1", "price:1"];
const TROUBLE_MS = 120_000;
const PEACE_MS = 180_000;
/** Of the peace, when everybody has come back. */
const LAST_MS = 140_000;

export type { Link, LinkEnd, Phone, PhoneOptions };

/**
 * Clients, nodes, a broker and the wires between them under one clock and one seed: two minutes of trouble, then peace.
 * `makePhone` makes the clients. Default: the protocol's machine, without anything around it.
 */
export function runWorld(
  seed: number,
  makePhone: (options: PhoneOptions) => Phone = createPhone,
): WorldReport {
  const random = createRandom(seed);
  const timeline = createTimeline();
  const tally = createTally();
  const store = createStore(random, tally);
  const options: SessionOptions = {
    ...defaultSessionOptions,
    window: random.pick([2, 8, 256]),
    windowBytes: random.pick([400, 524_288]),
    pageMessages: random.pick([1, 3, 100]),
    maxReplay: random.pick([20, 10_000]),
    expiringMs: random.pick([5_000, 60_000]),
  };
  // What expired and what was lost cannot be told apart in what was seen: a world has the one or the other.
  const losesHistory = random.chance(0.7);
  let stalledMs = 0;
  let isOver = false;
  const cluster: Cluster = {
    timeline,
    random,
    store,
    presence: createPresence(timeline),
    sessions: new Map(),
    nodes: new Set(),
    calls: new Map(),
    effects: new Map(),
    receipts: [],
    serverCalls: [],
    tally,
    options,
    chains: random.chance(0.5),
    echoes: random.pick([0, 0.2]),
    isAtPeace: () => isOver,
    brokerMs: () => random.integer(0, 20) + stalledMs,
  };
  for (let n = 0; n < 2; n += 1) createNode(cluster);

  const weather: Weather = {
    minDelayMs: 1,
    maxDelayMs: random.pick([5, 80, 400]),
    rewritesCodes: random.pick([0, 0.5]),
    losesClose: random.pick([0, 0.3]),
    doublesClose: random.pick([0, 0.3]),
    delaysClose: random.pick([0, 0.3]),
    lingers: random.pick([0, 0.3]),
  };

  function dial(end: LinkEnd, phone: string): ReturnType<typeof createLink> {
    const node = cluster.nodes.size === 0 ? undefined : random.pick([...cluster.nodes]);
    let served: ReturnType<Node["accept"]> | undefined;
    const server: LinkEnd = {
      opened: () => {
        served = node?.accept(link, `user ${phone}`);
        if (served === undefined) link.closeFromServer(1006);
      },
      text: (text) => served?.text(text),
      closed: () => served?.closed(),
    };
    const link = createLink(timeline, random, weather, end, server, tally);
    return link;
  }

  const phones: Phone[] = [];
  for (let n = 0; n < 4; n += 1) {
    const ackLevel = random.pick(["received", "processed"] as const);
    const name = `p${n}`;
    const dialAs = (end: LinkEnd): Link => dial(end, name);
    phones.push(makePhone({ name, timeline, random, channels, dial: dialAs, tally, ackLevel }));
  }

  let restore: (() => void) | undefined;
  let content = 0;

  const acts: Record<string, (random: Random) => void> = {
    publish: () => burst(random.pick([1, 1, 1, 5, 40])),
    "client publish": () => void publish(random.pick(phones)),
    "client call": () => random.pick(phones).call(),
    "server call": () => {
      if (cluster.nodes.size > 0) random.pick([...cluster.nodes]).call();
    },
    jump: () => random.pick(phones).jump(random.integer(1_000, 60_000)),
    pause: () => {
      if (cluster.nodes.size > 0) random.pick([...cluster.nodes]).pause(random.integer(100, 10_000));
    },
    cut: () => random.pick(phones).cut(random.pick(["both", "client", "nobody"])),
    hide: () => random.pick(phones).hide(),
    show: () => random.pick(phones).show(),
    offline: () => random.pick(phones).offline(),
    online: () => random.pick(phones).online(),
    "cold start": () => random.pick(phones).coldStart(random.chance(0.2)),
    crash: () => {
      if (cluster.nodes.size > 0) random.pick([...cluster.nodes]).crash();
      timeline.after(random.integer(0, 3_000), () => createNode(cluster));
    },
    deafness: () => {
      if (cluster.nodes.size > 0) random.pick([...cluster.nodes]).deafen(random.integer(10, 3_000));
    },
    drain: () => {
      if (cluster.nodes.size > 0) random.pick([...cluster.nodes]).drain();
    },
    stall: () => {
      stalledMs = random.integer(100, 6_000);
      timeline.after(random.integer(100, 5_000), () => {
        stalledMs = 0;
      });
    },
    trim: () => store.trim(random.integer(0, 10)),
    ...(losesHistory ? { "fail over": failOver, "lose a log": loseLog } : { expire: () => store.expire() }),
  };
  const names = [...Object.keys(acts), "publish", "publish", "publish", "client publish"];

  function publish(phone: Phone): string {
    content += 1;
    return phone.publish(random.pick(channels), content);
  }

  function failOver(): void {
    if (restore === undefined) {
      restore = store.snapshot();
    } else {
      restore();
      restore = undefined;
    }
  }

  function loseLog(): void {
    store.lose(random.pick(channels));
    restore = undefined;
  }

  function burst(count: number): void {
    const channel = random.pick(channels);
    for (let n = 0; n < count; n += 1) {
      content += 1;
      const { stored } = store.publish(channel, content, undefined);
      for (const node of cluster.nodes) node.published(stored);
    }
  }

  function trouble(): void {
    if (isOver) return;
    const name = random.pick(names);
    acts[name]!(random);
    timeline.after(random.integer(1, 1_000), trouble);
  }

  timeline.after(1_000, trouble);
  timeline.run(TROUBLE_MS);
  isOver = true;
  stalledMs = 0;
  for (const phone of phones) {
    phone.show();
    phone.online();
  }
  if (cluster.nodes.size === 0) createNode(cluster);
  const lastKeys = phones.map((phone) => {
    const key = publish(phone);
    phone.cut(random.pick(["both", "client", "nobody"]));
    return key;
  });
  const presence = watchPresence(phones, channels, cluster);
  // Nothing follows these, and no node hears of them.
  timeline.after(LAST_MS, () => {
    for (const channel of channels) {
      content += 1;
      store.publish(channel, content, undefined);
      tally.count("last publication unheard");
    }
  });
  timeline.run(PEACE_MS);

  const lost = store.beginnings.filter(({ isOrphan }) => isOrphan);
  const check = createHistoryCheck(
    [...store.log, ...lost].map(({ channel, p, isOrphan }) => ({ channel, position: p, isLost: isOrphan })),
  );
  const leftBehind = phones.filter((phone) => !phone.isLive).map((phone) => phone.name);
  return {
    seed,
    findings: phones
      .flatMap((phone) => check(phone.name, phone.seen, phone.isLive))
      .filter((finding) => !isForgiven(finding, store, losesHistory)),
    brokenKeys: brokenKeys(phones, store.log),
    brokenCalls: brokenCalls(phones, cluster),
    untrueReceipts: untrueReceipts(phones, cluster),
    brokenPresence: presence(),
    receipts: cluster.receipts.length,
    unanswered: lastKeys.filter((key) => !store.log.some((stored) => stored.key === key)),
    leftBehind,
    unfenced: phones.reduce((total, phone) => total + phone.unfenced, 0),
    published: store.log.length,
    delivered: sum(phones, "message"),
    gaps: sum(phones, "gap"),
    troubles: tally.counts,
  };
}

function sum(phones: readonly Phone[], type: string): number {
  return phones.reduce((total, phone) => total + phone.seen.filter((event) => event.type === type).length, 0);
}
