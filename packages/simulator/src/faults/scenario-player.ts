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
}

/** Plays the timeline from now on; returns what stops it. What was done stays done. */
export function playScenario({ seed, steps }: Scenario, stage: ScenarioStage): () => void {
  const { clock } = stage;
  const random = createRandom(seed);
  const start = clock.now();
  const cancels = new Set<() => void>();
  const later = (delayMs: number, act: () => void): void => {
    const cancel = clock.setTimer(delayMs, () => {
      cancels.delete(cancel);
      act();
    });
    cancels.add(cancel);
  };
  const play = (step: ScenarioStep, at: number): void => {
    later(Math.max(0, start + at - clock.now()), () => {
      // Rolled whether it matters or not, so that one step's luck does not move the others'.
      if (random() < step.probability) {
        perform(step.action, stage);
        const undo = step.for === null ? null : undoOf(step.action);
        if (step.for !== null && undo !== null) {
          later(step.for, () => {
            perform(undo, stage, false);
            stage.onStep?.(step.action, true);
          });
        }
      }
      const next = step.every === null ? null : at + step.every;
      if (next !== null && (step.until === null || next <= step.until)) play(step, next);
    });
  };
  for (const step of steps) play(step, step.at);
  return () => {
    for (const cancel of cancels) cancel();
    cancels.clear();
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
