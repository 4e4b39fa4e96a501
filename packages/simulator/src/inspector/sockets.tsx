import { useMemo, useState } from "preact/hooks";
import type { JSX } from "preact";
import type { SocketEvent, SocketRecord } from "../handle.js";
import { formatAge, formatBytes, formatTime, hexDump, MAX_SHOWN, preview, prettyJson } from "./format.js";
import type { Texts } from "./texts.js";
import { VirtualList } from "./virtual-list.js";
import { waterfall } from "./waterfall.js";

interface Props {
  readonly sockets: readonly SocketRecord[];
  readonly texts: Texts;
  readonly now: number;
  /** Grows with every change of what is in `sockets`. */
  readonly tick: number;
}

type Direction = "all" | "sent" | "received";

export function Sockets({ sockets, texts, now, tick }: Props): JSX.Element {
  const [chosen, choose] = useState<number | undefined>(undefined);
  if (sockets.length === 0) return <p class="empty">{texts.noSockets}</p>;
  const socket = sockets.find(({ id }) => id === chosen) ?? sockets.at(-1)!;
  return (
    <div class="sockets">
      <div class="socket-list" role="tablist" aria-label={texts.sockets}>
        {sockets.map((each) => (
          <button
            key={each.id}
            type="button"
            role="tab"
            aria-selected={each === socket}
            class="socket"
            data-state={each.state}
            onClick={() => choose(each.id)}
          >
            <span class="socket-dot" />
            <span class="socket-url" title={each.url}>
              #{each.id} {each.url}
            </span>
            <span class="socket-state">{texts[each.state]}</span>
            <span class="socket-meta">
              ↑{each.sentMessages} {formatBytes(each.sentBytes)} · ↓{each.receivedMessages}{" "}
              {formatBytes(each.receivedBytes)} · {formatAge(now - each.createdAt)}
            </span>
          </button>
        ))}
      </div>
      <Handshake socket={socket} texts={texts} />
      <Frames key={socket.id} socket={socket} texts={texts} tick={tick} />
    </div>
  );
}

function Handshake({ socket, texts }: { readonly socket: SocketRecord; readonly texts: Texts }): JSX.Element {
  const bars = waterfall(socket.profile);
  return (
    <section class="handshake" aria-label={texts.handshake}>
      {bars.length === 0 ? (
        <span class="weak">
          {texts.handshake}: {texts.notMeasured}
        </span>
      ) : (
        bars.map(({ step, ms, offset, width }) => (
          <div class="step" key={step}>
            <span class="step-name">{texts[step]}</span>
            <span class="step-track">
              <span class={`step-bar ${step}`} style={{ marginLeft: `${offset}%`, width: `${width}%` }} />
            </span>
            <span class="step-ms">{ms} ms</span>
          </div>
        ))
      )}
      <div class="weak socket-origin">
        {socket.profile !== undefined && `${texts.total} ${socket.profile["cost"] ?? 0} ms`}
        {socket.openedBy !== "" && <span title={socket.openedBy}> · {socket.openedBy}</span>}
      </div>
    </section>
  );
}

function Frames({
  socket,
  texts,
  tick,
}: {
  readonly socket: SocketRecord;
  readonly texts: Texts;
  readonly tick: number;
}): JSX.Element {
  const [query, setQuery] = useState("");
  const [direction, setDirection] = useState<Direction>("all");
  const [selected, select] = useState(-1);
  const shown = useMemo(
    () => filterEvents(socket.events, direction, query),
    // The list is the simulator's own and grows in place.
    [socket, direction, query, tick],
  );
  const event = shown[selected];
  return (
    <div class="frames">
      <div class="tools">
        <input
          class="search"
          type="search"
          data-search
          placeholder={texts.search}
          aria-label={texts.search}
          value={query}
          onInput={(input) => {
            setQuery(input.currentTarget.value);
            select(-1);
          }}
        />
        <div class="choice" role="group">
          {(["all", "sent", "received"] as const).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={direction === each}
              onClick={() => setDirection(each)}
            >
              {texts[each]}
            </button>
          ))}
        </div>
      </div>
      {shown.length === 0 ? (
        <p class="empty">{socket.events.length === 0 ? texts.noFrames : texts.noMatch}</p>
      ) : (
        <VirtualList items={shown} rowHeight={26} label={texts.sockets} selected={selected} onSelect={select}>
          {(each) => <FrameRow event={each} texts={texts} />}
        </VirtualList>
      )}
      <Detail event={event} texts={texts} />
    </div>
  );
}

