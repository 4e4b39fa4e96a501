import { useState } from "preact/hooks";
import type { JSX } from "preact";
import type { FrameConnection } from "./connection.js";
import { Pick } from "./controls.js";
import { CopyButton } from "./copy-button.js";
import { DataTree } from "./data-tree.js";
import { JsonEditor } from "./json-editor.js";
import type { Settings } from "./settings.js";
import { usePolling } from "./use-polling.js";

/** Data is copied out of the page this often. */
const REFRESH_MS = 250;

interface DataPanelProps {
  readonly connection: FrameConnection;
  readonly settings: Settings;
}

/** The data of the visible page, or of another one of the stack, as it changes. */
export function DataPanel({ connection, settings }: DataPanelProps): JSX.Element {
  const { texts } = settings;
  const [chosen, choose] = useState<string | undefined>(undefined);
  const pages = connection.handle?.pages() ?? [];
  const names = pages.map(({ path }, at) => `${at + 1}. ${path}`);
  const at = chosen !== undefined && names.includes(chosen) ? names.indexOf(chosen) : names.length - 1;
  const page = pages[at];
  const name = names[at] ?? "";
  const read = (): unknown => connection.handle?.pages()[at]?.data();
  const [shown, show] = useState<{ readonly name: string; readonly data: unknown }>();
  /** What is edited, as it was when that began. */
  const [edited, edit] = useState<{ readonly name: string; readonly data: unknown }>();

  usePolling(() => show({ name, data: read() }), REFRESH_MS, [connection.handle, name]);

  if (page === undefined) return <p class="empty">{texts.noPage}</p>;
  const query = Object.entries(page.query);
  return (
    <div class="data">
      <div class="tools">
        <Pick label={texts.page} values={names} chosen={name} name={(value) => value} onPick={choose} />
        {query.length > 0 && (
          <span class="code weak ellipsis">?{query.map((pair) => pair.join("=")).join("&")}</span>
        )}
        <span class="grow" />
        {edited?.name !== name && (
          <button type="button" onClick={() => edit({ name, data: read() })}>
            {texts.edit}
          </button>
        )}
        <CopyButton text={() => JSON.stringify(read(), undefined, 2) ?? ""} texts={texts} />
      </div>
      {edited?.name === name ? (
        <JsonEditor
          key={name}
          label={texts.data}
          text={JSON.stringify(edited.data, undefined, 2)}
          texts={texts}
          resetName={texts.cancel}
          onSave={(value) => {
            page.setData(changesOf(edited.data, value, texts.dataIsObject));
            show({ name, data: read() });
            edit(undefined);
          }}
          onReset={() => edit(undefined)}
        />
      ) : (
        <div class="data-box">
          {shown?.name === name && <DataTree key={name} name="data" value={shown.data} openDepth={2} />}
        </div>
      )}
    </div>
  );
}

/** The names whose value is another: what was not touched stays what it is by now. */
function changesOf(before: unknown, after: unknown, problem: string): Record<string, unknown> {
  if (typeof after !== "object" || after === null || Array.isArray(after)) throw new Error(problem);
  const old = before as Readonly<Record<string, unknown>>;
  const isOther = ([name, value]: [string, unknown]): boolean =>
    JSON.stringify(old[name]) !== JSON.stringify(value);
  return Object.fromEntries(Object.entries(after).filter(isOther));
}
