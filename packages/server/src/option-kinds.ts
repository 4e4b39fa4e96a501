import { limitNames, type LimitOptions } from "./limits.js";
import type { PushServerOptions } from "./options.js";

type Kind = "a string" | "a number" | "true or false" | "a function" | "a list" | "an object";

type OwnOptions = Omit<PushServerOptions, keyof LimitOptions>;

/** What each option is, roughly: the rest is said where it is used. */
const KINDS: Readonly<Record<keyof OwnOptions, readonly Kind[]>> = {
  adminKey: ["a string"],
  apiKeys: ["a list"],
  wxLogin: ["a function"],
  loginLimits: ["an object"],
  nodeId: ["a string"],
  broker: ["an object"],
  channels: ["a list"],
  authenticate: ["a function"],
  requireIdentity: ["true or false"],
  tokenSource: ["an object"],
  tokenInFirstMessage: ["true or false"],
  authorize: ["a function"],
  methods: ["an object"],
  origins: ["a list"],
  trustedProxies: ["a number"],
  compression: ["true or false", "an object"],
  chooseSubprotocol: ["a function"],
  webhook: ["an object"],
  onOffline: ["a function"],
  logger: ["an object"],
  clock: ["an object"],
};

/**
 * A limit that is misspelt would be passed over in silence, and a function that is none be found out by the first client.
 * @throws TypeError
 */
export function checkKinds(options: PushServerOptions): void {
  const known = new Map<string, readonly Kind[]>(Object.entries(KINDS));
  for (const name of limitNames) known.set(name, ["a number"]);
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    const kinds = known.get(name);
    if (kinds === undefined) {
      throw new TypeError(`options: expected ${[...known.keys()].join(", ")}, got ${JSON.stringify(name)}`);
    }
    if (value === undefined) continue;
    const kind = value === null ? "null" : kindOf(value);
    if (kinds.some((each) => each === kind)) continue;
    throw new TypeError(`${name}: expected ${kinds.join(" or ")}, got ${kind}`);
  }
}

function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case "string":
      return "a string";
    case "number":
      return "a number";
    case "boolean":
      return "true or false";
    case "function":
      return "a function";
    default:
      return Array.isArray(value) ? "a list" : "an object";
  }
}
