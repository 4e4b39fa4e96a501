/** A compiled mini program: what the compiler gives, the host serves and the view runs. Types only. */

/** Where something in the author's folder is wrong, and what to do about it. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  /** Path inside the folder that was given to the compiler, with "/". */
  readonly file: string;
  /** From 1; 0 where the whole file is meant. */
  readonly line: number;
  /** From 1; 0 where the whole line is meant. */
  readonly column: number;
  readonly message: string;
  readonly hint?: string;
}

/** What was written in a file that is none of the program's. */
export interface OriginalText {
  /** As a `ModuleMap` calls it: a path inside the project, or "node_modules/…". */
  readonly name: string;
  readonly text: string;
  /** Absolute; null where it is not known. */
  readonly path: string | null;
}

/** app.json, page json and component json after BOM, comments and trailing commas are gone. */
export type JsonObject = { readonly [key: string]: JsonValue };
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** Whose styles reach whom, in WeChat's words. The last three are for pages. */
export type StyleIsolation =
  | "isolated"
  | "apply-shared"
  | "shared"
  | "page-isolated"
  | "page-apply-shared"
  | "page-shared";

/** How a template may be updated by what is set. */
export interface TemplateUpdates {
  /**
   * Fields of the data that components of the author's, slots or `change:` listeners hear of: what is set of these is
   * drawn at once, all else can wait for the next frame. Null: nothing can wait.
   */
  readonly heard: readonly string[] | null;
  /** Whether what an item of a list depends on can be found out: there is no `<template is>`, and nobody hears. */
  readonly byItem: boolean;
}

/** A page or a component: the four files of one name. */
export interface Unit {
  /** Path without extension: "pages/chat/chat". Templates and styles are found under it. */
  readonly path: string;
  readonly kind: "page" | "component";
  /** Root of the subpackage that it belongs to ("packages/shop"), "" for the main package. */
  readonly package: string;
  /** Module to run for its registration ("pages/chat/chat.js", also for a TypeScript source); null: it has none. */
  readonly script: string | null;
  readonly json: JsonObject;
  /**
   * Tag to unit path, and only tags that lead to a unit of this program: components of app.json are merged in,
   * relative, absolute and npm paths are resolved. Built-in tags ("view", "text") are not listed: templates keep
   * them as written, and the view answers them with its own components.
   */
  readonly usingComponents: Readonly<Record<string, string>>;
  /** Generic tags of `componentGenerics`, to the unit path of their default or null. */
  readonly generics: Readonly<Record<string, string | null>>;
  /** From the json or, as far as it stands there literally, from `options` in the script; else WeChat's default. */
  readonly styleIsolation: StyleIsolation;
  /** The class prefix of this unit's own styles (`.a` became `.<prefix>--a`); "" where its styles are shared. */
  readonly stylePrefix: string;
  readonly updates: TemplateUpdates;
}

/** A subpackage of app.json. */
export interface Package {
  /** Without slashes at its ends. */
  readonly root: string;
  readonly name?: string;
  readonly independent: boolean;
}

export interface Program {
  /** Changes with every compilation that changed anything. */
  readonly version: number;
  readonly appId: string;
  readonly appJson: JsonObject;
  /** All pages in order, those of subpackages with their root. The first is the entry unless `entryPagePath` says otherwise. */
  readonly pages: readonly string[];
  readonly packages: readonly Package[];
  /** Pages, every component that they reach, and the custom tab bar ("custom-tab-bar/index"). */
  readonly units: Readonly<Record<string, Unit>>;
  /** project.config.json with its private twin laid over it. */
  readonly project: JsonObject;
  /** theme.json: what "@name" in app.json's window and tabBar and in page json means in each theme. */
  readonly theme: { readonly light: JsonObject; readonly dark: JsonObject };
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The program's code, as classic scripts that the host serves beside the Program:
 *
 * - `modules.js` calls `__weappDefine(path, load, map?)` for every script and JSON file that the program reaches ("app.js",
 *   "pages/chat/chat.js", "miniprogram_npm/dayjs/index.js"); the order of calls means nothing. `load(scope)` evaluates
 *   the file (a file with a syntax error throws it here, and nowhere else) and returns
 *   `function (require, module, exports)`. The names of `HIDDEN_NAMES` and `PHONE_GLOBALS` (module-scope.ts) are
 *   bound to the properties of `scope`, undefined where it has none; all other globals are the realm's. `map`
 *   (source-map.ts) leads from a module that was transformed, or bundled, to what was written. What
 *   `require(request)` means is `resolveModule` (module-path.ts).
 * - `templates.js` calls `__weappTemplates(groups, filters)` once, `groups` being glass-easel's generated template
 *   groups by unit path: `{ groupList: groups, content: groups[path] }` is what glass-easel takes.
 *   A group's text is evaluated when it is first drawn. `filters.A(listener)`
 *   may be replaced to wrap what a WXS `change:` observer is called with, `filters.C(component, event, listener)` set
 *   to call WXS event handlers. Tags are as the author wrote them. A broken or missing WXS module is an empty one; that it is broken stands in the diagnostics.
 * - `styles.json` is `Record<string, string>`: "app" and each unit path to processed CSS. Selectors of
 *   built-in tags are `wx-view` (`page` is `wx-page`), `:host` is `[wx-host=<stylePrefix>]`, rpx is vw (1rpx = 100vw / 750), local
 *   files are "../program/files/<path>", and `prefers-color-scheme: dark` asks for `data-theme="dark"` on the root
 *   element.
 *
 * The host serves them under "/program/", the program as "program.json", local files of the author as
 * "files/<path inside the program>", the text of whatever file a place names as "sources/<file>", and what a frame page needs to reach the host as "session.json"
 * (host/session-info.ts; then `openRelay` of relay/page/relay.ts).
 */
export interface ProgramFiles {
  readonly program: Program;
  readonly modules: string;
  readonly templates: string;
  readonly styles: Readonly<Record<string, string>>;
  /** What was written in packages that were bundled ("node_modules/…") and in what a build tool read, by name. */
  readonly originals: ReadonlyMap<string, OriginalText>;
}
