import { useState } from "preact/hooks";
import type { JSX } from "preact";
import type { LogLine } from "../handle.js";
import type { FrameConnection } from "./connection.js";
import { Choice, IconButton } from "./controls.js";
import { CopyButton } from "./copy-button.js";
import { EntryList } from "./entry-list.js";
import { isLogShown, logKinds, type LogKind } from "./filters.js";
import { formatTime } from "./format.js";
import { MarkedText } from "./marked-text.js";
import { placeOf } from "./diagnostic-place.js";
import { SourceLink } from "./source-link.js";
import { splitPlaces } from "./source-place.js";
import type { Settings } from "./settings.js";
import type { Texts } from "./texts.js";

/** Characters of one line that are drawn. */
const MAX_ROW = 400;
const MAX_SHOWN = 64_000;

interface ConsolePanelProps {
  readonly connection: FrameConnection;
  readonly settings: Settings;
}

/** What the program and the framework printed. */
export function ConsolePanel({ connection, settings }: ConsolePanelProps): JSX.Element {
  const { logs } = connection.recording;
  const { texts } = settings;
  const [kind, setKind] = useState<LogKind>("all");
  return (
    <EntryList
      entries={logs}
      settings={settings}
      label={texts.console}
      empty={texts.noLogs}
      filter={kind}
      matches={(entry, query) => isLogShown(entry, kind, query)}
      tools={
        <>
          <Choice
            label={texts.level}
            values={logKinds}
            chosen={kind}
            name={(value) => texts[value]}
            onChoose={setKind}
          />
          <span class="grow" />
          <IconButton
            icon="clear"
            label={texts.clear}
            isDisabled={logs.end === logs.first}
            onClick={() => {
              logs.clear();
              connection.changed();
            }}
          />
        </>
      }
      row={({ line, isBefore }, query) => (
        <div class="cells log" data-level={line.level} data-before={isBefore}>
          <span class="level" role="img" aria-label={line.level} />
          <span class="time">{formatTime(line.at)}</span>
          <span class="text">
            <MarkedText text={oneLine(line.parts)} query={query} />
          </span>
          <span class="source weak" title={line.source}>
            {line.place === undefined ? (
              line.source
            ) : (
              <SourceLink connection={connection} texts={texts} place={line.place} isTabStop={false} />
            )}
          </span>
        </div>
      )}
      detail={(entry, _number, query) =>
        entry === undefined ? (
          <p class="empty">{texts.pickLog}</p>
        ) : (
          <>
            <div class="tools heading">
              <Origin connection={connection} texts={texts} line={entry.line} />
              <span class="grow" />
              <CopyButton text={() => entry.line.parts.join(" ")} texts={texts} />
            </div>
            <pre class="message" tabIndex={0} aria-label={texts.message}>
              {splitPlaces(entry.line.parts.join(" ").slice(0, MAX_SHOWN)).map(({ text, place }) =>
                place === undefined ? (
                  <MarkedText text={text} query={query} />
                ) : (
                  <SourceLink connection={connection} texts={texts} place={place} />
                ),
              )}
            </pre>
          </>
        )
      }
    />
  );
}

/** Where a line comes from: what was running, and the place in the author's file. */
function Origin({
  connection,
  texts,
  line,
}: {
  readonly connection: FrameConnection;
  readonly texts: Texts;
  readonly line: LogLine;
}): JSX.Element {
  const { place, source, level } = line;
  if (place === undefined) return <span class="code ellipsis">{source ?? level}</span>;
  return (
    <span class="ellipsis">
      <SourceLink connection={connection} texts={texts} place={place} />
      {source !== undefined && source !== placeOf(place) && <span class="weak"> {source}</span>}
    </span>
  );
}

function oneLine(parts: readonly string[]): string {
  let line = "";
  for (const part of parts) {
    line += `${line === "" ? "" : " "}${part.slice(0, MAX_ROW)}`;
    if (line.length >= MAX_ROW) break;
  }
  return line.slice(0, MAX_ROW).replace(/\s+/g, " ");
}
