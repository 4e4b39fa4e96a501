import { useState } from "preact/hooks";
import type { JSX } from "preact";
import type { FrameConnection } from "./connection.js";
import { JsonEditor } from "./json-editor.js";
import { formatBytes } from "./format.js";
import type { Settings } from "./settings.js";
import { usePolling } from "./use-polling.js";

/** What is kept is looked at this often. */
const REFRESH_MS = 500;
/** WeChat's limit (storage documentation). */
const MAX_BYTES = 10_485_760;

/** A key, and its value as JSON. */
interface Entry {
  readonly key: string;
  readonly text: string;
}

interface StoragePanelProps {
  readonly connection: FrameConnection;
  readonly settings: Settings;
}

/** What the program keeps: looked at, changed, deleted. */
export function StoragePanel({ connection, settings }: StoragePanelProps): JSX.Element {
  const { texts } = settings;
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const [chosen, choose] = useState<string>();
  const storage = connection.handle?.storage;
  const read = (): void =>
    setEntries(storage?.keys().map((key) => ({ key, text: JSON.stringify(storage.get(key)) })) ?? []);
  usePolling(read, REFRESH_MS, [storage]);

  if (storage === undefined) return <p class="empty">{texts.starting}</p>;
  const bytes = entries.reduce((sum, { key, text }) => sum + key.length + text.length, 0);
  const shown = entries.find(({ key }) => key === chosen);
  return (
    <div class="keyed">
      <div class="tools">
        <span class="weak">{texts.storageSize(formatBytes(bytes), formatBytes(MAX_BYTES))}</span>
        <span class="grow" />
        <button
          type="button"
          disabled={entries.length === 0}
          onClick={() => {
            storage.clear();
            read();
          }}
        >
          {texts.clear}
        </button>
      </div>
      {entries.length === 0 ? (
        <p class="empty">{texts.noStorage}</p>
      ) : (
        <div class="keyed-split">
          <ul class="keyed-list" aria-label={texts.storage}>
            {entries.map(({ key, text }) => (
              <li key={key}>
                <button type="button" aria-pressed={key === chosen} onClick={() => choose(key)}>
                  <span class="name">{key}</span> <span class="code weak ellipsis">{text.slice(0, 200)}</span>
                </button>
              </li>
            ))}
          </ul>
          {shown !== undefined && (
            <JsonEditor
              key={shown.key}
              label={shown.key}
              text={JSON.stringify(storage.get(shown.key), undefined, 2)}
              texts={texts}
              resetName={texts.remove}
              onSave={(value) => {
                storage.set(shown.key, value);
                read();
              }}
              onReset={() => {
                storage.remove(shown.key);
                choose(undefined);
                read();
              }}
            />
          )}
        </div>
      )}
    </div>
  );
}
