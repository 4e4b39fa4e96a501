import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import type { Scenario } from "../faults/scenario.js";
import type { ScenarioRun, StepProgress } from "../faults/scenario-player.js";
import { parseScenario } from "../host/scenario-file.js";
import type { FrameConnection } from "./connection.js";
import { placeOf } from "./diagnostic-place.js";
import { FileButton } from "./file-button.js";
import { Icon } from "./icons.js";
import { describeAction, describeTimes, EXAMPLE, formatScenario, scenarioLength } from "./scenario-text.js";
import type { Settings } from "./settings.js";
import type { Texts } from "./texts.js";

/** Between two drawings of the time that passes. */
const TICK_MS = 250;

interface ScenarioPanelProps {
  readonly connection: FrameConnection;
  readonly settings: Settings;
}

/** A timeline of faults: chosen or written, played, watched, stopped. */
export function ScenarioPanel({ connection, settings }: ScenarioPanelProps): JSX.Element {
  const { texts, preferences, change } = settings;
  const run = connection.handle?.scenario ?? null;
  const [name, setName] = useState("scenario.json");
  const text = preferences.scenario ?? (run === null ? EXAMPLE : formatScenario(run.scenario));
  const { scenario, diagnostics } = parseScenario(text, name);
  const isPlaying = run?.state === "playing";
  useTick(isPlaying);

  async function read(picked: File): Promise<void> {
    setName(picked.name);
    change({ scenario: await picked.text() });
  }

  function play(): void {
    if (scenario === null) return;
    change({ scenario: text });
    connection.handle?.playScenario(scenario);
  }

  return (
    <div class="keyed">
      <div class="tools">
        {isPlaying ? (
          <button type="button" class="primary" onClick={() => run.stop()}>
            <Icon name="stop" />
            {texts.stop}
          </button>
        ) : (
          <button
            type="button"
            class="primary"
            disabled={scenario === null || connection.handle === undefined}
            title={texts.playHint}
            onClick={play}
          >
            <Icon name="play" />
            {texts.play}
          </button>
        )}
        <Progress run={run} texts={texts} />
        <span class="grow" />
        <FileButton
          label={texts.openScenario}
          accept=".json,.jsonc,application/json,text/plain"
          onFile={(file) => void read(file)}
        />
      </div>
      <div class="keyed-split">
        <Steps scenario={isPlaying ? run.scenario : (scenario ?? run?.scenario)} run={run} texts={texts} />
        <form
          class="editor"
          onSubmit={(event) => {
            event.preventDefault();
            play();
          }}
        >
          <textarea
            class="code"
            aria-label={texts.scenarioFile}
            aria-invalid={scenario === null}
            aria-describedby="scenario-problems"
            spellcheck={false}
            wrap="off"
            value={text}
            onInput={(event) => change({ scenario: event.currentTarget.value })}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) play();
              if (event.key === "Escape") event.currentTarget.blur();
            }}
          />
          <div id="scenario-problems" role="status">
            {diagnostics.map((problem) => (
              <p class="problem" key={`${placeOf(problem)} ${problem.message}`}>
                <span class="code">{placeOf(problem)}</span> {problem.message}
              </p>
            ))}
          </div>
        </form>
      </div>
    </div>
  );
}

function Progress({ run, texts }: { readonly run: ScenarioRun | null; readonly texts: Texts }): JSX.Element {
  if (run === null) return <span class="weak">{texts.scenarioHint}</span>;
  const length = scenarioLength(run.scenario);
  const passed = Date.now() - run.startedAt;
  return (
    <>
      {run.state === "playing" && length !== null && (
        <progress max={length} value={Math.min(length, passed)} aria-label={texts.scenario} />
      )}
      <span class="weak" role="status">
        {texts.runStates[run.state]}
        {run.state === "playing" &&
          ` · ${seconds(passed)}${length === null ? "" : ` / ${seconds(length)}`} · ${texts.seed} ${run.scenario.seed}`}
      </span>
    </>
  );
}

interface StepsProps {
  readonly scenario: Scenario | undefined;
  readonly run: ScenarioRun | null;
  readonly texts: Texts;
}

/** The steps; of the scenario that is played, or was, with what became of each. */
function Steps({ scenario, run, texts }: StepsProps): JSX.Element {
  // What is written may have become another since: then it has no progress.
  const isOfRun = scenario !== undefined && run !== null && sameScenario(scenario, run.scenario);
  const passed = run === null ? 0 : Date.now() - run.startedAt;
  return (
    <ol class="keyed-list steps" aria-label={texts.scenarioSteps}>
      {scenario?.steps.map((step, index) => {
        const progress = isOfRun ? run.steps[index] : undefined;
        const [at = "", every] = describeTimes(step);
        return (
          <li
            key={index}
            data-state={progress === undefined ? "idle" : stateOf(progress)}
            aria-current={isOfRun && run.lastStep === index ? "step" : undefined}
          >
            <span class="dot" />
            <span class="step-time">
              {at}
              {every !== undefined && ` · ${texts.every(every)}`}
            </span>
            <span class="name">{describeAction(step.action)}</span>
            <span class="weak">{progress !== undefined && fateOf(progress, passed, texts)}</span>
          </li>
        );
      })}
    </ol>
  );
}

function stateOf({ times, nextAt, endsAt }: StepProgress): "lasts" | "waits" | "done" | "idle" {
  if (endsAt !== null) return "lasts";
  if (nextAt !== null) return "waits";
  return times > 0 ? "done" : "idle";
}

function fateOf({ times, happened, nextAt, endsAt }: StepProgress, passed: number, texts: Texts): string {
  return [
    ...(times > 1 || happened < times ? [texts.happened(happened, times)] : []),
    ...(endsAt === null ? [] : [texts.endsIn(seconds(endsAt - passed))]),
    ...(nextAt === null ? [] : [texts.nextIn(seconds(nextAt - passed))]),
    ...(nextAt === null && endsAt === null && times > 0 ? [texts.done] : []),
  ].join(" · ");
}

/** "3 s": what counts down is read at a glance. */
function seconds(ms: number): string {
  return `${Math.max(0, Math.ceil(ms / 1_000))} s`;
}

function sameScenario(one: Scenario, other: Scenario): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function useTick(isOn: boolean): void {
  const [, setTick] = useState(0);
  useEffect(() => {
    if (!isOn) return undefined;
    const timer = setInterval(() => setTick((tick) => tick + 1), TICK_MS);
    return () => clearInterval(timer);
  }, [isOn]);
}
