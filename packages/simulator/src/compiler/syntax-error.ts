import { compileFunction } from "node:vm";

export interface ScriptSyntaxError {
  readonly line: number;
  readonly message: string;
}

/** What the engine has against the text as the body of a module's wrapper; null where it parses. Runs nothing. */
export function findSyntaxError(text: string): ScriptSyntaxError | null {
  try {
    compileFunction(text, ["require", "module", "exports"], { filename: "module.js" });
    return null;
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    const line = Number(/^module\.js:(\d+)/u.exec(stack)?.[1] ?? 1);
    return { line, message: error instanceof Error ? error.message : String(error) };
  }
}
