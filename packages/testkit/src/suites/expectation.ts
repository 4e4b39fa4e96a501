/** Assertions that run in a browser too. */

/** Throws with both values when they differ in any depth. `what` names the thing. */
export function expectSame(actual: unknown, expected: unknown, what: string = "value"): void {
  if (!isSame(actual, expected)) throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

export function expectTrue(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** In an expected value: anything that passes. */
export class Matching {
  readonly name: string;
  readonly test: (value: unknown) => boolean;
  constructor(name: string, test: (value: unknown) => boolean) {
    this.name = name;
    this.test = test;
  }
}

export const aNumber: Matching = new Matching("a number", (value) => typeof value === "number");
export const anObject: Matching = new Matching(
  "an object",
  (value) => typeof value === "object" && value !== null,
);

function isSame(actual: unknown, expected: unknown): boolean {
  if (expected instanceof Matching) return expected.test(actual);
  if (Object.is(actual, expected)) return true;
  if (typeof actual !== "object" || typeof expected !== "object" || actual === null || expected === null) {
    return false;
  }
  const [a, b] = [toPlain(actual), toPlain(expected)];
  const keys = Object.keys(b);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    Object.keys(a).length === keys.length &&
    keys.every((key) => Object.hasOwn(a, key) && isSame(Reflect.get(a, key), Reflect.get(b, key)))
  );
}

function toPlain(value: object): object {
  return value instanceof ArrayBuffer ? { arrayBuffer: [...new Uint8Array(value)] } : value;
}

function show(value: unknown): string {
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (part instanceof Matching) return `<${part.name}>`;
    if (part instanceof ArrayBuffer) return `<ArrayBuffer ${[...new Uint8Array(part)].join(" ")}>`;
    return part === undefined ? "<undefined>" : part;
  });
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}
