import { useRef } from "preact/hooks";
import type { JSX } from "preact";
import { formatAge, formatBytes, formatCount, formatDuration } from "./format.js";
import type { SocketEntry } from "./recording.js";
import { socketAge, socketLook, socketStateText } from "./socket-state.js";
import type { Texts } from "./texts.js";
import { handshakeCost, waterfall } from "./waterfall.js";

interface SocketTableProps {
  readonly sockets: readonly SocketEntry[];
  readonly chosen: SocketEntry;
  readonly texts: Texts;
  readonly now: number;
  readonly height: number;
  readonly onChoose: (key: number) => void;
}

/** Each SocketTask as a row, oldest first. */
export function SocketTable({
  sockets,
  chosen,
  texts,
  now,
  height,
  onChoose,
}: SocketTableProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);

  function pressed(event: KeyboardEvent): void {
    const at = sockets.indexOf(chosen);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: sockets.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(sockets.length - 1, to));
    onChoose(sockets[next]!.key);
    box.current?.querySelectorAll(".socket")[next]?.scrollIntoView({ block: "nearest" });
  }

  return (
    <div class="socket-table" style={{ maxHeight: `${height}px` }}>
      <div class="socket-head" aria-hidden="true">
        <span>{texts.state}</span>
        <span>#</span>
        <span>{texts.address}</span>
        <span class="right">{texts.sent}</span>
        <span class="right">{texts.received}</span>
        <span>{texts.handshake}</span>
        <span class="right">{texts.age}</span>
      </div>
      <div
        ref={box}
        class="socket-rows"
        role="listbox"
        aria-label={texts.sockets}
        aria-activedescendant={`socket-${chosen.key}`}
        tabIndex={0}
        onKeyDown={pressed}
      >
        {sockets.map((entry) => (
          <SocketRow
            key={entry.key}
            entry={entry}
            isChosen={entry === chosen}
            texts={texts}
            now={now}
            onChoose={onChoose}
          />
        ))}
      </div>
    </div>
  );
}

interface SocketRowProps {
  readonly entry: SocketEntry;
  readonly isChosen: boolean;
  readonly texts: Texts;
  readonly now: number;
  readonly onChoose: (key: number) => void;
}

function SocketRow({ entry, isChosen, texts, now, onChoose }: SocketRowProps): JSX.Element {
  const { record } = entry;
  return (
    <div
      id={`socket-${entry.key}`}
      class="socket"
      role="option"
      aria-selected={isChosen}
      data-look={socketLook(entry)}
      data-era={entry.era}
      onClick={() => onChoose(entry.key)}
    >
      <span class="socket-state">
        <span class="dot" />
        {socketStateText(entry, texts)}
      </span>
      <span class="socket-id">
        <span class="unseen">#</span>
        {record.id}
      </span>
      <span class="socket-url" title={record.url}>
        {record.url}
        {entry.era !== "now" && <span class="badge">{texts.eras[entry.era]}</span>}
      </span>
      <Traffic name={texts.sent} arrow="↑" messages={record.sentMessages} bytes={record.sentBytes} />
      <Traffic
        name={texts.received}
        arrow="↓"
        messages={record.receivedMessages}
        bytes={record.receivedBytes}
      />
      <MiniWaterfall entry={entry} texts={texts} />
      <span class="socket-age right">{formatAge(socketAge(entry, now))}</span>
    </div>
  );
}

interface TrafficProps {
  readonly name: string;
  readonly arrow: string;
  readonly messages: number;
  readonly bytes: number;
}

function Traffic({ name, arrow, messages, bytes }: TrafficProps): JSX.Element {
  return (
    <span class="traffic right">
      <span class="unseen">{name} </span>
      <span class="traffic-arrow" aria-hidden="true">
        {arrow}
      </span>
      {formatCount(messages)}
      <span class="traffic-bytes weak">{messages > 0 && formatBytes(bytes)}</span>
    </span>
  );
}

function MiniWaterfall({
  entry,
  texts,
}: {
  readonly entry: SocketEntry;
  readonly texts: Texts;
}): JSX.Element {
  const { url, profile } = entry.record;
  const bars = waterfall(profile, url.startsWith("wss:"));
  const cost = handshakeCost(profile);
  return (
    <span
      class="mini"
      title={bars.map(({ step, ms }) => `${texts.steps[step]} ${formatDuration(ms)}`).join(" · ")}
    >
      {bars.length > 0 && (
        <span class="mini-track" aria-hidden="true">
          {bars.map(({ step, width }) => (
            <span key={step} class={`bar ${step}`} style={{ width: `${width}%` }} />
          ))}
        </span>
      )}
      <span class="weak">{cost === undefined ? "–" : formatDuration(cost)}</span>
    </span>
  );
}
