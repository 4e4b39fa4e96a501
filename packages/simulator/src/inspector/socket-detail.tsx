import type { ComponentChildren, JSX } from "preact";
import type { FrameConnection } from "./connection.js";
import { CopyButton } from "./copy-button.js";
import { formatBytes, formatCount, formatDuration, formatTime } from "./format.js";
import type { SocketEntry } from "./recording.js";
import { socketLook, socketStateText } from "./socket-state.js";
import { SourceLink } from "./source-link.js";
import { parsePlace } from "./source-place.js";
import type { Texts } from "./texts.js";
import { closeCodeText } from "./texts.js";
import { waterfall } from "./waterfall.js";

interface SocketDetailProps {
  readonly connection: FrameConnection;
  readonly entry: SocketEntry;
  readonly texts: Texts;
}

/** Everything about one SocketTask but its messages. */
export function SocketDetail({ connection, entry, texts }: SocketDetailProps): JSX.Element {
  const { record, end } = entry;
  const opener = parsePlace(record.openedBy);
  const headers = Object.entries(record.header ?? {});
  return (
    <div class="facts-box" tabIndex={0} aria-label={texts.connection}>
      <dl class="facts">
        <Fact name={texts.address}>
          <span class="code">{record.url}</span> <CopyButton text={() => record.url} texts={texts} />
        </Fact>
        {record.target !== undefined && (
          <Fact name={texts.leadsTo}>
            <span class="code">{record.target}</span>
          </Fact>
        )}
        <Fact name={texts.state}>
          <span class="socket-state" data-look={socketLook(entry)}>
            <span class="dot" />
            {socketStateText(entry, texts)}
          </span>
          {end?.type === "close" && (
            <>
              {end.reason !== "" && <div class="code">{end.reason}</div>}
              <div class="weak">{closeCodeText(end.code, texts)}</div>
            </>
          )}
          {end?.type === "error" && (
            <>
              <div class="code bad">{end.errMsg}</div>
              {end.detail !== undefined && <div class="weak">{end.detail}</div>}
            </>
          )}
        </Fact>
        {record.openedBy !== "" && (
          <Fact name={texts.openedBy}>
            {opener === undefined ? (
              <span class="code">{record.openedBy}</span>
            ) : (
              <SourceLink connection={connection} texts={texts} place={opener} />
            )}
          </Fact>
        )}
        <Fact name={texts.createdAt}>{formatTime(record.createdAt)}</Fact>
        <Fact name={texts.traffic}>
          {texts.sent} {formatCount(record.sentMessages)} · {formatBytes(record.sentBytes)}
          <br />
          {texts.received} {formatCount(record.receivedMessages)} · {formatBytes(record.receivedBytes)}
        </Fact>
      </dl>
      <h3>{texts.handshake}</h3>
      <Waterfall entry={entry} texts={texts} />
      {headers.length > 0 && (
        <>
          <h3>{texts.responseHeaders}</h3>
          <dl class="facts headers">
            {headers.map(([name, value]) => (
              <Fact key={name} name={name}>
                <span class="code">{value}</span>
              </Fact>
            ))}
          </dl>
        </>
      )}
    </div>
  );
}

export function Fact({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Waterfall({ entry, texts }: Omit<SocketDetailProps, "connection">): JSX.Element {
  const { url, profile } = entry.record;
  const bars = waterfall(profile, url.startsWith("wss:"));
  if (bars.length === 0) {
    return <p class="note">{entry.record.state === "connecting" ? texts.connecting : texts.notMeasured}</p>;
  }
  return (
    <div class="waterfall">
      {bars.map(({ step, ms, offset, width }) => (
        <div class="step" key={step}>
          <span>{texts.steps[step]}</span>
          <span class="track" aria-hidden="true">
            <span class={`bar ${step}`} style={{ left: `${offset}%`, width: `${width}%` }} />
          </span>
          <span class="right">{formatDuration(ms)}</span>
        </div>
      ))}
      <div class="step total">
        <span>{texts.total}</span>
        <span />
        <span class="right">{formatDuration(profile?.["cost"] ?? 0)}</span>
      </div>
    </div>
  );
}
