/** A compiled mini program: what the compiler gives, the host serves and the view runs. Types only. */

/** Where something in the author's folder is wrong, and what to do about it. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  /** Path inside the program's folder, with "/". */
  readonly file: string;
  /** From 1; 0 where the whole file is meant. */
  readonly line: number;
  /** From 1; 0 where the whole line is meant. */
  readonly column: number;
  readonly message: string;
  readonly hint?: string;
}

/** app.json, page json and component json after BOM, comments and trailing commas are gone. */
export type JsonObject = { readonly [key: string]: JsonValue };
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A page or a component: the four files of one name. */
export interface Unit {
  /** Path without extension: "pages/chat/chat". */
  readonly path: string;
  readonly kind: "page" | "component";
  readonly json: JsonObject;
  /** Tag to unit path; components of app.json are merged in, relative and npm paths resolved. */
  readonly usingComponents: Readonly<Record<string, string>>;
  /** The class prefix of a style-isolated component; "" where styles are shared. */
  readonly stylePrefix: string;
}

export interface Program {
  /** Changes with every successful compilation. */
  readonly version: number;
  readonly appId: string;
  readonly appJson: JsonObject;
  /** All pages in order, those of subpackages with their root. The first is the entry unless `entryPagePath` says otherwise. */
  readonly pages: readonly string[];
  readonly units: Readonly<Record<string, Unit>>;
  /** project.config.json with its private twin laid over it. */
  readonly project: JsonObject;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The program's code, as classic scripts that the host serves beside the Program:
 *
 * - `modules.js` calls `__weappDefine(path, function (require, module, exports, …hidden names) {…})` for every script
 *   file ("app.js", "pages/chat/chat.js", "util/time.js"); the order of calls means nothing.
 * - `templates.js` calls `__weappTemplates(groups)` once, `groups` being glass-easel's generated template groups by
 *   unit path.
 * - `styles.json` is `Record<string, string>`: "app" and each unit path to processed CSS.
 */
export interface ProgramFiles {
  readonly program: Program;
  readonly modules: string;
  readonly templates: string;
  readonly styles: Readonly<Record<string, string>>;
}
