/**
 * Items by the second in which they fall due. An item that was renewed may stay where it is: who takes it out looks
 * at its real deadline and adds it again.
 */
export class ExpiryQueue<T> {
  private readonly buckets: Map<number, Set<T>> = new Map();

  add(item: T, atMs: number): void {
    if (atMs === Infinity) return;
    const second = Math.ceil(atMs / 1000);
    const bucket = this.buckets.get(second);
    if (bucket === undefined) this.buckets.set(second, new Set([item]));
    else bucket.add(item);
  }

  get isEmpty(): boolean {
    return this.buckets.size === 0;
  }

  /** Takes out everything that was due at `nowMs` or before. */
  takeDue(nowMs: number): T[] {
    const due: T[] = [];
    for (const [second, bucket] of this.buckets) {
      if (second * 1000 > nowMs) continue;
      this.buckets.delete(second);
      due.push(...bucket);
    }
    return due;
  }
}
