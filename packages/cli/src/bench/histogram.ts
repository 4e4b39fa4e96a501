/** Counts durations in buckets 1 % apart, so that hours of them take a few kilobytes. */
export class Histogram {
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  /** @param ms a duration in milliseconds */
  add(ms: number): void {
    const bucket = Math.round(Math.log(Math.max(ms, leastMs) / leastMs) / logStep);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.#count += 1;
    this.#max = Math.max(this.#max, ms);
  }

  /** The usual quantiles in milliseconds, or undefined where nothing was counted. */
  summary(): Quantiles | undefined {
    if (this.#count === 0) return undefined;
    return { p50: this.#quantile(0.5), p95: this.#quantile(0.95), p99: this.#quantile(0.99), max: this.#max };
  }

  /** The duration that this share of all is not above, within 1 %. */
  #quantile(share: number): number {
    let left = Math.ceil(share * this.#count);
    for (const bucket of [...this.#buckets.keys()].sort((a, b) => a - b)) {
      left -= this.#buckets.get(bucket)!;
      if (left <= 0) return Math.min(leastMs * Math.exp(bucket * logStep), this.#max);
    }
    return this.#max;
  }
}

export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** One microsecond: nothing shorter is told apart. */
const leastMs = 0.001;
const logStep = Math.log(1.01);
