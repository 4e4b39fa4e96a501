import { normalizePath } from "../module-path.js";
import type { Diagnostic, JsonObject, Package } from "../program.js";
import { problem, WHOLE_FILE } from "./diagnostics.js";
import type { SourceReader } from "./source-files.js";
import { arrayAt, isJsonObject, objectAt, readConfigFile, stringAt, type JsonFile } from "./tolerant-json.js";

/** app.json and theme.json, checked. */
export interface AppConfig {
  readonly json: JsonObject;
  readonly pages: readonly PageEntry[];
  readonly packages: readonly Package[];
  readonly theme: { readonly light: JsonObject; readonly dark: JsonObject };
  readonly customTabBar: boolean;
  /** WXSS files without extension that stand before app.wxss: those of `useExtendedLib`. */
  readonly extendedStyles: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface PageEntry {
  readonly path: string;
  /** Root of its subpackage, or "". */
  readonly package: string;
  /** Where app.json names it: the keys that lead there. */
  readonly key: readonly (string | number)[];
}

const FILE = "app.json";
const WEUI_STYLE = "miniprogram_npm/weui-miniprogram/weui-wxss/dist/style/weui";

/** Null where there is no app.json. */
export function readAppConfig(reader: SourceReader): (AppConfig & { readonly file: JsonFile }) | null {
  const file = readConfigFile(reader, FILE);
  if (file === null) return null;
  const json = file.value;
  const check = new AppChecker(file);
  const pages = check.pages(arrayAt(json, "pages"), "", ["pages"]);
  const packages: Package[] = [];
  for (const key of ["subPackages", "subpackages"]) {
    arrayAt(json, key).forEach((item, index) => {
      const root = isJsonObject(item) ? normalizePath(stringAt(item, "root", "")) : null;
      if (!isJsonObject(item) || root === null || root === "") {
        check.wrong([key, index], "a subpackage needs a root inside the program");
        return;
      }
      const name = stringAt(item, "name", "");
      packages.push({ root, ...(name !== "" && { name }), independent: item["independent"] === true });
      pages.push(...check.pages(arrayAt(item, "pages"), root, [key, index, "pages"]));
    });
  }
  if (pages.length === 0) {
    check.wrong(["pages"], "app.json names no pages", 'give it "pages": ["pages/index/index"]');
  }
  check.entryPage(stringAt(json, "entryPagePath", ""), pages);
  const tabBar = objectAt(json, "tabBar");
  check.tabBar(tabBar, pages);
  const extendedStyles = check.extendedStyles(objectAt(json, "useExtendedLib"), reader);
  const theme = readTheme(reader, stringAt(json, "themeLocation", ""), check);
  const diagnostics = [...file.diagnostics, ...check.diagnostics];
  return {
    file,
    json,
    pages,
    packages,
    theme,
    customTabBar: tabBar["custom"] === true,
    extendedStyles,
    diagnostics,
  };
}

class AppChecker {
  readonly diagnostics: Diagnostic[] = [];
  readonly #file: JsonFile;
  readonly #seen = new Set<string>();

  constructor(file: JsonFile) {
    this.#file = file;
  }

  wrong(key: readonly (string | number)[], message: string, hint?: string): void {
    this.diagnostics.push(problem("error", FILE, this.#file.place(key), message, hint));
  }

  pages(list: readonly unknown[], root: string, key: readonly (string | number)[]): PageEntry[] {
    const entries: PageEntry[] = [];
    list.forEach((item, index) => {
      const own = typeof item === "string" ? normalizePath(item.replace(/\.(?:wxml|html)$/u, "")) : null;
      const place = [...key, index];
      if (own === null || own === "") {
        this.wrong(place, `a page is a path inside the program, got ${JSON.stringify(item)}`);
        return;
      }
      const path = root === "" ? own : `${root}/${own}`;
      if (this.#seen.has(path)) return;
      this.#seen.add(path);
      entries.push({ path, package: root, key: place });
    });
    return entries;
  }

  entryPage(path: string, pages: readonly PageEntry[]): void {
    if (path === "" || pages.some((page) => page.path === normalizePath(path))) return;
    this.wrong(["entryPagePath"], `entryPagePath "${path}" is none of the pages`);
  }

  tabBar(tabBar: JsonObject, pages: readonly PageEntry[]): void {
    arrayAt(tabBar, "list").forEach((item, index) => {
      const path = isJsonObject(item) ? stringAt(item, "pagePath", "") : "";
      const known = pages.find((page) => page.path === normalizePath(path));
      const place = ["tabBar", "list", index, "pagePath"];
      if (known === undefined) this.wrong(place, `the tab "${path}" is none of the pages`, "add it to pages");
      else if (known.package !== "")
        this.wrong(place, `the tab "${path}" is in a subpackage`, "tabs belong to the main package");
    });
  }

  /** WeChat has WeUI built in; here it is the package that it is on npm. */
  extendedStyles(libraries: JsonObject, reader: SourceReader): readonly string[] {
    if (libraries["weui"] !== true) return [];
    if (reader.exists(`${WEUI_STYLE}.wxss`)) return [WEUI_STYLE];
    const place = this.#file.place(["useExtendedLib", "weui"]);
    const hint = "npm install weui-miniprogram";
    this.diagnostics.push(problem("warning", FILE, place, "WeUI is not installed", hint));
    return [];
  }

  add(diagnostics: readonly Diagnostic[]): void {
    this.diagnostics.push(...diagnostics);
  }
}

function readTheme(reader: SourceReader, location: string, check: AppChecker): AppConfig["theme"] {
  const path = location === "" ? null : normalizePath(location);
  if (path === null) return { light: {}, dark: {} };
  const file = readConfigFile(reader, path);
  if (file === null) {
    check.wrong(["themeLocation"], `there is no file "${location}"`);
    return { light: {}, dark: {} };
  }
  check.add(file.diagnostics);
  return { light: objectAt(file.value, "light"), dark: objectAt(file.value, "dark") };
}

/** Where the whole of app.json is meant. */
export function missingAppConfig(): Diagnostic {
  const hint = "a mini program's folder has an app.json, or a project.config.json with its miniprogramRoot";
  return problem("error", FILE, WHOLE_FILE, "there is no app.json here", hint);
}
