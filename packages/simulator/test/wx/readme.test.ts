import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../headless-world.js";

/** The text below each heading of the README. */
const sections = new Map(
  readFileSync(join(import.meta.dirname, "../../README.md"), "utf8")
    .split(/^#+ /mu)
    .map((section) => {
      const [heading = "", ...lines] = section.split("\n");
      return [heading, lines.join("\n")] as const;
    }),
);

const named = (heading: string): string[] =>
  [...(sections.get(heading) ?? "").matchAll(/`([a-z]\w+)`/gu)].map(([, name = ""]) => name);

test("the README says of every function whether it works, answers, does nothing or is missing", async () => {
  const { wx, answers } = await run({});
  const canIUse = wx["canIUse"] as (name: string) => boolean;
  const functions = Object.keys(wx).filter(
    (name) => !/^(?:on|off)[A-Z]/u.test(name) && typeof wx[name] === "function",
  );
  const missing = named("These say that they are missing").filter((name) => name in wx);
  const rest = [
    ...named("These work"),
    ...named("These answer from a panel").filter((name) => name in wx),
    ...named("These say that they went well and do nothing"),
  ];
  expect(missing.toSorted()).toEqual(functions.filter((name) => !canIUse(name)).toSorted());
  expect(rest.toSorted()).toEqual(functions.filter((name) => canIUse(name)).toSorted());
  expect(
    named("These answer from a panel")
      .filter((name) => name !== "answers")
      .toSorted(),
  ).toEqual(Object.keys(answers.list()).toSorted());
});
