import { useState } from "preact/hooks";
import type { JSX } from "preact";
import type { FrameConnection } from "./connection.js";
import { JsonEditor } from "./json-editor.js";
import type { Settings } from "./settings.js";

interface AnswersPanelProps {
  readonly connection: FrameConnection;
  readonly settings: Settings;
}

/** What functions answer that on a phone ask its owner, its hardware or WeChat's servers. */
export function AnswersPanel({ connection, settings }: AnswersPanelProps): JSX.Element {
  const { texts } = settings;
  const [search, setSearch] = useState("");
  const [chosen, choose] = useState<string>();
  const [, setTick] = useState(0);
  /** Grows when the answer is another one than what was typed. */
  const [revision, setRevision] = useState(0);
  const answers = connection.handle?.answers;
  const redraw = (): void => setTick((tick) => tick + 1);

  if (answers === undefined) return <p class="empty">{texts.starting}</p>;
  const all = answers.list();
  const names = Object.keys(all)
    .filter((name) => name.toLowerCase().includes(search.toLowerCase()))
    .sort();
  const answer = chosen === undefined ? undefined : all[chosen];
  const isScripted = (name: string): boolean => answers.scripted(name) !== undefined;
  return (
    <div class="keyed">
      <div class="tools">
        <label class="search">
          <input
            type="search"
            data-search
            aria-label={texts.search}
            placeholder={texts.search}
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        </label>
        <span class="weak">{texts.answersHint}</span>
      </div>
      {names.length === 0 && <p class="empty">{texts.noMatch}</p>}
      <div class="keyed-split">
        <ul class="keyed-list" aria-label={texts.answers}>
          {names.map((name) => (
            <li key={name}>
              <button type="button" aria-pressed={name === chosen} onClick={() => choose(name)}>
                <span class="name">wx.{name}</span>
                {isScripted(name) && <span class="weak"> · {texts.changed}</span>}
              </button>
            </li>
          ))}
        </ul>
        {chosen !== undefined && answer !== undefined && (
          <JsonEditor
            key={`${chosen} ${revision}`}
            label={`wx.${chosen}`}
            text={typeof answer === "function" ? "{}" : JSON.stringify(answer, undefined, 2)}
            texts={texts}
            resetName={texts.reset}
            onSave={(value) => {
              if (typeof value !== "object" || value === null) throw new Error(texts.answerIsObject);
              answers.set(chosen, value);
              redraw();
            }}
            onReset={() => {
              answers.reset(chosen);
              setRevision(revision + 1);
            }}
          >
            <button
              type="button"
              title={texts.answerFailsHint}
              onClick={() => {
                answers.set(chosen, { errMsg: `${chosen}:fail cancel` });
                setRevision(revision + 1);
              }}
            >
              {texts.answerFails}
            </button>
          </JsonEditor>
        )}
      </div>
    </div>
  );
}
