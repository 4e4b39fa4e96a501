import type { Diagnostic, JsonObject, JsonValue } from "../program.js";
import { normalizePath } from "../module-path.js";
import type { SourceReader } from "./source-files.js";
import { isJsonObject, readConfigFile, stringAt } from "./tolerant-json.js";

/** What DevTools knows of a project: project.config.json, and project.private.config.json laid over it. */
export interface ProjectConfig {
  readonly project: JsonObject;
  readonly appId: string;
  /** Folder of app.json inside the project's folder, "" for the folder itself. */
  readonly miniprogramRoot: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** The appid that DevTools gives to a project without one. */
export const TOURIST_APP_ID = "touristappid";

export function readProjectConfig(reader: SourceReader): ProjectConfig {
  const shared = readConfigFile(reader, "project.config.json");
  const own = readConfigFile(reader, "project.private.config.json");
  const project = merge(shared?.value ?? {}, own?.value ?? {});
  const root = normalizePath(stringAt(project, "miniprogramRoot", ""));
  return {
    project,
    appId: stringAt(project, "appid", "") || TOURIST_APP_ID,
    miniprogramRoot: root ?? "",
    diagnostics: [...(shared?.diagnostics ?? []), ...(own?.diagnostics ?? [])],
  };
}

/** Objects are merged key by key, all else is replaced. */
function merge(under: JsonObject, over: JsonObject): JsonObject {
  const result: Record<string, JsonValue> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    result[key] = isJsonObject(below) && isJsonObject(value) ? merge(below, value) : value;
  }
  return result;
}
