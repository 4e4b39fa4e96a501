import { expect, test } from "vitest";
import { parseScenario } from "../../src/index.js";
import {
  describeAction,
  describeTimes,
  EXAMPLE,
  formatScenario,
  scenarioLength,
} from "../../src/inspector/scenario-text.js";

const read = (text: string) => {
  const { scenario, diagnostics } = parseScenario(text, "s.json");
  expect(diagnostics).toEqual([]);
  return scenario!;
};

test("the example is a scenario, and what is written of a scenario is that scenario", () => {
  const scenario = read(EXAMPLE);
  expect(read(formatScenario(scenario))).toEqual(scenario);
  expect(scenarioLength(scenario)).toBe(22_000);
  expect(scenarioLength(read('{"steps":[{"do":"cut","every":1000}]}'))).toBeNull();
  expect(scenarioLength(read('{"steps":[{"at":5000,"do":"hide","for":700}]}'))).toBe(5_700);
});

test("a step is said in the file's own words", () => {
  const { steps } = read(
    '{"steps":[{"at":2000,"do":"latency","ms":300},{"at":10,"every":1500,"do":"cut","only":"wss://a"},{"do":"close"}]}',
  );
  expect(steps.map(({ action }) => describeAction(action))).toEqual([
    "latency ms=300 jitterMs=0",
    "cut only=wss://a",
    "close code=1000",
  ]);
  expect(steps.map(describeTimes)).toEqual([["2 s"], ["10 ms", "1.50 s"], ["0 s"]]);
});
