import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import type { FrameConnection } from "./connection.js";
import { Pick } from "./controls.js";
import { CopyButton } from "./copy-button.js";
import { DataTree } from "./data-tree.js";
import type { Settings } from "./settings.js";

/** Data is copied out of the page this often, or less where copying takes long. */
const REFRESH_MS = 250;

/** No more than this part of the time is spent on copying. */
const MAX_SHARE = 1 / 20;

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

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const refresh = (): void => {
      const start = performance.now();
      if (document.visibilityState === "visible") show({ name, data: read() });
      timer = setTimeout(refresh, Math.max(REFRESH_MS, (performance.now() - start) / MAX_SHARE));
    };
    refresh();
    return () => clearTimeout(timer);
  }, [connection.handle, name]);

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
        <CopyButton text={() => JSON.stringify(read(), undefined, 2) ?? ""} texts={texts} />
      </div>
      <div class="data-box">
        {shown?.name === name && <DataTree key={name} name="data" value={shown.data} openDepth={2} />}
      </div>
    </div>
  );
}
