import type { Scenario, ScenarioAction, ScenarioStep } from "../faults/scenario.js";
import { formatDuration } from "./format.js";

/** What stands in the editor until the reader writes a scenario. */
export const EXAMPLE = `{
  // The same seed makes the same story.
  "seed": 1,
  "steps": [
    { "at": 2000, "do": "offline", "for": 3000 },
    { "at": 8000, "do": "latency", "ms": 300, "jitterMs": 100, "for": 5000 },
    { "at": 10000, "every": 2000, "until": 20000, "probability": 0.5, "do": "cut" },
    { "at": 22000, "do": "close", "code": 1012, "reason": "restart" }
  ]
}
`;

/** The file that makes this scenario. */
export function formatScenario({ seed, steps }: Scenario): string {
  const lines = steps.map(({ action, at, every, until, probability, for: lasts }) => {
    const { do: name, ...rest } = action;
    const step = {
      at,
      ...(every !== null && { every }),
      ...(until !== null && { until }),
      ...(probability < 1 && { probability }),
      do: name,
      ...rest,
      ...(lasts !== null && { for: lasts }),
    };
    const fields = Object.entries(step).filter(([, value]) => value !== "" && value !== null);
    return `    { ${fields.map((field) => field.map((part) => JSON.stringify(part)).join(": ")).join(", ")} }`;
  });
  return `{\n  "seed": ${seed},\n  "steps": [\n${lines.join(",\n")}\n  ]\n}\n`;
}

/** "latency ms=300 jitterMs=100", in the file's own words. */
export function describeAction({ do: name, ...fields }: ScenarioAction): string {
  const given = Object.entries(fields).filter(([, value]) => value !== "" && value !== null);
  return [name, ...given.map(([field, value]) => `${field}=${String(value)}`)].join(" ");
}

/** When a step's time comes, and after which time again: ["2 s"], ["10 s", "1.50 s"]. */
export function describeTimes({ at, every }: ScenarioStep): readonly string[] {
  return (every === null ? [at] : [at, every]).map((ms) =>
    ms % 1_000 === 0 ? `${ms / 1_000} s` : formatDuration(ms),
  );
}

/** Milliseconds from the start until nothing of it happens any more; null: it goes on. */
export function scenarioLength({ steps }: Scenario): number | null {
  let end = 0;
  for (const { at, every, until, for: lasts } of steps) {
    if (every !== null && until === null) return null;
    end = Math.max(end, Math.max(at, until ?? 0) + (lasts ?? 0));
  }
  return end;
}
