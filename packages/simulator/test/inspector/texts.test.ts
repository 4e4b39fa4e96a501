import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { closeCodeText, languages, texts } from "../../src/inspector/texts.js";

type Leaf = string | ((...args: never[]) => string);

/** Every text by its path: "steps.dns". */
function leaves(table: object, prefix = ""): [path: string, leaf: Leaf][] {
  return Object.entries(table).flatMap(([name, value]: [string, Leaf | object]) =>
    typeof value === "object" ? leaves(value, `${prefix}${name}.`) : [[`${prefix}${name}`, value]],
  );
}

const tables = Object.fromEntries(languages.map((language) => [language, leaves(texts[language])]));

describe.each(languages)("%s", (language) => {
  test("says everything that the others say", () => {
    const names = (of: string): string[] => tables[of]!.map(([path]) => path).toSorted();
    expect(names(language)).toEqual(names(languages[0]));
  });

  test("no text is empty or has spaces at its ends", () => {
    const odd = tables[language]!.filter(
      ([, leaf]) => typeof leaf === "string" && (leaf === "" || leaf !== leaf.trim()),
    );
    expect(odd).toEqual([]);
  });

  test("every text with a gap uses what is given for it", () => {
    for (const [path, leaf] of tables[language]!) {
      if (typeof leaf === "string") continue;
      const given = ["one", "two", "three"].slice(0, leaf.length);
      const said = (leaf as (...args: string[]) => string)(...given);
      expect([path, ...given.filter((gap) => !said.includes(gap))]).toEqual([path]);
    }
  });
});

test("Chinese is Chinese, English is English, but for names", () => {
  const names = /^(?:otherLanguage|unlimited|json|wxml|networks\.|steps\.(?:dns|tcp|tcpTls))/;
  const isChinese = (leaf: Leaf): boolean =>
    /\p{Script=Han}/u.test(typeof leaf === "string" ? leaf : String(leaf));
  const odd = [
    ...tables["zh"]!.filter(([path, leaf]) => !isChinese(leaf) && !names.test(path)),
    ...tables["en"]!.filter(([path, leaf]) => isChinese(leaf) && path !== "otherLanguage"),
  ];
  expect(odd).toEqual([]);
});

test("no text is left over", () => {
  const folder = join(import.meta.dirname, "../../src/inspector");
  const code = readdirSync(folder)
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith("texts-"))
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");
  // Panels and looks name their texts by a variable.
  const byVariable = new Set([
    "sockets",
    "calls",
    "console",
    "data",
    "problems",
    "connecting",
    "open",
    "closed",
    "failed",
    "lost",
  ]);
  byVariable.add("all").add("sent").add("received").add("errors").add("warnings").add("info");
  byVariable.add("json").add("text").add("hex").add("message").add("connection");
  const unused = Object.keys(texts.en).filter(
    (name) =>
      !byVariable.has(name) && !new RegExp(`(?:texts|rest)\\.${name}\\b|[{,] ${name}[ ,}]`).test(code),
  );
  expect(unused).toEqual([]);
});

test.each([
  [1000, texts.en.closeCodes[1000]],
  [1006, texts.en.closeCodes[1006]],
  [1004, texts.en.reservedCode],
  [2999, texts.en.reservedCode],
  [3000, texts.en.registeredCode],
  [3999, texts.en.registeredCode],
  [4000, texts.en.applicationCode],
  [4999, texts.en.applicationCode],
  [5000, texts.en.reservedCode],
  [0, texts.en.reservedCode],
])("close code %i is explained", (code, text) => {
  expect(closeCodeText(code, texts.en)).toBe(text);
});
