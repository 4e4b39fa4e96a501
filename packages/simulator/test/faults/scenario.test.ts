import { expect, test } from "vitest";
import { playScenario } from "../../src/faults/scenario-player.js";
import { createVirtualClock, parseScenario, type Scenario } from "../../src/index.js";
import { lines } from "../compiler/compiled-program.js";
import { run as runProgram } from "../headless-world.js";
import { createFaultWorld } from "./fault-world.js";

/** What happened on the stage, with its time. */
async function play(text: string, forMs: number): Promise<readonly string[]> {
  const { scenario, diagnostics } = parseScenario(text, "s.json");
  expect(lines(diagnostics)).toEqual([]);
  const { clock, faults } = createFaultWorld();
  const seen: string[] = [];
  const note = (what: string): void => void seen.push(`${clock.now()} ${what}`);
  playScenario(scenario!, {
    clock,
    faults,
    hide: () => note("hide"),
    show: () => note("show"),
    setNetworkType: (type) => note(`network ${type}`),
    onStep: ({ do: what }, undo) => note(undo ? `${what} is over` : what),
  });
  await clock.advance(forMs);
  return seen;
}

test("steps happen at their time, what lasts is undone", async () => {
  const seen = await play(
    `{ "steps": [ // in any order
      { "at": 500, "do": "hide", "for": 100 },
      { "at": 100, "do": "offline", "for": 50 },
      { "at": 300, "do": "network", "type": "4g" },
    ] }`,
    1000,
  );
  expect(seen).toEqual([
    "100 offline",
    "100 network none",
    "150 network wifi",
    "150 offline is over",
    "300 network",
    "300 network 4g",
    "500 hide",
    "500 hide",
    "600 show",
    "600 hide is over",
  ]);
});

test("repeated steps end at their time, and one seed makes one story", async () => {
  const text = (seed: number): string =>
    JSON.stringify({ seed, steps: [{ at: 100, every: 100, until: 2000, probability: 0.5, do: "cut" }] });
  const [first, again, other] = [
    await play(text(1), 9999),
    await play(text(1), 9999),
    await play(text(2), 9999),
  ];
  expect(first).toEqual(again);
  expect(first).not.toEqual(other);
  expect(first.length).toBeGreaterThan(4);
  expect(first.length).toBeLessThan(16);
  expect(Number(first.at(-1)?.split(" ")[0])).toBeLessThanOrEqual(2000);
});

test("every action reaches the faults", async () => {
  const { clock, faults, dial } = createFaultWorld();
  const { scenario } = parseScenario(
    JSON.stringify({
      steps: [
        { at: 0, do: "latency", ms: 10, jitterMs: 5 },
        { at: 0, do: "bandwidth", bytesPerSecond: 1000 },
        { at: 0, do: "pause" },
        { at: 10, do: "resume" },
        { at: 20, do: "reject", count: 1, cause: "tls" },
        { at: 40, do: "close", code: 4001, reason: "r", only: "ws://b" },
        { at: 30, do: "halfOpen", only: "ws://c" },
      ],
    }),
    "s.json",
  );
  const stage = {
    clock,
    faults,
    hide: () => undefined,
    show: () => undefined,
    setNetworkType: () => undefined,
  };
  const run = playScenario(scenario!, stage);
  await clock.advance(0);
  expect(faults.conditions).toEqual({
    offline: false,
    latencyMs: 10,
    jitterMs: 5,
    bytesPerSecond: 1000,
    paused: true,
  });
  await clock.advance(20);
  const rejected = dial();
  const closed = dial("ws://b");
  await clock.advance(30);
  expect(rejected.heard).toEqual(["30 fail tls"]);
  expect(closed.heard).toEqual(["30 open", "50 close 4001 r"]);
  run.stop();
  expect(clock.timers).toBe(0);
});

test("a scenario that is stopped does nothing more", async () => {
  const { clock, faults } = createFaultWorld();
  const { scenario } = parseScenario('{"steps":[{"at":10,"do":"hide","for":10}]}', "s.json");
  const seen: string[] = [];
  const run = playScenario(scenario!, {
    clock,
    faults,
    hide: () => seen.push("hide"),
    show: () => seen.push("show"),
    setNetworkType: () => undefined,
  });
  await clock.advance(10);
  run.stop();
  await clock.advance(1000);
  expect(seen).toEqual(["hide"]);
  expect([run.state, run.steps]).toEqual([
    "stopped",
    [{ times: 1, happened: 1, nextAt: null, endsAt: null }],
  ]);
});

