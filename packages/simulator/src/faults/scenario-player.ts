import type { Clock, NetworkType } from "@weapp-socket/runtime/core";
import type { Faults } from "./faults.js";
import { createRandom } from "./random.js";
import type { Scenario, ScenarioAction, ScenarioStep } from "./scenario.js";

/** What a scenario acts on. */
export interface ScenarioStage {
  readonly faults: Faults;
  readonly clock: Clock;
  hide(): void;
  show(): void;
  setNetworkType(type: NetworkType): void;
  /** Hears each step as it happens, `undo` where what it did ends. */
  onStep?(action: ScenarioAction, undo: boolean): void;
  /** The run is another: a step's time came, what one did ended, it is over or was stopped. */
  onChange?(): void;
}

/** A scenario that is played, or was. */
export interface ScenarioRun {
  readonly scenario: Scenario;
  /** By the program's clock, in epoch milliseconds. */
  readonly startedAt: number;
  readonly state: "playing" | "over" | "stopped";
  /** How far each of the scenario's steps is, in their order. */
  readonly steps: readonly StepProgress[];
  /** Index of the step that happened last; null: none has. */
  readonly lastStep: number | null;
  /** Nothing happens any more. What was done stays done. */
  stop(): void;
}

export interface StepProgress {
  /** How often its time has come. */
  readonly times: number;
  /** How often it happened: less than its times where its probability is below 1. */
  readonly happened: number;
  /** Milliseconds from the start to its next time; null: there is none. */
  readonly nextAt: number | null;
  /** Milliseconds from the start until what it did ends; null: it did nothing that still ends. */
  readonly endsAt: number | null;
}

/** Plays the timeline from now on. */
export function playScenario(scenario: Scenario, stage: ScenarioStage): ScenarioRun {
  const { clock } = stage;
  const random = createRandom(scenario.seed);
  const startedAt = clock.now();
  const cancels = new Set<() => void>();
  const steps = scenario.steps.map(({ at }) => ({
    times: 0,
    happened: 0,
    nextAt: at as number | null,
    endsAt: null as number | null,
  }));
  let state: ScenarioRun["state"] = steps.length === 0 ? "over" : "playing";
  let lastStep: number | null = null;

  function later(at: number, act: () => void): void {
    const cancel = clock.setTimer(Math.max(0, startedAt + at - clock.now()), () => {
      cancels.delete(cancel);
      act();
      if (state === "playing" && cancels.size === 0) state = "over";
      stage.onChange?.();
    });
    cancels.add(cancel);
  }

  function happen(index: number, step: ScenarioStep, at: number): void {
    const progress = steps[index]!;
    progress.happened += 1;
    lastStep = index;
    perform(step.action, stage);
    const undo = step.for === null ? null : undoOf(step.action);
    if (step.for === null || undo === null) return;
    const endsAt = at + step.for;
    progress.endsAt = endsAt;
    later(endsAt, () => {
      if (progress.endsAt === endsAt) progress.endsAt = null;
      perform(undo, stage, false);
      stage.onStep?.(step.action, true);
    });
  }

  function play(index: number, step: ScenarioStep, at: number): void {
    later(at, () => {
      const progress = steps[index]!;
      progress.times += 1;
      const next = step.every === null ? null : at + step.every;
      progress.nextAt = next !== null && (step.until === null || next <= step.until) ? next : null;
      // Rolled whether it matters or not, so that one step's luck does not move the others'.
      if (random() < step.probability) happen(index, step, at);
      if (progress.nextAt !== null) play(index, step, progress.nextAt);
    });
  }

  for (const [index, step] of scenario.steps.entries()) play(index, step, step.at);
  return {
    scenario,
    startedAt,
    steps,
    get state() {
      return state;
    },
    get lastStep() {
      return lastStep;
    },
    stop() {
      if (state !== "playing") return;
      for (const cancel of cancels) cancel();
      cancels.clear();
      for (const progress of steps) Object.assign(progress, { nextAt: null, endsAt: null });
      state = "stopped";
      stage.onChange?.();
    },
  };
}

function perform(action: ScenarioAction, stage: ScenarioStage, told = true): void {
  const { faults } = stage;
  if (told) stage.onStep?.(action, false);
  switch (action.do) {
    case "offline":
    case "online":
      faults.change({ offline: action.do === "offline" });
      return stage.setNetworkType(action.do === "offline" ? "none" : "wifi");
    case "pause":
    case "resume":
      return faults.change({ paused: action.do === "pause" });
    case "hide":
      return stage.hide();
    case "show":
      return stage.show();
    case "latency":
      return faults.change({ latencyMs: action.ms, jitterMs: action.jitterMs });
    case "bandwidth":
      return faults.change({ bytesPerSecond: action.bytesPerSecond });
    case "network":
      return stage.setNetworkType(action.type);
    case "reject":
      return faults.rejectNext(action.count, action.cause);
    case "cut":
      return faults.cut(action.only);
    case "halfOpen":
      return faults.halfOpen(action.only);
    case "close":
      return faults.close(action.code, action.reason, action.only);
  }
}

/** Null for what happens in a moment. */
function undoOf(action: ScenarioAction): ScenarioAction | null {
  switch (action.do) {
    case "offline":
      return { do: "online" };
    case "pause":
      return { do: "resume" };
    case "hide":
      return { do: "show" };
    case "latency":
      return { do: "latency", ms: 0, jitterMs: 0 };
    case "bandwidth":
      return { do: "bandwidth", bytesPerSecond: null };
    case "network":
      return { do: "network", type: "wifi" };
    default:
      return null;
  }
}
