import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { outcomeOf } from "./call-outcome.js";
import type { FrameConnection } from "./connection.js";
import { Choice, IconButton } from "./controls.js";
import { CopyButton } from "./copy-button.js";
import { DataTree } from "./data-tree.js";
import { EntryList } from "./entry-list.js";
import { callKinds, isCallShown, type CallKind } from "./filters.js";
import { formatDuration, formatTime } from "./format.js";
import { MarkedText } from "./marked-text.js";
import type { Query } from "./query.js";
import type { CallEntry } from "./recording.js";
import type { Settings } from "./settings.js";
import { Fact } from "./socket-detail.js";
import { SourceLink } from "./source-link.js";
import type { Texts } from "./texts.js";

interface CallsPanelProps {
  readonly connection: FrameConnection;
  readonly settings: Settings;
}

/** Every call of a wx function, with its options and what became of it. */
export function CallsPanel({ connection, settings }: CallsPanelProps): JSX.Element {
  const { calls } = connection.recording;
  const { texts } = settings;
  const [kind, setKind] = useState<CallKind>("all");
  return (
    <EntryList
      entries={calls}
      settings={settings}
      label={texts.calls}
      empty={texts.noCalls}
      filter={kind}
      matches={(entry, query) => isCallShown(entry, kind, query)}
      tools={
        <>
          <Choice
            label={texts.outcome}
            values={callKinds}
            chosen={kind}
            name={(value) => texts.outcomes[value]}
            onChoose={setKind}
          />
          <span class="grow" />
          <IconButton
            icon="clear"
            label={texts.clear}
            isDisabled={calls.end === calls.first}
            onClick={() => {
              calls.clear();
              connection.changed();
            }}
          />
        </>
      }
      row={(entry, query) => <CallRow connection={connection} entry={entry} query={query} texts={texts} />}
      detail={(entry, number) =>
        entry === undefined ? (
          <p class="empty">{texts.pickCall}</p>
        ) : (
          <CallDetail key={number} connection={connection} entry={entry} texts={texts} />
        )
      }
    />
  );
}

interface CallProps {
  readonly connection: FrameConnection;
  readonly entry: CallEntry;
  readonly texts: Texts;
}

function CallRow({ connection, entry, query, texts }: CallProps & { readonly query: Query }): JSX.Element {
  const { call, summary } = entry;
  return (
    <div class="cells call" data-outcome={outcomeOf(call.errMsg)} data-before={entry.isBefore}>
      <span class="time">{formatTime(call.at)}</span>
      <span class="api">
        <MarkedText text={`wx.${call.api}`} query={query} />
      </span>
      <span class="result" title={call.errMsg ?? texts.pending}>
        {call.errMsg === undefined ? texts.pending : <MarkedText text={call.errMsg} query={query} />}
      </span>
      <span class="text weak">
        <MarkedText text={summary.slice(0, 300)} query={query} />
      </span>
      <span class="source weak">
        {call.place !== undefined && (
          <SourceLink connection={connection} texts={texts} place={call.place} isTabStop={false} />
        )}
      </span>
    </div>
  );
}

function CallDetail({ connection, entry, texts }: CallProps): JSX.Element {
  const { call, endedAt } = entry;
  return (
    <div class="facts-box" tabIndex={0} aria-label={texts.details}>
      <dl class="facts">
        <Fact name={texts.call}>
          <span class="code">wx.{call.api}</span>
        </Fact>
        <Fact name={texts.result}>
          <span class={`code ${outcomeOf(call.errMsg) === "failed" ? "bad" : ""}`}>
            {call.errMsg ?? texts.pending}
          </span>
        </Fact>
        {call.place !== undefined && (
          <Fact name={texts.calledAt}>
            <SourceLink connection={connection} texts={texts} place={call.place} />
          </Fact>
        )}
        <Fact name={texts.createdAt}>
          {formatTime(call.at)}
          {endedAt !== undefined && <span class="weak"> +{formatDuration(endedAt - call.at)}</span>}
        </Fact>
      </dl>
      <h3>
        {texts.options}{" "}
        <CopyButton text={() => JSON.stringify(call.options, undefined, 2) ?? ""} texts={texts} />
      </h3>
      <DataTree value={call.options} name={texts.options} openDepth={2} />
    </div>
  );
}
