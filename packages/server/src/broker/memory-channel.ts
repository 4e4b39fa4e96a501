import { Audience } from "./audience.js";
import { formatPosition } from "./position.js";
import type { ChannelInfo, PublishRequest } from "./broker.js";
import type { RetainedPublications } from "./history-page.js";
import type { Publication } from "./publication.js";

/** What a kept publication costs beside its data. */
const PUBLICATION_OVERHEAD_BYTES = 200;

/** One channel of the memory broker: its head, its history, its listeners. */
export class MemoryChannel implements RetainedPublications {
  readonly name: string;
  readonly audience: Audience = new Audience();
  head: string;
  readonly unbrokenFrom: number = 0;
  /** Bytes of history, overhead included. */
  bytes = 0;
  publishedAtMs = 0;
  usedAtMs = 0;
  /** When the broker looks at this channel next. */
  upkeepAtMs: number = Infinity;
  private offset = 0;
  private historyCount = 0;
  private historyAgeMs = Infinity;
  private readonly forgetMs: number;
  /** Publications from index `start` on; what is before was trimmed. */
  private log: (Publication | undefined)[] = [];
  private start = 0;

  constructor(name: string, nonce: number, forgetMs: number) {
    this.name = name;
    this.head = formatPosition(0, nonce);
    this.forgetMs = forgetMs;
  }

  get length(): number {
    return this.log.length - this.start;
  }

  get firstOffset(): number {
    return this.offset - this.length + 1;
  }

  /** It never had a publication. */
  get isEmpty(): boolean {
    return this.offset === 0;
  }

  get keepsHistory(): boolean {
    return this.historyCount > 0;
  }

  /** When there is something to trim, or when the channel may be forgotten. */
  get dueAtMs(): number {
    if (this.length === 0) return this.usedAtMs + this.forgetMs;
    return this.at(0).publishedAtMs + this.historyAgeMs;
  }

  at(index: number): Publication {
    return this.log[this.start + index]!;
  }

  append(request: PublishRequest, nonce: number, nowMs: number): Publication {
    const { channel, data, format, policy, key, ttlMs, wantsReceipt = false } = request;
    const previous = this.head;
    const position = formatPosition(++this.offset, nonce);
    const publishedAtMs = Math.max(nowMs, this.publishedAtMs);
    const publication: Publication = {
      channel,
      position,
      previous,
      data,
      format,
      publishedAtMs,
      expiresAtMs: ttlMs === undefined ? Infinity : nowMs + ttlMs,
      key,
      wantsReceipt,
    };
    this.head = position;
    this.publishedAtMs = publishedAtMs;
    this.historyCount = policy?.historyCount ?? 0;
    const historyAgeMs = policy?.historyAgeMs ?? Infinity;
    if (historyAgeMs !== this.historyAgeMs) {
      // What was too old already does not come back.
      this.trim(nowMs);
      this.historyAgeMs = historyAgeMs;
    }
    if (this.historyCount > 0) {
      this.log.push(publication);
      this.bytes += publicationBytes(publication);
    }
    while (this.length > this.historyCount) this.dropOldest();
    return publication;
  }

  /** Drops what is too old. */
  trim(nowMs: number): void {
    while (this.length > 0 && this.at(0).publishedAtMs + this.historyAgeMs <= nowMs) this.dropOldest();
  }

  /** Drops the oldest publications until `bytes` are freed. */
  shrink(bytes: number): void {
    const goal = this.bytes - bytes;
    while (this.length > 0 && this.bytes > goal) this.dropOldest();
  }

  info(): ChannelInfo {
    return {
      channel: this.name,
      position: this.head,
      historyCount: this.length,
      listeners: this.audience.listeners.length,
    };
  }

  private dropOldest(): void {
    this.bytes -= publicationBytes(this.at(0));
    this.log[this.start++] = undefined;
    if (this.start > 32 && this.start * 2 > this.log.length) {
      this.log = this.log.slice(this.start);
      this.start = 0;
    }
  }
}

function publicationBytes({ data }: Publication): number {
  return data.length + PUBLICATION_OVERHEAD_BYTES;
}
