import { randomFillSync } from "node:crypto";

/** A source of unsigned 32-bit random integers that fetches them from the operating system 1,024 at a time. */
export function createRandom32(): () => number {
  const pool = new Uint32Array(1024);
  let next = pool.length;
  return () => {
    if (next === pool.length) {
      randomFillSync(pool);
      next = 0;
    }
    return pool[next++]!;
  };
}
