import type { Implementation } from "./call.js";

/** Functions of one subject, as `wx` gets them. */
export interface WxFunctions {
  /** Those in WeChat's two forms, with callbacks or a promise. */
  readonly calls?: Readonly<Record<string, Implementation>>;
  /** Those that answer at once, make something, or take a listener. */
  readonly plain?: Readonly<Record<string, PlainFunction>>;
}

export type PlainFunction = (...args: readonly unknown[]) => unknown;

/** A function that does nothing here and says that it went well. */
export function succeed(api: string): Implementation {
  return () => ({ errMsg: `${api}:ok` });
}

/** Those that only say that they went well. */
export function succeedAll(apis: readonly string[]): Readonly<Record<string, Implementation>> {
  return Object.fromEntries(apis.map((api) => [api, succeed(api)]));
}

/** "String", "Undefined": how WeChat names what it got. */
export function typeName(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** WeChat's words for an option of the wrong type. */
export function wrongType(api: string, option: string, wanted: string, value: unknown): string {
  return `${api}:fail parameter error: parameter.${option} should be ${wanted} instead of ${typeName(value)};`;
}
