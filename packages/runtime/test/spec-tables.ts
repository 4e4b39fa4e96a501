import { appTable, type AppInput, type AppState } from "../src/core/app-states.js";
import { deviceProfile } from "../src/core/profile-device.js";
import { devtoolsProfile } from "../src/core/profile-devtools.js";
import type { Profile, Row } from "../src/core/profile.js";
import { taskTable, type TaskInput, type TaskState } from "../src/core/task-states.js";

/** The tables of SPEC.md as the code has them, by the name in their marker. */
export const specTables: Readonly<Record<string, () => string>> = {
  "the task": () => {
    const states = Object.keys(taskTable) as TaskState[];
    const inputs = Object.keys(taskTable.connecting) as TaskInput[];
    return table(
      ["input", ...states],
      inputs.map((input) => {
        const cells = states.map((state) => {
          const [next, action] = taskTable[state][input];
          if (action === "ignore") return "–";
          return next === state ? action : `${action} → **${next}**`;
        });
        return [input as string].concat(cells);
      }),
    );
  },
  "the app": () => {
    const states = Object.keys(appTable) as AppState[];
    const inputs = Object.keys(appTable.foreground) as AppInput[];
    return table(
      ["input", ...states],
      inputs.map((input) => {
        const cells = states.map((state) => {
          const [next, actions] = appTable[state][input];
          const todo = actions.join(", ");
          return next === state ? todo || "–" : `${todo} → **${next}**`;
        });
        return [input as string].concat(cells);
      }),
    );
  },
  "the profiles": () => {
    const device = rowsOf(deviceProfile);
    const devtools = rowsOf(devtoolsProfile);
    return table(
      ["behaviour", "device", "evidence", "devtools", "evidence"],
      [...device].map(([key, row]) => {
        const other = devtools.get(key)!;
        return [key, show(key, row.value), row.evidence, show(key, other.value), other.evidence];
      }),
    );
  },
};

/** Every row with its path: "failures.dns". */
export function rowsOf(profile: Profile): Map<string, Row<unknown>> {
  const rows = new Map<string, Row<unknown>>();
  for (const [key, value] of Object.entries(profile)) {
    if (typeof value !== "object") continue;
    if ("evidence" in value) rows.set(key, value as Row<unknown>);
    else for (const [name, row] of Object.entries(value)) rows.set(`${key}.${name}`, row as Row<unknown>);
  }
  return rows;
}

/** Rules are shown at work. */
const samples: Readonly<Record<string, readonly unknown[]>> = {
  excess: [5],
  ending: [1006, ""],
  closeCode: [1001],
  sendException: ["broken page"],
  domainWarning: ["wss://a.example"],
};

function show(key: string, value: unknown): string {
  if (typeof value === "function") {
    const given = samples[key]!;
    const result: unknown = Reflect.apply(value, undefined, given);
    return `${given.map((one) => JSON.stringify(one)).join(", ")}: ${show(key, result)}`;
  }
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "object" && value !== null) {
    return Object.entries(value)
      .map(([name, part]) => `${name} ${show(key, part)}`)
      .join(", ");
  }
  return typeof value === "string" ? `\`${value}\`` : String(value);
}

function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
