const BUCKETS = 1024;

/** What beginnings are made from; an engine that outlives its process keeps it. */
export interface BeginningSeeds {
  readonly seed: number;
  readonly forgotten: readonly number[];
}

/**
 * Nonces of the beginnings of channels that nothing is kept of, so that waiting at the beginning of a channel costs
 * nothing: they follow from the name. Where something may have been lost they change: all of them with the seed, and
 * those of a bucket of names when a channel of the bucket is forgotten.
 */
export class Beginnings {
  private readonly seed: number;
  private readonly forgotten: number[];

  constructor(seed: number, forgotten?: readonly number[]) {
    this.seed = seed;
    this.forgotten = forgotten === undefined ? Array.from({ length: BUCKETS }, () => 0) : [...forgotten];
  }

  nonce(channel: string): number {
    const count = this.forgotten[hashText(channel, 0) % BUCKETS] ?? 0;
    return hashText(channel, this.seed ^ Math.imul(count, 0x9e3779b1));
  }

  /** What the channel had is gone: who waits at its beginning must not take its next publication for the first. */
  forget(channel: string): void {
    const bucket = hashText(channel, 0) % BUCKETS;
    this.forgotten[bucket] = (this.forgotten[bucket] ?? 0) + 1;
  }

  get seeds(): BeginningSeeds {
    return { seed: this.seed, forgotten: this.forgotten };
  }
}

/** FNV-1a over the UTF-16 units, with a final mix. */
function hashText(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