/** Which events of a socket are shown; its life-cycle ones always, unless they are searched through. */
export function filterEvents(
  events: readonly SocketEvent[],
  direction: Direction,
  query: string,
): readonly SocketEvent[] {
  const wanted = query.toLowerCase();
  return events.filter((event) => {
    const isMessage = event.type === "sent" || event.type === "received";
    if (isMessage && direction !== "all" && event.type !== direction) return false;
    return wanted === "" || searchText(event).toLowerCase().includes(wanted);
  });
}

function searchText(event: SocketEvent): string {
  switch (event.type) {
    case "sent":
    case "received":
      return typeof event.data === "string" ? event.data : preview(event.data);
    case "error":
      return `${event.errMsg} ${event.detail ?? ""}`;
    case "close":
      return `${event.code} ${event.reason}`;
    case "open":
      return "open";
  }
}

const arrows = { sent: "↑", received: "↓", open: "●", error: "✕", close: "○" } as const;

function FrameRow({ event, texts }: { readonly event: SocketEvent; readonly texts: Texts }): JSX.Element {
  return (
    <div class="frame" data-type={event.type}>
      <span class="frame-arrow" aria-label={event.type}>
        {arrows[event.type]}
      </span>
      <span class="frame-time">{formatTime(event.at)}</span>
      <span class="frame-size">{"bytes" in event ? formatBytes(event.bytes) : ""}</span>
      <span class="frame-text">{describe(event, texts)}</span>
    </div>
  );
}

function describe(event: SocketEvent, texts: Texts): string {
  switch (event.type) {
    case "sent":
    case "received":
      return preview(event.data);
    case "open":
      return texts.opened;
    case "error":
      return `${texts.errored}: ${event.errMsg}${event.detail === undefined ? "" : ` — ${event.detail}`}`;
    case "close":
      return `${texts.ended}: ${event.code} ${event.reason}`;
  }
}

type View = "text" | "json" | "hex";

function Detail({
  event,
  texts,
}: {
  readonly event: SocketEvent | undefined;
  readonly texts: Texts;
}): JSX.Element {
  const [view, setView] = useState<View>("json");
  const [isCopied, setCopied] = useState(false);
  if (event === undefined || !("data" in event)) {
    return <div class="detail weak">{event === undefined ? texts.pickFrame : describe(event, texts)}</div>;
  }
  const { data } = event;
  const json = prettyJson(data);
  const isText = typeof data === "string";
  const actual: View = !isText ? "hex" : view === "json" && json === undefined ? "text" : view;
  const full =
    actual === "hex" ? hexDump(data, MAX_SHOWN / 4) : actual === "json" ? (json ?? "") : isText ? data : "";
  const copy = (): void => {
    void navigator.clipboard.writeText(isText ? data : hexDump(data, Infinity)).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 1_500);
    });
  };
  return (
    <div class="detail">
      <div class="tools">
        <div class="choice" role="group">
          {(["json", "text", "hex"] as const).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={actual === each}
              disabled={(each === "json" && json === undefined) || (each === "text" && !isText)}
              onClick={() => setView(each)}
            >
              {texts[each]}
            </button>
          ))}
        </div>
        <span class="weak">{formatBytes(event.bytes)}</span>
        <button type="button" class="plain" onClick={copy}>
          {isCopied ? texts.copied : texts.copy}
        </button>
        {full.length > MAX_SHOWN && <span class="weak">{texts.tooLong}</span>}
      </div>
      <pre tabIndex={0}>{full.slice(0, MAX_SHOWN)}</pre>
    </div>
  );
}
