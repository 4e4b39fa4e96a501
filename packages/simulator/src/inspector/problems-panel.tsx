import type { JSX } from "preact";
import type { Diagnostic } from "../program.js";
import { CopyButton } from "./copy-button.js";
import { placeOf } from "./diagnostic-place.js";
import { Icon } from "./icons.js";
import type { Texts } from "./texts.js";

interface ProblemsPanelProps {
  readonly problems: readonly Diagnostic[];
  readonly texts: Texts;
}

/** What the compiler found wrong, errors first. */
export function ProblemsPanel({ problems, texts }: ProblemsPanelProps): JSX.Element {
  if (problems.length === 0) return <p class="empty">{texts.noProblems}</p>;
  const sorted = problems.toSorted((one, other) => rank(one) - rank(other));
  return (
    <ul class="problems" tabIndex={0} aria-label={texts.problems}>
      {sorted.map((problem) => (
        <li key={`${placeOf(problem)} ${problem.message}`} data-severity={problem.severity}>
          <Icon name="warning" />
          <div>
            <div class="problem-text">
              <span class="unseen">{texts.severities[problem.severity]}: </span>
              {problem.message}
            </div>
            {problem.hint !== undefined && <div class="weak">{problem.hint}</div>}
            <span class="code place">{placeOf(problem)}</span>
          </div>
          <CopyButton
            text={() => [placeOf(problem), problem.message, problem.hint ?? ""].join("\n").trim()}
            texts={texts}
          />
        </li>
      ))}
    </ul>
  );
}

function rank({ severity }: Diagnostic): number {
  return severity === "error" ? 0 : 1;
}
