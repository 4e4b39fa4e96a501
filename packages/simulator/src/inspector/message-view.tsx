import { useMemo, useState } from "preact/hooks";
import type { JSX } from "preact";
import { Choice } from "./controls.js";
import { CopyButton } from "./copy-button.js";
import { formatBytes } from "./format.js";
import { HEX_ROW, hexDump, hexRow, hexRowCount } from "./hex.js";
import { jsonPieces, prettyJson } from "./json-text.js";
import { MarkedText } from "./marked-text.js";
import { bytesOf, type MessageData } from "./message-text.js";
import type { Query } from "./query.js";
import type { Texts } from "./texts.js";
import { VirtualList } from "./virtual-list.js";

/** Characters of a text that are laid out; more would hold up the page. Copying takes all. */
const MAX_SHOWN = 64_000;

/** Longer texts are not tried as JSON by themselves. */
const MAX_PARSED = 4_000_000;

const forms = ["json", "text", "hex"] as const;
type Form = (typeof forms)[number];

interface MessageViewProps {
  /** The message's own in its list. */
  readonly id: number;
  readonly data: MessageData;
  readonly bytes: number;
  readonly texts: Texts;
  readonly query: Query;
  /** Undefined where it cannot be sent: the socket is not open. */
  readonly onResend: (() => void) | undefined;
}

/** What one message carries: as text, as indented JSON, or byte by byte. */
export function MessageView({ id, data, bytes, texts, query, onResend }: MessageViewProps): JSX.Element {
  const [wanted, want] = useState<Form>("json");
  const isText = typeof data === "string";
  const json = useMemo(
    () => (typeof data === "string" && data.length <= MAX_PARSED ? prettyJson(data) : undefined),
    [data],
  );
  const form: Form = !isText ? "hex" : wanted === "json" && json === undefined ? "text" : wanted;
  const full = form === "json" ? (json ?? "") : isText ? data : "";
  const shown = full.slice(0, MAX_SHOWN);
  return (
    <>
      <div class="tools">
        <Choice
          label={texts.shownAs}
          values={forms}
          chosen={form}
          name={(value) => texts[value]}
          isDisabled={(value) => (value === "json" && json === undefined) || (value === "text" && !isText)}
          onChoose={want}
        />
        <CopyButton texts={texts} text={() => (form === "hex" ? hexDump(bytesOf(data)) : full)} />
        <button
          type="button"
          class="small"
          title={texts.resendHint}
          disabled={onResend === undefined}
          onClick={onResend}
        >
          {texts.resend}
        </button>
        <span class="grow" />
        <span class="weak">{formatBytes(bytes)}</span>
      </div>
      {form === "hex" ? (
        <Hex key={id} data={data} texts={texts} />
      ) : (
        <pre class="message" tabIndex={0} aria-label={texts.message}>
          {form === "json" ? <Json text={shown} /> : <MarkedText text={shown} query={query} />}
        </pre>
      )}
      {form !== "hex" && full.length > MAX_SHOWN && (
        <p class="note">{texts.cutAt(formatBytes(MAX_SHOWN), formatBytes(bytes))}</p>
      )}
    </>
  );
}

function Json({ text }: { readonly text: string }): JSX.Element {
  const pieces = useMemo(() => jsonPieces(text), [text]);
  return (
    <>
      {pieces.map(({ kind, text: part }) =>
        kind === "rest" ? part : <span class={`json-${kind}`}>{part}</span>,
      )}
    </>
  );
}

function Hex({ data, texts }: { readonly data: MessageData; readonly texts: Texts }): JSX.Element {
  const bytes = useMemo(() => bytesOf(data), [data]);
  const [selected, select] = useState(-1);
  if (bytes.length === 0) return <p class="empty">{texts.noBytes}</p>;
  return (
    <div class="hex">
      <VirtualList
        count={hexRowCount(bytes)}
        rowHeight={20}
        label={texts.hex}
        toEnd={texts.toEnd}
        selected={selected}
        dropped={0}
        isLive={false}
        keyAt={(index) => index * HEX_ROW}
        onSelect={select}
      >
        {(index) => {
          const { offset, hex, ascii } = hexRow(bytes, index);
          return (
            <div class="hex-row">
              <span class="weak">{offset}</span>
              <span>{hex}</span>
              <span class="weak">{ascii}</span>
            </div>
          );
        }}
      </VirtualList>
    </div>
  );
}
