import type { JSX } from "preact";
import type { Diagnostic, JsonValue } from "../program.js";
import type { FrameConnection } from "./connection.js";
import { CopyButton } from "./copy-button.js";
import { placeOf } from "./diagnostic-place.js";
import { Icon } from "./icons.js";
import { SourceLink } from "./source-link.js";
import type { Texts } from "./texts.js";

interface ProblemsPanelProps {
  readonly connection: FrameConnection;
  readonly texts: Texts;
}

/** What the compiler found wrong, errors first. */
export function ProblemsPanel({ connection, texts }: ProblemsPanelProps): JSX.Element {
  const problems = connection.diagnostics;
  const root = connection.handle?.program.project["miniprogramRoot"];
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
            <SourceLink
              connection={connection}
              texts={texts}
              place={{ ...problem, file: insideProgram(problem.file, root) }}
              text={placeOf(problem)}
            />
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

/** Problems name files from the folder that was given, which may stand above the program's. */
function insideProgram(file: string, root: JsonValue | undefined): string {
  const folder = typeof root === "string" ? `${root.replace(/^\.?\/|\/$/gu, "")}/` : "/";
  return file.startsWith(folder) ? file.slice(folder.length) : file;
}

function rank({ severity }: Diagnostic): number {
  return severity === "error" ? 0 : 1;
}
