import { RequestError } from "../request-error.js";

/**
 * Remembers what was published under which key, for at least `keepMs` and at most twice that: two maps that take
 * turns, so that forgetting costs nothing per key.
 */
export class KeyWindow<T> {
  private newer: Map<string, T> = new Map();
  private older: Map<string, T> = new Map();
  private turnedAtMs: number;
  private readonly keepMs: number;
  private readonly maxKeys: number;

  /** `maxKeys`: most keys remembered at a time; a `set` beyond it throws `RequestError` `unavailable`. */
  constructor(keepMs: number, maxKeys: number, nowMs: number) {
    this.keepMs = keepMs;
    this.maxKeys = maxKeys;
    this.turnedAtMs = nowMs;
  }

  get size(): number {
    return this.newer.size + this.older.size;
  }

  get(key: string, nowMs: number): T | undefined {
    this.turn(nowMs);
    return this.newer.get(key) ?? this.older.get(key);
  }

  /** Throws where there is no room for another key. */
  reserve(): void {
    if (this.size >= this.maxKeys) {
      throw new RequestError(
        "unavailable",
        true,
        `idempotency keys: ${this.maxKeys} are remembered already, the most that this broker holds`,
      );
    }
  }

  set(key: string, value: T, nowMs: number): void {
    this.turn(nowMs);
    this.newer.set(key, value);
  }

  delete(key: string): void {
    this.newer.delete(key);
    this.older.delete(key);
  }

  deleteAll(isMeant: (key: string) => boolean): void {
    for (const map of [this.newer, this.older])
      for (const key of map.keys()) if (isMeant(key)) map.delete(key);
  }

  private turn(nowMs: number): void {
    const sinceTurn = nowMs - this.turnedAtMs;
    if (sinceTurn < this.keepMs) return;
    this.older = sinceTurn < 2 * this.keepMs ? this.newer : new Map();
    this.newer = new Map();
    // Where nobody asked for a while, the turn was due earlier: from now on it would keep keys for longer.
    this.turnedAtMs += Math.floor(sinceTurn / this.keepMs) * this.keepMs;
  }
}
