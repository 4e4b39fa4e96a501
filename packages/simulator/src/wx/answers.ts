import type { JsonObject } from "../program.js";
import type { CallOptions, CallResult } from "./call.js";
import { BUTTON_ANSWERS, DEFAULT_ANSWERS } from "./default-answers.js";

/**
 * What a function answers: the fields of its result, `{ errMsg: "login:fail …" }` for a failure, or a function of the
 * call's options that gives such a value, now or later. What it throws becomes the failure.
 */
export type Answer = object | ((options: Readonly<Record<string, unknown>>) => unknown);

/** What a phone, its owner and WeChat's own servers would answer. A person or a test may say something else. */
export interface Answers {
  /** Functions that only answer, by name, with what they answer now. Those given to `set` are among them. */
  list(): Readonly<Record<string, Answer>>;
  /** From now on `wx[api]` answers this and does nothing else, whatever it does otherwise. Throws where there is none. */
  set(api: string, answer: Answer): void;
  /** Back to how it was; without a name: all of them. */
  reset(api?: string): void;
  /** What was set, if something was. */
  scripted(api: string): Answer | undefined;
  /** What a function that only answers does. */
  answer(api: string, options: CallOptions): Promise<CallResult>;
}

const DEFAULTS: Readonly<Record<string, JsonObject>> = { ...DEFAULT_ANSWERS, ...BUTTON_ANSWERS };

/** @param isFunction whether `wx` has a function of that name */
export function createAnswers(isFunction: (api: string) => boolean): Answers {
  const scripted = new Map<string, Answer>();
  return {
    list: () => ({ ...DEFAULTS, ...Object.fromEntries(scripted) }),
    set(api, answer) {
      if (!isFunction(api) && !Object.hasOwn(DEFAULTS, api))
        throw new Error(`answers.set: expected the name of a wx function, got "${api}"`);
      scripted.set(api, answer);
    },
    reset(api) {
      if (api === undefined) scripted.clear();
      else scripted.delete(api);
    },
    scripted: (api) => scripted.get(api),
    answer: (api, options) => settle(api, scripted.get(api) ?? structuredClone(DEFAULTS[api]) ?? {}, options),
  };
}

/** The result that an answer means. */
export async function settle(api: string, answer: Answer, options: CallOptions): Promise<CallResult> {
  const value = typeof answer === "function" ? await answer(options) : answer;
  const fields = (typeof value === "object" && value !== null ? value : {}) as JsonObject;
  return { ...fields, errMsg: typeof fields["errMsg"] === "string" ? fields["errMsg"] : `${api}:ok` };
}
