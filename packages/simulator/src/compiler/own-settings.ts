import type { DomainLists } from "../domain-list.js";
import type { Diagnostic, JsonObject, JsonValue } from "../program.js";
import { urlRuleFault, urlRuleFaultText } from "../url-rule.js";
import { problem } from "./diagnostics.js";
import type { SourceReader } from "./source-files.js";
import { isJsonObject, readConfigFile, type JsonFile } from "./tolerant-json.js";

/**
 * weapp-socket.json beside project.config.json: what WeChat keeps on its servers or in DevTools' dialogs, and so stands
 * in no file of the project.
 *
 *     {
 *       "domains": { "request": ["https://api.example.com"], "socket": ["wss://push.example.com"],
 *                    "uploadFile": [], "downloadFile": [] },
 *       "map": { "wss://push.example.com": "ws://127.0.0.1:3000" }
 *     }
 */
export interface OwnSettings {
  /** Null: the file says nothing of domains. */
  readonly domains: DomainLists | null;
  readonly map: readonly { readonly from: string; readonly to: string }[];
  readonly diagnostics: readonly Diagnostic[];
}

const FILE = "weapp-socket.json";
const LISTS = ["request", "socket", "uploadFile", "downloadFile"] as const;

export function readOwnSettings(reader: SourceReader): OwnSettings {
  const file = readConfigFile(reader, FILE);
  if (file === null) return { domains: null, map: [], diagnostics: [] };
  const diagnostics = [...file.diagnostics];
  const { domains, map } = file.value;
  for (const key of Object.keys(file.value)) {
    if (key !== "domains" && key !== "map") {
      diagnostics.push(
        problem("warning", FILE, file.place([key]), `unknown setting "${key}"`, "known are domains and map"),
      );
    }
  }
  return {
    domains: domains === undefined ? null : readDomains(domains, file, diagnostics),
    map: map === undefined ? [] : readMap(map, file, diagnostics),
    diagnostics,
  };
}

function readDomains(value: JsonValue, file: JsonFile, diagnostics: Diagnostic[]): DomainLists {
  const lists = expectObject(value, ["domains"], file, diagnostics);
  const read = (name: (typeof LISTS)[number]): readonly string[] => {
    const list = lists[name] ?? [];
    const scheme = name === "socket" ? "wss" : "https";
    const entries: readonly JsonValue[] = Array.isArray(list) ? list : [list];
    return entries.filter((entry, index): entry is string => {
      if (typeof entry === "string" && new RegExp(`^${scheme}://[^/?#\\s]+/?$`, "iu").test(entry))
        return true;
      const message = `expected an address like "${scheme}://example.com", got ${JSON.stringify(entry)}`;
      diagnostics.push(problem("error", FILE, file.place(["domains", name, index]), message));
      return false;
    });
  };
  return {
    request: read("request"),
    socket: read("socket"),
    uploadFile: read("uploadFile"),
    downloadFile: read("downloadFile"),
  };
}

function readMap(value: JsonValue, file: JsonFile, diagnostics: Diagnostic[]): OwnSettings["map"] {
  return Object.entries(expectObject(value, ["map"], file, diagnostics)).flatMap(([from, to]) => {
    const rule = { from, to: typeof to === "string" ? to : "" };
    const fault = urlRuleFault(rule);
    if (fault === null) return [rule];
    const message =
      typeof to === "string" ? urlRuleFaultText(fault, rule) : "expected the address that it leads to";
    diagnostics.push(problem("error", FILE, file.place(["map", from]), message));
    return [];
  });
}

function expectObject(
  value: JsonValue,
  key: readonly string[],
  file: JsonFile,
  diagnostics: Diagnostic[],
): JsonObject {
  if (isJsonObject(value)) return value;
  diagnostics.push(problem("error", FILE, file.place(key), `expected an object at ${key.join(".")}`));
  return {};
}
