import { placeOf, problem, type Place } from "../compiler/diagnostics.js";
import { isJsonObject, parseJsonText, type JsonFile } from "../compiler/tolerant-json.js";
import type { Scenario, ScenarioAction, ScenarioStep } from "../faults/scenario.js";
import type { Diagnostic, JsonObject, JsonValue } from "../program.js";

export interface ParsedScenario {
  /** Null where there are errors. */
  readonly scenario: Scenario | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a scenario file, json with comments:
 *
 *     { "seed": 7,
 *       "steps": [
 *         { "at": 2000, "do": "offline", "for": 1500 },
 *         { "at": 5000, "do": "latency", "ms": 300, "jitterMs": 100 },
 *         { "at": 6000, "every": 5000, "until": 60000, "probability": 0.5, "do": "cut", "only": "wss://push" },
 *         { "at": 9000, "do": "reject", "count": 3, "cause": "refused" }
 *       ] }
 *
 * Times are milliseconds from the start of the page. What can be done: offline, online, latency `ms` `jitterMs`,
 * bandwidth `bytesPerSecond`, pause, resume, cut, close `code` `reason`, halfOpen (all three `only` for addresses that
 * begin so), reject `count` `cause`, hide, show, network `type`. `for` undoes what lasts.
 *
 * @param file the name that diagnostics carry
 */
export function parseScenario(text: string, file: string): ParsedScenario {
  return new ScenarioReader(text, file).read();
}

/** What each action takes besides the fields of every step. */
const FIELDS: Readonly<Record<ScenarioAction["do"], readonly string[]>> = {
  offline: [],
  online: [],
  pause: [],
  resume: [],
  hide: [],
  show: [],
  latency: ["ms", "jitterMs"],
  bandwidth: ["bytesPerSecond"],
  network: ["type"],
  reject: ["count", "cause"],
  cut: ["only"],
  halfOpen: ["only"],
  close: ["code", "reason", "only"],
};
const LASTING: ReadonlySet<string> = new Set(["offline", "pause", "hide", "latency", "bandwidth", "network"]);
const STEP_FIELDS: ReadonlySet<string> = new Set(["at", "every", "until", "probability", "for", "do"]);
const NETWORK_TYPES: readonly string[] = ["wifi", "2g", "3g", "4g", "5g", "unknown", "none"];
const CAUSES: readonly string[] = ["dns", "refused", "reset", "tls", "timeout", "status", "upgrade"];

class ScenarioReader {
  readonly #text: string;
  readonly #file: string;
  readonly #json: JsonFile;
  readonly #diagnostics: Diagnostic[];

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
    this.#json = parseJsonText(text, file);
    this.#diagnostics = [...this.#json.diagnostics];
  }

  read(): ParsedScenario {
    const { root } = this.#json;
    if (!isJsonObject(root)) {
      this.#wrong(placeOf(this.#text, 0), "a scenario is an object with steps");
      return { scenario: null, diagnostics: this.#diagnostics };
    }
    const seed = this.#number(root, "seed", ["seed"], { fallback: 1, min: 0 });
    const list = root["steps"];
    if (!Array.isArray(list)) this.#wrong(this.#json.place(["steps"]), "steps is an array");
    const steps = (Array.isArray(list) ? (list as readonly JsonValue[]) : []).map((item, index) =>
      this.#step(item, index),
    );
    const good = this.#diagnostics.length === 0;
    return {
      scenario: good ? { seed, steps: steps as ScenarioStep[] } : null,
      diagnostics: this.#diagnostics,
    };
  }

  #step(item: JsonValue, index: number): ScenarioStep | null {
    const key = ["steps", index];
    if (!isJsonObject(item)) {
      this.#wrong(this.#json.place(key), "a step is an object");
      return null;
    }
    const name = item["do"];
    const known =
      typeof name === "string" && Object.hasOwn(FIELDS, name) ? (name as ScenarioAction["do"]) : null;
    if (known === null) {
      const names = Object.keys(FIELDS).join(", ");
      this.#wrong(this.#json.place([...key, "do"]), `do is one of ${names}, got ${JSON.stringify(name)}`);
      return null;
    }
    for (const field of Object.keys(item)) {
      if (STEP_FIELDS.has(field) || FIELDS[known].includes(field)) continue;
      this.#wrong(this.#json.place([...key, field]), `"${known}" takes no "${field}"`);
    }
    if (item["for"] !== undefined && !LASTING.has(known)) {
      this.#wrong(this.#json.place([...key, "for"]), `"${known}" does not last, so it cannot be undone`);
    }
    const optional = (field: string, min: number): number | null =>
      item[field] === undefined ? null : this.#number(item, field, [...key, field], { fallback: 0, min });
    return {
      at: this.#number(item, "at", [...key, "at"], { fallback: 0, min: 0 }),
      // Below this a step would be all that happens.
      every: optional("every", 10),
      until: optional("until", 0),
      probability: this.#number(item, "probability", [...key, "probability"], {
        fallback: 1,
        min: 0,
        max: 1,
      }),
      for: optional("for", 0),
      action: this.#action(known, item, key),
    };
  }

  #action(name: ScenarioAction["do"], item: JsonObject, key: readonly (string | number)[]): ScenarioAction {
    const at = (field: string): readonly (string | number)[] => [...key, field];
    const only = (): string => this.#word(item, "only", at("only"), "");
    switch (name) {
      case "latency":
        return {
          do: name,
          ms: this.#number(item, "ms", at("ms"), { min: 0 }),
          jitterMs: this.#number(item, "jitterMs", at("jitterMs"), { fallback: 0, min: 0 }),
        };
      case "bandwidth":
        return {
          do: name,
          bytesPerSecond: this.#number(item, "bytesPerSecond", at("bytesPerSecond"), { min: 1 }),
        };
      case "network":
        return { do: name, type: this.#word(item, "type", at("type"), undefined, NETWORK_TYPES) as "wifi" };
      case "reject":
        return {
          do: name,
          count: this.#number(item, "count", at("count"), { fallback: 1, min: 1 }),
          cause: this.#word(item, "cause", at("cause"), "refused", CAUSES) as "refused",
        };
      case "cut":
      case "halfOpen":
        return { do: name, only: only() };
      case "close":
        return {
          do: name,
          code: this.#number(item, "code", at("code"), { fallback: 1000, min: 1000, max: 4999 }),
          reason: this.#word(item, "reason", at("reason"), ""),
          only: only(),
        };
      default:
        return { do: name };
    }
  }

  #number(
    object: JsonObject,
    field: string,
    key: readonly (string | number)[],
    { fallback, min, max = Number.MAX_SAFE_INTEGER }: { fallback?: number; min: number; max?: number },
  ): number {
    const value = object[field] ?? fallback;
    if (typeof value === "number" && value >= min && value <= max) return value;
    const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
    this.#wrong(this.#json.place(key), `${field} is a number ${range}, got ${JSON.stringify(value)}`);
    return min;
  }

  #word(
    object: JsonObject,
    field: string,
    key: readonly (string | number)[],
    fallback?: string,
    words?: readonly string[],
  ): string {
    const value = object[field] ?? fallback;
    if (typeof value === "string" && (words === undefined || words.includes(value))) return value;
    const expected = words === undefined ? "a string" : `one of ${words.join(", ")}`;
    this.#wrong(this.#json.place(key), `${field} is ${expected}, got ${JSON.stringify(value)}`);
    return "";
  }

  #wrong(place: Place, message: string): void {
    this.#diagnostics.push(problem("error", this.#file, place, message));
  }
}
