import type { Program } from "../program.js";
import type { AppHolder } from "./app.js";
import type { Definers, Framework } from "./easel/framework.js";
import type { Definition } from "./easel/definition.js";
import type { ModuleLoader } from "./module-loader.js";

export interface AuthorCodeParts {
  readonly program: Program;
  readonly framework: Framework;
  readonly loader: ModuleLoader;
  readonly app: AppHolder;
  /** `getCurrentPages()` */
  readonly currentPages: () => readonly unknown[];
  readonly guard: (where: string, act: () => unknown) => unknown;
}

/** Runs the program's scripts. */
export interface AuthorCode {
  /** What scripts find beside `wx`: `App`, `Page`, `Component`, … */
  readonly globals: Readonly<Record<string, unknown>>;
  /** Runs app.js, if there is one. */
  start(): void;
  /** Runs a unit's script, and before it those of the components that it uses, if they have not run. */
  load(path: string): void;
}

export function createAuthorCode(parts: AuthorCodeParts): AuthorCode {
  const { program, framework, loader, app, guard } = parts;
  const loaded = new Set<string>();
  let definers: Definers | undefined;

  const define = (name: "Page" | "Component") => (definition?: Definition) => {
    if (definers === undefined)
      throw new Error(`${name}: expected to be called while a page's or component's script runs`);
    // Without a definition `Component` gives the framework's builder.
    return name === "Component" && definition === undefined
      ? definers.Component()
      : definers[name](definition ?? {});
  };

  function load(path: string): void {
    const unit = program.units[path];
    if (unit === undefined || loaded.has(path)) return;
    loaded.add(path);
    for (const used of Object.values(unit.usingComponents)) load(used);
    for (const used of Object.values(unit.generics)) if (used !== null) load(used);
    framework.define(path, (given) => {
      const outer = definers;
      definers = given;
      const { script } = unit;
      if (script !== null) guard(script, () => loader.run(script));
      // A unit whose script failed, or is not there, is still shown: its template may say what is wrong.
      if (!framework.isDefined(path)) given[unit.kind === "page" ? "Page" : "Component"]({});
      definers = outer;
    });
  }

  return {
    load,
    start() {
      if (loader.has("app.js")) guard("app.js", () => loader.run("app.js"));
    },
    globals: {
      App: (options: unknown) => app.define(options),
      getApp: (options: unknown) => app.get(options),
      getCurrentPages: () => parts.currentPages(),
      Page: define("Page"),
      Component: define("Component"),
      Behavior: framework.Behavior,
      // A phone may run several of these; here it is one realm.
      requirePlugin: (name: unknown) => {
        throw new Error(`requirePlugin: plugins are not supported in weapp-socket ("${String(name)}")`);
      },
    },
  };
}
