import { launch, type LaunchedProgram, type LaunchOptions } from "@weapp-socket/simulator";
import { onTestFinished } from "vitest";
import { makeProgram, type FileTexts } from "./program-folder.js";

/** Runs a program of one page, "pages/a/a", with these files laid over it, as long as its test. */
export async function run(files: FileTexts, options: LaunchOptions = {}): Promise<LaunchedProgram> {
  const app = await launch(makeProgram(files).dir, options);
  onTestFinished(() => app.close());
  return app;
}

/** What the author's code printed with `console.log`, a line each. */
export function said(app: LaunchedProgram): string[] {
  return app.logs.filter(({ level }) => level === "log").map(({ parts }) => parts.join(" "));
}

/** Warnings and errors, the first line of each. */
export function problems(app: LaunchedProgram): string[] {
  return app.logs
    .filter(({ level }) => level === "warn" || level === "error")
    .map(({ parts }) => parts.join(" ").split("\n")[0] ?? "");
}

/** The files of a custom component in "components/<name>/". */
export function component(name: string, script: string, template: string, json: object = {}): FileTexts {
  const path = `components/${name}/${name}`;
  return {
    [`${path}.js`]: script,
    [`${path}.wxml`]: template,
    [`${path}.json`]: JSON.stringify({ component: true, ...json }),
  };
}

/** The JSON of a page or component that uses these components of "components/". */
export function using(...names: readonly string[]): string {
  return JSON.stringify({ usingComponents: uses(...names) });
}

/** `usingComponents` that names these. */
export function uses(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, `/components/${name}/${name}`]));
}

/** Calls a function of the program's `wx` and gives what it answers, be it `success` or `fail`. */
export async function call(
  app: LaunchedProgram,
  api: string,
  options: object = {},
): Promise<Record<string, unknown>> {
  const act = app.wx[api] as (options: object) => void;
  return new Promise((resolve) => act({ ...options, complete: resolve }));
}
