import type { ChannelPolicy, ChannelsQuery, ForgetTarget, HistoryQuery, PublishRequest } from "./broker.js";
import type { Durability } from "./publication.js";
import type { RecordWrite } from "./record.js";

/** Longest channel name in UTF-16 units. The protocol's own limit is lower; inner names may have a prefix. */
export const MAX_CHANNEL_LENGTH = 255;
/** Longest idempotency key in UTF-16 units. */
export const MAX_KEY_LENGTH = 64;
/** Most publications, channels, members or records in one page. */
export const MAX_PAGE = 1000;

const DURABILITIES: readonly Durability[] = ["memory", "disk", "fsync"];

export function checkChannel(channel: string): void {
  if (typeof channel !== "string") throw new TypeError(`channel: expected a string, got ${typeof channel}`);
  if (channel.length < 1 || channel.length > MAX_CHANNEL_LENGTH) {
    throw new RangeError(`channel: expected 1 to ${MAX_CHANNEL_LENGTH} characters, got ${channel.length}`);
  }
}

/** Throws where the caller got a publish wrong, or asks for more than the engine's `strongest` durability. */
export function checkPublish(request: PublishRequest, strongest: Durability): void {
  const { channel, data, format, policy, key, ttlMs } = request;
  checkChannel(channel);
  if (format === "binary" ? !(data instanceof Uint8Array) : typeof data !== "string") {
    const got = typeof data === "string" ? "a string" : data instanceof Uint8Array ? "bytes" : typeof data;
    throw new TypeError(
      `data: expected ${format === "binary" ? "bytes" : "a string"} as ${format}, got ${got}`,
    );
  }
  if (key !== undefined && (key.length < 1 || key.length > MAX_KEY_LENGTH)) {
    throw new RangeError(`key: expected 1 to ${MAX_KEY_LENGTH} characters, got ${key.length}`);
  }
  if (ttlMs !== undefined && !(ttlMs > 0)) {
    throw new RangeError(`ttlMs: expected more than 0, got ${String(ttlMs)}`);
  }
  if (policy !== undefined) checkPolicy(policy, strongest);
}

function checkPolicy(policy: ChannelPolicy, strongest: Durability): void {
  const { historyCount, historyAgeMs, durability } = policy;
  if (!Number.isSafeInteger(historyCount) || historyCount < 0) {
    throw new RangeError(`historyCount: expected a whole number from 0, got ${String(historyCount)}`);
  }
  if (!(historyAgeMs > 0)) {
    throw new RangeError(`historyAgeMs: expected more than 0, got ${String(historyAgeMs)}`);
  }
  const level = DURABILITIES.indexOf(durability);
  if (level < 0) {
    throw new RangeError(`durability: expected memory, disk or fsync, got ${durability}`);
  }
  if (level > DURABILITIES.indexOf(strongest)) {
    throw new RangeError(`durability: this broker reaches ${strongest}, ${durability} was asked`);
  }
}

export function checkHistory(query: HistoryQuery): void {
  checkChannel(query.channel);
  if (query.direction !== "forward" && query.direction !== "backward") {
    throw new RangeError(`direction: expected forward or backward, got ${String(query.direction)}`);
  }
  checkLimit(query.limit, 1);
  if (query.maxBytes !== undefined && !(query.maxBytes > 0)) {
    throw new RangeError(`maxBytes: expected more than 0, got ${String(query.maxBytes)}`);
  }
  if (query.maxAgeMs !== undefined && !(query.maxAgeMs > 0)) {
    throw new RangeError(`maxAgeMs: expected more than 0, got ${String(query.maxAgeMs)}`);
  }
}

/** Many channels that are asked for at once. */
export function checkChannelList(channels: readonly string[]): void {
  if (!Array.isArray(channels)) throw new TypeError(`channels: expected an array, got ${typeof channels}`);
  if (channels.length < 1 || channels.length > MAX_PAGE) {
    throw new RangeError(`channels: expected 1 to ${MAX_PAGE}, got ${channels.length}`);
  }
  for (const channel of channels) checkChannel(channel);
}

export function checkForget(target: ForgetTarget): void {
  const [name, text] = "channel" in target ? ["channel", target.channel] : ["prefix", target.prefix];
  if (typeof text !== "string") throw new TypeError(`${name}: expected a string, got ${typeof text}`);
  if (text.length < 1 || text.length > MAX_CHANNEL_LENGTH) {
    throw new RangeError(`${name}: expected 1 to ${MAX_CHANNEL_LENGTH} characters, got ${text.length}`);
  }
}

export function checkChannels(query: ChannelsQuery): void {
  checkLimit(query.limit, 1);
}

export function checkLimit(limit: number, least: number): void {
  if (!Number.isSafeInteger(limit) || limit < least || limit > MAX_PAGE) {
    throw new RangeError(`limit: expected ${least} to ${MAX_PAGE}, got ${String(limit)}`);
  }
}

const MAX_RECORD_KEY_LENGTH = 256;
const MAX_RECORD_BYTES = 64 * 1024;

export function checkRecordKey(key: string): void {
  if (key.length < 1 || key.length > MAX_RECORD_KEY_LENGTH) {
    throw new RangeError(`record key: expected 1 to ${MAX_RECORD_KEY_LENGTH} characters, got ${key.length}`);
  }
}

export function checkRecordWrite({ key, value, expect, ttlMs, owner }: RecordWrite): void {
  checkRecordKey(key);
  if (owner !== undefined) checkRecordKey(owner);
  const bytes = Buffer.byteLength(value);
  if (bytes > MAX_RECORD_BYTES) {
    throw new RangeError(`record value: expected at most ${MAX_RECORD_BYTES} bytes, got ${bytes}`);
  }
  if (!Number.isSafeInteger(expect) || expect < 0) {
    throw new RangeError(`expect: expected a version from 0, got ${String(expect)}`);
  }
  if (!(ttlMs > 0)) throw new RangeError(`ttlMs: expected more than 0, got ${String(ttlMs)}`);
}
