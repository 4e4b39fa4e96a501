import type { Finding } from "@weapp-socket/protocol";
import type { Phone } from "./client.js";
import type { Cluster } from "./cluster.js";
import { GRACE_MS } from "./presence.js";
import type { Store } from "./store.js";

/**
 * What is no fault: that somebody never got what had expired, or of a conflated channel anything but its newest. Of one
 * that went back, that newest may come twice, and out of order.
 */
export function isForgiven(
  { kind, channel, position }: Finding,
  store: Store,
  losesHistory: boolean,
): boolean {
  if (store.conflates(channel)) return losesHistory || (kind === "lost" && position !== store.head(channel));
  return kind === "lost" && store.log.some((stored) => stored.p === position && stored.isExpired);
}

/** Keys of publishes that took effect more than once, or were said to have succeeded and did not. */
export function brokenKeys(
  phones: readonly Phone[],
  log: ReadonlyArray<{ readonly key: string | undefined; readonly p: string; readonly isOrphan: boolean }>,
): string[] {
  const effects = new Map<string, string[]>();
  for (const { key, p, isOrphan } of log) {
    if (key !== undefined && !isOrphan) effects.set(key, [...(effects.get(key) ?? []), p]);
  }
  const broken = [...effects].filter(([, positions]) => positions.length > 1).map(([key]) => key);
  for (const phone of phones) {
    for (const [key, outcome] of phone.outcomes) {
      const isSuccess = outcome.includes("-") && /^\d/.test(outcome);
      if (isSuccess && !log.some((stored) => stored.key === key && stored.p === outcome)) broken.push(key);
    }
  }
  return broken;
}

/** What a call may end with that says of no result that it came. "unsupported": a phone without such a method. */
const noResults: ReadonlySet<unknown> = new Set([
  "unknown-outcome",
  "unavailable",
  "not-connected",
  "rate-limited",
  "unsupported",
]);

/** Calls that ran more than once, were said to have run and did not, or of the application that had not one answer. */
export function brokenCalls(phones: readonly Phone[], { effects, serverCalls }: Cluster): string[] {
  const broken = [...effects].filter(([, count]) => count > 1).map(([key]) => key);
  for (const { results } of phones) {
    for (const [key, result] of results) {
      if (result === `echo ${key}` ? effects.get(key) !== 1 : !noResults.has(result))
        broken.push(`${key}: ${JSON.stringify(result)}`);
    }
  }
  for (const { data, answers } of serverCalls) {
    // None: the node, and with it whoever asked, died.
    const isRight = answers.every((answer) => answer === 2 * data || noResults.has(answer));
    if (answers.length > 1 || !isRight) broken.push(`server call ${data}: ${JSON.stringify(answers)}`);
  }
  return broken;
}

/** Receipts for what a client never had, or had not processed. What expired is not claimed by a receipt. */
export function untrueReceipts(phones: readonly Phone[], { receipts, store }: Cluster): string[] {
  const byPosition = new Map(store.log.map((stored) => [`${stored.channel} ${stored.p}`, stored]));
  const untrue: string[] = [];
  for (const { user, channel, after, position, level } of receipts) {
    const phone = phones.find(({ name }) => user === `user ${name}`);
    const had = level === "received" ? phone?.received : phone?.processed;
    if (had === undefined) continue;
    for (let at = position; at !== after;) {
      const stored = byPosition.get(`${channel} ${at}`);
      if (stored === undefined || !(stored.isExpired || had.has(`${channel} ${at}`))) {
        untrue.push(`${user} ${channel} ${level} ${at} of ${after} to ${position}`);
        break;
      }
      at = stored.prev;
    }
  }
  return untrue;
}

/** Of the peace, when everybody has come back and what is left of crashed nodes has ended. */
const SETTLED_MS = 90_000;
/** Shorter than the grace, and than a phone takes to stop a hidden app. */
const GLANCE_MS = 4_000;

/**
 * Two phones are hidden: the one for longer than the grace, the other for less. In the end everybody is to be everywhere.
 * The answer tells what was otherwise.
 */
export function watchPresence(
  phones: readonly Phone[],
  channels: readonly string[],
  { presence, timeline, tally }: Cluster,
): () => string[] {
  const broken: string[] = [];
  const [long, short] = phones as readonly [Phone, Phone];
  const memberOf = ({ name }: Phone): string => `user ${name}`;
  const whereIs = (phone: Phone): readonly string[] =>
    channels.filter((channel) => presence.members(channel).includes(memberOf(phone)));

  timeline.after(SETTLED_MS, () => {
    const wasThere = whereIs(long).length > 0;
    long.hide();
    timeline.after(GRACE_MS + 5_000, () => {
      for (const channel of whereIs(long)) broken.push(`${long.name} is hidden, and in ${channel}`);
      if (wasThere) tally.count("hidden client left");
      long.show();
    });
  });
  timeline.after(SETTLED_MS, () => {
    if (!short.isLive) return;
    const before = presence.leaves(memberOf(short));
    short.hide();
    timeline.after(GLANCE_MS, () => short.show());
    timeline.after(GRACE_MS + GLANCE_MS, () => {
      if (presence.leaves(memberOf(short)) > before) broken.push(`${short.name} left within the grace`);
      else tally.count("hidden client stayed");
    });
  });
  return () => {
    const missing = phones.flatMap((phone) =>
      channels
        .filter((channel) => phone.isLive && !whereIs(phone).includes(channel))
        .map((channel) => `${phone.name} is shown, and not in ${channel}`),
    );
    return [...broken, ...missing];
  };
}
