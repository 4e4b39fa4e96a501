import { parseArgs } from "node:util";
import type { OptionSpecs } from "./command.js";
import { UsageError } from "./failure.js";
import { nearest } from "./suggestion.js";

/** What was typed after a command's name, checked against its options. */
export interface Arguments {
  readonly positionals: readonly string[];
  flag(name: string): boolean;
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
}

/** Throws `UsageError` for what `specs` does not know, with the nearest name that it does. */
export function parseArguments(args: readonly string[], specs: OptionSpecs): Arguments {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [
      name,
      { type: spec.type === "text" ? ("string" as const) : ("boolean" as const) },
    ]),
  );
  // Not strict: the tokens are judged below, in our own words.
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const positionals: string[] = [];
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const spec = specs[token.name];
    if (spec === undefined) throw unknownOption(token.rawName, Object.keys(specs));
    if (spec.type === "flag") {
      if (token.value !== undefined)
        throw new UsageError(`--${token.name} takes no value, got ${token.value}`);
      values.set(token.name, []);
      continue;
    }
    if (token.value === undefined || (token.value.startsWith("--") && !token.inlineValue)) {
      throw new UsageError(`--${token.name} needs a value: --${token.name} ${spec.value ?? "VALUE"}`);
    }
    const earlier = values.get(token.name);
    if (earlier !== undefined && spec.many !== true) throw new UsageError(`--${token.name} was given twice`);
    values.set(token.name, [...(earlier ?? []), token.value]);
  }
  return {
    positionals,
    flag: (name) => values.has(name),
    text: (name) => values.get(name)?.[0],
    texts: (name) => values.get(name) ?? [],
  };
}

function unknownOption(raw: string, known: readonly string[]): UsageError {
  const meant = nearest(raw.replace(/^-+/, ""), known);
  return new UsageError(`unknown option ${raw}` + (meant === undefined ? "" : `; did you mean --${meant}?`));
}

/** The whole number given as `--name`, or `fallback`. Throws `UsageError` where it is none, or out of range. */
export function numberOf(
  args: Arguments,
  name: string,
  { fallback, least, most }: { readonly fallback: number; readonly least: number; readonly most: number },
): number {
  const text = args.text(name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new UsageError(`--${name} must be a whole number from ${least} to ${most}, got ${text}`);
  }
  return value;
}

/** The port given as `--name`, or `fallback`. 0 means any free one. */
export function portOf(args: Arguments, name: string, fallback: number): number {
  return numberOf(args, name, { fallback, least: 0, most: 65_535 });
}

/** The profile given as `--profile`. */
export function profileOf(args: Arguments): "device" | "devtools" | undefined {
  const text = args.text("profile");
  if (text === undefined || text === "device" || text === "devtools") return text;
  throw new UsageError(`--profile must be device or devtools, got ${text}`);
}
