import { expect, test } from "vitest";
import { formatUrlRules, parseUrlRules } from "../../src/inspector/url-rules.js";

test("a rule a line, in their order; empty lines and comments are none", () => {
  const text = "\n# push\nwss://a.example -> ws://127.0.0.1:3000\n  https://a.example/v1->http://b/ \n";
  const rules = [
    { from: "wss://a.example", to: "ws://127.0.0.1:3000" },
    { from: "https://a.example/v1", to: "http://b/" },
  ];
  expect(parseUrlRules(text)).toEqual({ rules, problems: [] });
  expect(parseUrlRules(formatUrlRules(rules)).rules).toEqual(rules);
});

test.each([
  ["wss://a.example ws://b", "arrow"],
  ["a.example -> ws://b", "from"],
  [" -> ws://b", "from"],
  ["wss://a.example ->", "to"],
  ["wss://a.example -> 127.0.0.1:3000", "to"],
  ["wss://a.example -> http://b", "kind"],
  ["https://a.example -> ws://b", "kind"],
])("%o is no rule: %s, and the line is named", (line, fault) => {
  expect(parseUrlRules(`wss://good -> ws://b\n${line}`)).toEqual({
    rules: [{ from: "wss://good", to: "ws://b" }],
    problems: [{ line: 2, fault }],
  });
});