test("a run tells how far it is: each step's times, what comes next, what still lasts, and its end", async () => {
  const { clock, faults } = createFaultWorld();
  const { scenario } = parseScenario(
    `{"steps":[
      {"at":100,"do":"offline","for":300},
      {"at":200,"every":100,"until":300,"probability":0,"do":"cut"},
      {"at":50,"do":"halfOpen"}
    ]}`,
    "s.json",
  );
  let changes = 0;
  const run = playScenario(scenario!, {
    clock,
    faults,
    hide: () => undefined,
    show: () => undefined,
    setNetworkType: () => undefined,
    onChange: () => (changes += 1),
  });
  const told = (): unknown => [
    run.state,
    run.lastStep,
    ...run.steps.map(({ times, happened, nextAt, endsAt }) => [times, happened, nextAt, endsAt]),
  ];
  expect(told()).toEqual(["playing", null, [0, 0, 100, null], [0, 0, 200, null], [0, 0, 50, null]]);
  await clock.advance(210);
  expect(told()).toEqual(["playing", 0, [1, 1, null, 400], [1, 0, 300, null], [1, 1, null, null]]);
  expect(changes).toBe(3);
  await clock.advance(100);
  expect(told()).toEqual(["playing", 0, [1, 1, null, 400], [2, 0, null, null], [1, 1, null, null]]);
  await clock.advance(100);
  expect(told()).toEqual(["over", 0, [1, 1, null, null], [2, 0, null, null], [1, 1, null, null]]);
});

test("the handle plays one, says how far it is, and stops it for another", async () => {
  const app = await runProgram({ "pages/a/a.js": "Page({})" }, { clock: createVirtualClock() });
  const seen: string[] = [];
  app.listen((event) => void (event.type === "scenario" && seen.push(String(app.scenario?.state))));
  expect([app.scenario, app.networkType]).toEqual([null, "wifi"]);
  const read = (text: string): Scenario => parseScenario(text, "s.json").scenario!;
  const first = app.playScenario(
    read('{"steps":[{"at":100,"do":"network","type":"2g"},{"at":900,"do":"hide"}]}'),
  );
  await app.advance(100);
  expect([app.networkType, first.lastStep]).toEqual(["2g", 0]);
  const second = app.playScenario(read('{"steps":[{"at":50,"do":"network","type":"5g"}]}'));
  expect([first.state, app.scenario]).toEqual(["stopped", second]);
  await app.advance(1_000);
  expect([app.networkType, second.state]).toEqual(["5g", "over"]);
  expect(seen).toEqual(["playing", "playing", "stopped", "playing", "over"]);
});

test.each([
  ["[]", "s.json:1:1 error a scenario is an object with steps"],
  ["{}", "s.json:1:1 error steps is an array"],
  ['{"steps":[1]}', "s.json:1:11 error a step is an object"],
  ['{"steps":[{"do":"explode"}]}', /s\.json:1:17 error do is one of offline, .*, got "explode"/u],
  ['{"steps":[{"at":1}]}', /s\.json:1:11 error do is one of .*, got undefined/u],
  ['{"steps":[{"at":-1,"do":"cut"}]}', "s.json:1:17 error at is a number from 0, got -1"],
  ['{"steps":[{"do":"cut","every":1}]}', "s.json:1:31 error every is a number from 10, got 1"],
  ['{"steps":[{"do":"cut","for":1}]}', 's.json:1:29 error "cut" does not last, so it cannot be undone'],
  ['{"steps":[{"do":"cut","ms":1}]}', 's.json:1:28 error "cut" takes no "ms"'],
  ['{"steps":[{"do":"latency"}]}', "s.json:1:11 error ms is a number from 0, got undefined"],
  [
    '{"steps":[{"do":"cut","probability":2}]}',
    "s.json:1:37 error probability is a number from 0 to 1, got 2",
  ],
  ['{"steps":[{"do":"network","type":"6g"}]}', /type is one of wifi, .*, got "6g"/u],
  ['{"steps":[{"do":"reject","cause":"x"}]}', /cause is one of dns, .*, got "x"/u],
  ['{"steps":[{"do":"close","code":1}]}', "s.json:1:32 error code is a number from 1000 to 4999, got 1"],
  ['{"steps":[', /error expected/u],
])("a wrong scenario is named with its place: %s", (text, line) => {
  const { scenario, diagnostics } = parseScenario(text, "s.json");
  expect(scenario).toBeNull();
  expect(lines(diagnostics)[0]).toMatch(line);
});
