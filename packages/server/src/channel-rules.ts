import type { ChannelPolicy } from "./broker/broker.js";
import type { Durability } from "./broker/publication.js";

/** How channels of some names behave. The first rule that matches a name is its rule. */
export interface ChannelRule {
  /** The names: `*` stands for any characters. `~` is every user's inbox. */
  readonly match: string;
  /**
   * How many publications are kept for those who come later or come back. 0: none.
   * @defaultValue 0; 100 for `~`; 1 where `conflate` is true, and nothing else then
   */
  readonly historyCount?: number | undefined;
  /**
   * Milliseconds after which a kept publication is dropped.
   * @defaultValue 86400000, one day
   */
  readonly historyAgeMs?: number | undefined;
  /**
   * What a publication has survived before it is acknowledged and delivered. The broker must be able to.
   * @defaultValue `memory`
   */
  readonly durability?: Durability | undefined;
  /**
   * Whether it is kept who is in the channel.
   * @defaultValue false
   */
  readonly presence?: boolean | undefined;
  /**
   * Milliseconds that a member may be away before others are told that it left.
   * @defaultValue 10000
   */
  readonly presenceGraceMs?: number | undefined;
  /**
   * Whether clients may publish, as far as `authorize` lets them.
   * @defaultValue false
   */
  readonly clientPublish?: boolean | undefined;
  /**
   * Whether each publication replaces the one before: a price, a place on a map. The newest alone is kept; of what is
   * published within `flushIntervalMs` everybody gets the newest alone; who is slow or comes back gets the newest, and no
   * gap. There are no receipts. Not for `~`.
   * @defaultValue false
   */
  readonly conflate?: boolean | undefined;
  /**
   * Milliseconds over which publications are gathered before they are written. 0: one turn of the event loop. More
   * saves work in busy channels, and costs latency.
   * @defaultValue 0; 100 where `conflate` is true
   */
  readonly flushIntervalMs?: number | undefined;
  /**
   * Largest publication, as bytes of UTF-8. Above: RequestError `too-large`.
   * @defaultValue 262144
   */
  readonly maxDataBytes?: number | undefined;
}

/** A rule with every default filled in. */
export interface ResolvedRule {
  /** For the broker. */
  readonly policy: ChannelPolicy;
  readonly presence: boolean;
  readonly presenceGraceMs: number;
  readonly clientPublish: boolean;
  readonly conflates: boolean;
  readonly flushIntervalMs: number;
  readonly maxDataBytes: number;
}

interface Compiled {
  readonly pattern: RegExp;
  readonly rule: ResolvedRule;
}

const DAY_MS = 86_400_000;
const DURABILITIES: readonly Durability[] = ["memory", "disk", "fsync"];
const INBOX_PATTERN = "~";
const DEFAULT_RULE: ResolvedRule = resolveRule({ match: "*" });
const DEFAULT_INBOX_RULE: ResolvedRule = resolveRule({ match: INBOX_PATTERN, historyCount: 100 });

/** Finds the rule of a channel by its name. */
export class ChannelRules {
  private readonly compiled: readonly Compiled[];
  /** Of every inbox. */
  readonly inbox: ResolvedRule;
  /** Of what is pushed to everybody: as an inbox's, and nothing is kept. */
  readonly everybody: ResolvedRule;

  /** @throws TypeError, RangeError where a rule is not what it must be, or asks for more than the broker can. */
  constructor(rules: readonly ChannelRule[], strongest: Durability) {
    const all = rules.map((rule, index) => {
      checkRule(rule, `channels[${index}]`, strongest);
      return { match: rule.match, pattern: compileMatch(rule.match), rule: resolveRule(rule) };
    });
    this.compiled = all.filter(({ match }) => match !== INBOX_PATTERN);
    this.inbox = all.find(({ match }) => match === INBOX_PATTERN)?.rule ?? DEFAULT_INBOX_RULE;
    const policy = { ...this.inbox.policy, historyCount: 0 };
    this.everybody = { ...this.inbox, policy, presence: false, flushIntervalMs: 0 };
  }

  of(channel: string): ResolvedRule {
    for (const { pattern, rule } of this.compiled) if (pattern.test(channel)) return rule;
    return DEFAULT_RULE;
  }
}

function resolveRule(rule: ChannelRule): ResolvedRule {
  const { conflate = false } = rule;
  const keptByDefault = conflate ? 1 : rule.match === INBOX_PATTERN ? 100 : 0;
  return {
    policy: {
      historyCount: rule.historyCount ?? keptByDefault,
      historyAgeMs: rule.historyAgeMs ?? DAY_MS,
      durability: rule.durability ?? "memory",
    },
    presence: rule.presence ?? false,
    presenceGraceMs: rule.presenceGraceMs ?? 10_000,
    clientPublish: rule.clientPublish ?? false,
    conflates: conflate,
    flushIntervalMs: rule.flushIntervalMs ?? (conflate ? 100 : 0),
    maxDataBytes: rule.maxDataBytes ?? 256 * 1024,
  };
}

/** Names that a pattern stands for: `*` is any characters. */
export function compileMatch(match: string): RegExp {
  const parts = match.split("*").map((part) => part.replaceAll(/[.\-/]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

function checkRule(rule: ChannelRule, place: string, strongest: Durability): void {
  const { match, durability = "memory" } = rule;
  if (
    typeof match !== "string" ||
    !(match === INBOX_PATTERN || /^[A-Za-z0-9_\-:./@*][A-Za-z0-9_\-:.~/@*]*$/.test(match))
  ) {
    throw new TypeError(
      `${place}.match: expected a channel name with * for any characters, got ${JSON.stringify(match)}`,
    );
  }
  if (!DURABILITIES.includes(durability)) {
    throw new RangeError(`${place}.durability: expected memory, disk or fsync, got ${durability}`);
  }
  if (DURABILITIES.indexOf(durability) > DURABILITIES.indexOf(strongest)) {
    throw new RangeError(`${place}.durability: the broker reaches ${strongest}, ${durability} was asked`);
  }
  if (rule.conflate === true) {
    if (match === INBOX_PATTERN)
      throw new RangeError(`${place}.conflate: expected a channel, not the inboxes`);
    checkNumber(`${place}.historyCount of what conflates`, rule.historyCount, 1, 1);
  }
  checkNumber(`${place}.historyCount`, rule.historyCount, 0, 1_000_000);
  checkNumber(`${place}.historyAgeMs`, rule.historyAgeMs, 1, 100 * 365 * DAY_MS);
  checkNumber(`${place}.presenceGraceMs`, rule.presenceGraceMs, 0, DAY_MS);
  checkNumber(`${place}.flushIntervalMs`, rule.flushIntervalMs, 0, 60_000);
  checkNumber(`${place}.maxDataBytes`, rule.maxDataBytes, 1, 256 * 1024 * 1024);
}

function checkNumber(place: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  throw new RangeError(`${place}: expected an integer from ${least} to ${most}, got ${String(value)}`);
}
