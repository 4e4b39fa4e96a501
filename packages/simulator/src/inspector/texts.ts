import { en } from "./texts-en.js";
import { zh } from "./texts-zh.js";

/** The inspector's languages. A test holds their tables to the same names. */
export const languages = ["zh", "en"] as const;
export type Language = (typeof languages)[number];

type Widened<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : { readonly [K in keyof T]: Widened<T[K]> };

export type Texts = Widened<typeof zh>;

export const texts: Readonly<Record<Language, Texts>> = { zh, en };

/** What a close code means, in a sentence. */
export function closeCodeText(code: number, { closeCodes, ...rest }: Texts): string {
  const known = closeCodes[code];
  if (known !== undefined) return known;
  if (code >= 4000 && code <= 4999) return rest.applicationCode;
  return code >= 3000 && code <= 3999 ? rest.registeredCode : rest.reservedCode;
}
