/** Says what was expected when a value is wrong, undefined when it is right. */
export type Check = (value: unknown) => string | undefined;

export type Fields = Readonly<Record<string, Check>>;

export const text =
  (maxLength: number): Check =>
  (value) =>
    typeof value === "string" && value.length > 0 && value.length <= maxLength
      ? undefined
      : `a text of 1 to ${maxLength} characters`;

export const anyText =
  (maxLength: number): Check =>
  (value) =>
    typeof value === "string" && value.length <= maxLength
      ? undefined
      : `a text of at most ${maxLength} characters`;

export const matching =
  (test: (text: string) => boolean, expected: string): Check =>
  (value) =>
    typeof value === "string" && test(value) ? undefined : expected;

export const integer =
  (min: number, max: number): Check =>
  (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
      ? undefined
      : `an integer from ${min} to ${max}`;

export const flag: Check = (value) => (typeof value === "boolean" ? undefined : "true or false");

export const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === "string" && words.includes(value) ? undefined : `one of ${words.join(", ")}`;

/** Any JSON value, null among them; only its absence is wrong. */
export const json: Check = (value) => (value === undefined ? "a JSON value" : undefined);

export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? undefined : check(value);

export const nullable =
  (check: Check): Check =>
  (value) =>
    value === null ? undefined : check(value);

/** Two integers, the first not above the second. */
export const range =
  (min: number, max: number): Check =>
  (value) => {
    const expected = `two integers from ${min} to ${max}, the lower first`;
    if (!Array.isArray(value) || value.length !== 2) return expected;
    const each = integer(min, max);
    const [low, high] = value as [unknown, unknown];
    if (each(low) !== undefined || each(high) !== undefined) return expected;
    return (low as number) <= (high as number) ? undefined : expected;
  };

export const listOf =
  (check: Check, maxLength: number): Check =>
  (value) => {
    if (!Array.isArray(value) || value.length > maxLength) return `a list of at most ${maxLength}`;
    for (const [at, item] of value.entries()) {
      const expected = check(item);
      if (expected !== undefined) return `at ${at}: ${expected}`;
    }
    return undefined;
  };

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const mapOf =
  (key: Check, check: Check, maxSize: number): Check =>
  (value) => {
    if (!isPlainObject(value)) return "an object";
    const names = Object.keys(value);
    if (names.length > maxSize) return `an object of at most ${maxSize} names`;
    for (const name of names) {
      const expectedName = key(name);
      if (expectedName !== undefined) return `as name ${expectedName}`;
      const expected = check(value[name]);
      if (expected !== undefined) return `at ${name}: ${expected}`;
    }
    return undefined;
  };

export const objectOf =
  (fields: Fields): Check =>
  (value) =>
    isPlainObject(value) ? firstWrong(value, fields) : "an object";

/** The first field that is wrong, as "field: expected …, got …"; unknown fields are ignored. */
export function firstWrong(value: Readonly<Record<string, unknown>>, fields: Fields): string | undefined {
  for (const [name, check] of Object.entries(fields)) {
    const expected = check(value[name]);
    if (expected !== undefined) return `${name}: expected ${expected}, got ${describe(value[name])}`;
  }
  return undefined;
}

/** Names the kind of a value, never its content: it may be a secret. */
export function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "string") return `a text of ${value.length} characters`;
  if (typeof value === "number") return `the number ${value}`;
  return typeof value === "boolean" ? `${value}` : "an object";
}
