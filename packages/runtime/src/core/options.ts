import { isSocketDomain } from "./domain-policy.js";
import type { LegacyCurrent } from "./legacy-socket.js";
import { networkTypes, type NetworkType } from "./network-type.js";
import type { ProfileName } from "./profile.js";
import type { SocketTrace } from "./trace.js";
import type { UrlRule } from "./url-map.js";

/** What every runtime takes, whatever carries its bytes. Bad values: TypeError or RangeError that names the option. */
export interface RuntimeOptions {
  /** Behave as phones do, or as the simulator of WeChat DevTools. Default: "device". */
  readonly profile?: ProfileName | undefined;
  /** In the Referer. Default: "wx0000000000000000". "touristappid" switches the domain check off, as in DevTools. */
  readonly appId?: string | undefined;
  /** In the Referer. Default: "0" on device (develop, trial and audit builds), "devtools" in DevTools. */
  readonly version?: string | undefined;
  /** Default: a phone's, or DevTools' one. Page code cannot set it. */
  readonly userAgent?: string | undefined;
  /** As in app.json. `connectSocket`: milliseconds until a connection must be open. Default: 60000. */
  readonly networkTimeout?: { readonly connectSocket?: number | undefined } | undefined;
  /** Connections at a time. Default: 5 on device, 10 in DevTools. */
  readonly maxConnections?: number | undefined;
  /**
   * Which task the global functions speak to. Default: "first-not-closed", what phones do: a new task only
   * becomes the current one when there is none or it is CLOSED. "latest": what the documentation says.
   */
  readonly legacyCurrent?: LegacyCurrent | undefined;
  /** Refuse addresses that a released mini program may not connect to. Default: false, as in a development build. */
  readonly urlCheck?: boolean | undefined;
  /** The list for `urlCheck`: "wss://push.example.com". A port in it is not heeded. Default: none. */
  readonly socketDomains?: readonly string[] | undefined;
  /**
   * Leads addresses elsewhere: the first rule whose `from` begins the url. It applies to the url as the page wrote it,
   * before any check; `urlCheck` looks at what the page wrote. Default: none.
   */
  readonly map?: readonly UrlRule[] | undefined;
  /** app.json's list. With "audio" or "location" in it, hiding never suspends: both count as in use. Default: none. */
  readonly requiredBackgroundModes?: readonly string[] | undefined;
  /** At the start. Default: "wifi". */
  readonly networkType?: NetworkType | undefined;
  /** What page code threw in a callback. Default: thrown again in a task of its own. */
  readonly onUncaught?: ((error: unknown) => void) | undefined;
  /** Hears everything that happens to every socket, as it happens. Costs nothing when absent. Default: none. */
  readonly onSocketTrace?: ((event: SocketTrace) => void) | undefined;
}

/** Options after defaults and checks; undefined where the profile decides. */
export interface Settings {
  readonly profile: ProfileName;
  readonly appId: string;
  readonly version: string | undefined;
  readonly userAgent: string | undefined;
  readonly timeoutMs: number;
  readonly maxConnections: number | undefined;
  readonly legacyCurrent: LegacyCurrent;
  readonly urlCheck: boolean;
  readonly socketDomains: readonly string[];
  readonly map: readonly UrlRule[];
  readonly keepsRunning: boolean;
  readonly networkType: NetworkType;
  readonly onUncaught: ((error: unknown) => void) | undefined;
  readonly onSocketTrace: ((event: SocketTrace) => void) | undefined;
}

/** Longest that a timer of the platforms can wait. */
export const maxTimeoutMs = 2_147_483_647;
const headerText = /^[\t\u0020-\u007e]+$/;

export function readOptions(options: RuntimeOptions): Settings {
  if (!isRecord(options)) {
    throw new TypeError(`options must be an object, got ${show(options)}`);
  }
  const { networkTimeout = {} } = options;
  if (!isRecord(networkTimeout)) {
    throw new TypeError(`networkTimeout must be an object, got ${show(networkTimeout)}`);
  }
  const timeoutMs = number("networkTimeout.connectSocket", networkTimeout.connectSocket, maxTimeoutMs);
  const appId = text("appId", options.appId);
  const backgroundModes = list(
    "requiredBackgroundModes",
    options.requiredBackgroundModes,
    isText,
    "a string",
  );
  return {
    profile: word("profile", options.profile, ["device", "devtools"]) ?? "device",
    appId: appId ?? "wx0000000000000000",
    version: text("version", options.version),
    userAgent: text("userAgent", options.userAgent),
    timeoutMs: timeoutMs ?? 60_000,
    maxConnections: number("maxConnections", options.maxConnections, 65_535),
    legacyCurrent:
      word("legacyCurrent", options.legacyCurrent, ["first-not-closed", "latest"]) ?? "first-not-closed",
    urlCheck: (flag("urlCheck", options.urlCheck) ?? false) && appId !== "touristappid",
    socketDomains: list("socketDomains", options.socketDomains, isDomain, 'like "wss://push.example.com"'),
    map: readMap(options.map),
    keepsRunning: backgroundModes.some((mode) => mode === "audio" || mode === "location"),
    networkType: word("networkType", options.networkType, networkTypes) ?? "wifi",
    onUncaught: callback("onUncaught", options.onUncaught),
    onSocketTrace: callback("onSocketTrace", options.onSocketTrace),
  };
}

/** The rules of `map`; a TypeError names the one that is none. */
export function readMap(value: unknown): readonly UrlRule[] {
  return list("map", value, isRule, "{ from, to } with two strings");
}

const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string";
const isDomain = (value: unknown): value is string => isText(value) && isSocketDomain(value);
const isRule = (value: unknown): value is UrlRule =>
  isRecord(value) && ["from", "to"].every((key) => isText(Reflect.get(value, key)));

function word<T extends string>(name: string, value: T | undefined, words: readonly T[]): T | undefined {
  if (value === undefined || words.includes(value)) return value;
  const wanted = words.map((one) => `"${one}"`).join(", ");
  throw new (typeof value === "string" ? RangeError : TypeError)(
    `${name} must be one of ${wanted}, got ${show(value)}`,
  );
}

function number(name: string, value: unknown, max: number): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "number") throw new TypeError(`${name} must be a number, got ${show(value)}`);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new RangeError(`${name} must be a whole number from 1 to ${max}, got ${value}`);
}

function flag(name: string, value: unknown): boolean | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "boolean") return value;
  throw new TypeError(`${name} must be true or false, got ${show(value)}`);
}

/** A text that goes into a header. */
function text(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw new TypeError(`${name} must be a string, got ${show(value)}`);
  if (headerText.test(value)) return value;
  throw new RangeError(`${name} must be printable ASCII and not empty, got ${show(value)}`);
}

function list<T>(
  name: string,
  value: unknown,
  fits: (item: unknown) => item is T,
  wanted: string,
): readonly T[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new TypeError(`${name} must be an array, got ${show(value)}`);
  return value.map((item: unknown, index) => {
    if (fits(item)) return item;
    throw new TypeError(`${name}[${index}] must be ${wanted}, got ${show(item)}`);
  });
}

/** `value` if it is a function or undefined; else a TypeError that names the option. */
export function callback<T>(name: string, value: T | undefined): T | undefined {
  if (value === undefined || typeof value === "function") return value;
  throw new TypeError(`${name} must be a function, got ${show(value)}`);
}

function show(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
