import { useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import type { SocketEvent } from "../handle.js";
import type { FrameConnection } from "./connection.js";
import { Choice } from "./controls.js";
import { EntryList } from "./entry-list.js";
import { directions, isFrameShown, type Direction } from "./filters.js";
import { formatBytes, formatDuration, formatTime } from "./format.js";
import { MarkedText } from "./marked-text.js";
import { previewMessage } from "./message-text.js";
import { MessageView } from "./message-view.js";
import type { Query } from "./query.js";
import type { SocketEntry } from "./recording.js";
import type { Settings } from "./settings.js";
import { SocketDetail } from "./socket-detail.js";
import { closeCodeText, type Texts } from "./texts.js";

interface FrameListProps {
  readonly connection: FrameConnection;
  readonly entry: SocketEntry;
  readonly settings: Settings;
  readonly tools: ComponentChildren;
  /** Sends on this socket; undefined while it is not open. */
  readonly onSend: ((data: string | ArrayBuffer) => void) | undefined;
}

/** What one socket sent and received, and what happened to it, in order. */
export function FrameList({ connection, entry, settings, tools, onSend }: FrameListProps): JSX.Element {
  const { texts } = settings;
  const [direction, setDirection] = useState<Direction>("all");
  const [shows, show] = useState<"message" | "connection">("message");
  return (
    <EntryList
      entries={entry.events}
      settings={settings}
      label={texts.messages}
      empty={texts.noFrames}
      filter={direction}
      matches={(event, query) => isFrameShown(event, direction, query)}
      tools={
        <>
          <Choice
            label={texts.direction}
            values={directions}
            chosen={direction}
            name={(value) => texts[value]}
            onChoose={setDirection}
          />
          {tools}
        </>
      }
      row={(event, query) => <FrameRow event={event} query={query} texts={texts} />}
      detail={(event, number, query) => (
        <>
          <div class="tools heading">
            <Choice
              label={texts.details}
              values={["message", "connection"]}
              chosen={event === undefined ? "connection" : shows}
              name={(value) => texts[value]}
              isDisabled={(value) => value === "message" && event === undefined}
              onChoose={show}
            />
            {event !== undefined && <Moment entry={entry} event={event} number={number} texts={texts} />}
          </div>
          {event === undefined || shows === "connection" ? (
            <SocketDetail connection={connection} entry={entry} texts={texts} />
          ) : "data" in event ? (
            <MessageView
              id={number}
              data={event.data}
              bytes={event.bytes}
              texts={texts}
              query={query}
              onResend={onSend && (() => onSend(event.data))}
            />
          ) : (
            <LifeEvent event={event} texts={texts} />
          )}
        </>
      )}
    />
  );
}

const marks = { sent: "↑", received: "↓", open: "●", error: "✕", close: "○" } as const;

interface FrameRowProps {
  readonly event: SocketEvent;
  readonly query: Query;
  readonly texts: Texts;
}

function FrameRow({ event, query, texts }: FrameRowProps): JSX.Element {
  const isMessage = "data" in event;
  return (
    <div class="cells" data-type={event.type} data-binary={isMessage && typeof event.data !== "string"}>
      <span class="mark" role="img" aria-label={texts.events[event.type]} title={texts.events[event.type]}>
        {marks[event.type]}
      </span>
      <span class="time">{formatTime(event.at)}</span>
      <span class="size right">{isMessage ? formatBytes(event.bytes) : ""}</span>
      <span class="text">
        {isMessage ? (
          <MarkedText text={previewMessage(event.data, query)} query={query} />
        ) : (
          describe(event, texts)
        )}
      </span>
    </div>
  );
}

type LifeEventType = Exclude<SocketEvent, { data: unknown }>;

function describe(event: LifeEventType, texts: Texts): string {
  switch (event.type) {
    case "open":
      return texts.events.open;
    case "error":
      return `${event.errMsg}${event.detail === undefined ? "" : ` (${event.detail})`}`;
    case "close":
      return `${texts.events.close} ${event.code}${event.reason === "" ? "" : ` ${event.reason}`}`;
  }
}

function LifeEvent({ event, texts }: { readonly event: LifeEventType; readonly texts: Texts }): JSX.Element {
  return (
    <div class="facts-box" tabIndex={0}>
      <p class={event.type === "error" ? "code bad" : "code"}>{describe(event, texts)}</p>
      {event.type === "close" && <p class="weak">{closeCodeText(event.code, texts)}</p>}
    </div>
  );
}

interface MomentProps {
  readonly entry: SocketEntry;
  readonly event: SocketEvent;
  readonly number: number;
  readonly texts: Texts;
}

/** When an event was: by the clock, and after the one before it. */
function Moment({ entry, event, number, texts }: MomentProps): JSX.Element {
  const before = entry.events.get(number - 1);
  return (
    <span class="weak moment">
      {formatTime(event.at)}
      {before !== undefined && (
        <span title={texts.sincePrevious}> +{formatDuration(event.at - before.at)}</span>
      )}
    </span>
  );
}
