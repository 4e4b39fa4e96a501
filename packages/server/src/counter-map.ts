/** How many there are of each key; keys that nobody has cost nothing. */
export class CounterMap {
  private readonly counts = new Map<string, number>();

  get size(): number {
    return this.counts.size;
  }

  get(key: string): number {
    return this.counts.get(key) ?? 0;
  }

  add(key: string): void {
    this.counts.set(key, this.get(key) + 1);
  }

  remove(key: string): void {
    const count = this.get(key);
    if (count > 1) this.counts.set(key, count - 1);
    else this.counts.delete(key);
  }
}
