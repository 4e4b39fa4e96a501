import { parsePosition, type AcceptedPublication, type SeenEvent } from "@weapp-socket/protocol";
import { UsageError } from "../failure.js";

/** A recorded run: what was accepted, and what each client saw. */
export interface Recording {
  readonly accepted: readonly AcceptedPublication[];
  /** By client, in the order of its lines. */
  readonly seen: ReadonlyMap<string, readonly SeenEvent[]>;
  /** Clients that were connected and quiet at the end. */
  readonly quiet: ReadonlySet<string>;
}

const types = ["accepted", "attached", "message", "gap", "quiet"] as const;
type LineType = (typeof types)[number];

/** Reads JSON lines. Throws UsageError with `name` and the line's number at the first that is none of the five kinds. */
export async function readRecording(lines: AsyncIterable<string>, name: string): Promise<Recording> {
  const accepted: AcceptedPublication[] = [];
  const seen = new Map<string, SeenEvent[]>();
  const quiet = new Set<string>();
  let number = 0;
  for await (const text of lines) {
    number += 1;
    if (text.trim() === "") continue;
    const fail = (message: string): never => {
      throw new UsageError(`${name}:${number}: ${message}`);
    };
    const line = objectOf(text, fail);
    const type = typeOf(line["type"], fail);
    if (type === "quiet") {
      quiet.add(textOf(line, "client", fail));
      continue;
    }
    const channel = textOf(line, "channel", fail);
    const position = textOf(line, "position", fail);
    if (parsePosition(position) === undefined)
      fail(`position: expected one like "13-0badcafe", got ${shown(position)}`);
    if (type === "accepted") {
      const { lost = false } = line;
      if (typeof lost !== "boolean") return fail(`lost: expected true or false, got ${shown(lost)}`);
      accepted.push({ channel, position, isLost: lost });
      continue;
    }
    const client = textOf(line, "client", fail);
    const events = seen.get(client);
    if (events === undefined) seen.set(client, [{ type, channel, position }]);
    else events.push({ type, channel, position });
  }
  for (const client of quiet) {
    if (!seen.has(client)) throw new UsageError(`${name}: client ${client} is quiet, and saw nothing`);
  }
  return { accepted, seen, quiet };
}

function objectOf(text: string, fail: (message: string) => never): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail(`expected a JSON object, got ${shown(text)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return fail(`expected a JSON object, got ${shown(value)}`);
  return value as Readonly<Record<string, unknown>>;
}

function typeOf(value: unknown, fail: (message: string) => never): LineType {
  const type = types.find((known) => known === value);
  return type ?? fail(`type: expected one of ${types.join(", ")}, got ${shown(value)}`);
}

function textOf(
  line: Readonly<Record<string, unknown>>,
  field: string,
  fail: (message: string) => never,
): string {
  const value = line[field];
  if (typeof value === "string" && value !== "") return value;
  return fail(`${field}: expected a text, got ${shown(value)}`);
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
