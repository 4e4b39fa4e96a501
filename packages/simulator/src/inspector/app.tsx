import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import type { FrameConnection } from "./connection.js";
import { Calls, Console, Data, Problems } from "./panels.js";
import { devices, loadPreferences, savePreferences, type Preferences, type Theme } from "./preferences.js";
import { Sockets } from "./sockets.js";
import { texts as allTexts } from "./texts.js";

const tabs = ["sockets", "calls", "console", "data", "problems"] as const;
type Tab = (typeof tabs)[number];

/** Seconds from hiding to suspension, as on a phone. */
const SUSPEND_S = 5;

export function App({ connection }: { readonly connection: FrameConnection }): JSX.Element {
  const [preferences, setPreferences] = useState(() => loadPreferences(navigator.language));
  const [tab, setTab] = useState<Tab>("sockets");
  const [tick, setTick] = useState(0);
  const [hiddenAt, setHiddenAt] = useState<number | undefined>(undefined);
  const frame = useRef<HTMLIFrameElement>(null);
  const texts = allTexts[preferences.language];
  const { handle } = connection;

  useEffect(() => connection.watch(() => setTick((value) => value + 1)), [connection]);
  useEffect(() => {
    // Ages and the countdown move on their own.
    const timer = setInterval(() => setTick((value) => value + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    document.documentElement.lang = preferences.language === "zh" ? "zh-CN" : "en";
    document.documentElement.dataset["theme"] = preferences.theme;
    savePreferences(preferences);
  }, [preferences]);
  useEffect(() => {
    const focusSearch = (event: KeyboardEvent): void => {
      if (event.key !== "/" || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      document.querySelector<HTMLInputElement>("[data-search]")?.focus();
    };
    addEventListener("keydown", focusSearch);
    return () => removeEventListener("keydown", focusSearch);
  }, []);

  const device = devices.find(({ name }) => name === preferences.device) ?? devices[0]!;
  const change = (changes: Partial<Preferences>): void => setPreferences((now) => ({ ...now, ...changes }));
  const source = useMemo(
    () => (preferences.theme === "auto" ? "frame/" : `frame/?theme=${preferences.theme}`),
    [preferences.theme],
  );

  function toggleVisibility(): void {
    if (handle === undefined) return;
    if (hiddenAt === undefined) {
      handle.hide();
      setHiddenAt(Date.now());
    } else {
      handle.show();
      setHiddenAt(undefined);
    }
  }

  const problems = connection.diagnostics;
  const top = handle?.pages().at(-1);
  const counts: Partial<Record<Tab, number>> = {
    sockets: handle?.sockets.length ?? 0,
    calls: handle?.calls.length ?? 0,
    console: handle?.logs.length ?? 0,
    problems: problems.length,
  };

  return (
    <div class="app">
      <section class="phone-side" aria-label={texts.phone}>
        <div class="phone" style={{ width: `${device.width}px`, height: `${device.height}px` }}>
          <iframe
            ref={frame}
            src={source}
            title={texts.phone}
            onLoad={() => {
              setHiddenAt(undefined);
              if (frame.current !== null) connection.attach(frame.current);
            }}
          />
          {hiddenAt !== undefined && (
            <div class="cover" role="status">
              <Countdown since={hiddenAt} texts={texts} />
            </div>
          )}
        </div>
      </section>
      <section class="side" aria-label={texts.inspector}>
        <header class="top">
          <strong>weapp-socket</strong>
          <button type="button" class="primary" onClick={toggleVisibility} disabled={handle === undefined}>
            {hiddenAt === undefined ? texts.hide : texts.show}
          </button>
          <button type="button" onClick={() => handle?.reload()} disabled={handle === undefined}>
            {texts.reload}
          </button>
          <span class="grow" />
          <label>
            <span class="weak">{texts.device}</span>
            <select value={device.name} onChange={(event) => change({ device: event.currentTarget.value })}>
              {devices.map(({ name, width, height }) => (
                <option key={name} value={name}>
                  {name} · {width}×{height}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span class="weak">{texts.theme}</span>
            <select
              value={preferences.theme}
              onChange={(event) => change({ theme: event.currentTarget.value as Theme })}
            >
              <option value="auto">{texts.themeAuto}</option>
              <option value="light">{texts.themeLight}</option>
              <option value="dark">{texts.themeDark}</option>
            </select>
          </label>
          <button
            type="button"
            onClick={() => change({ language: preferences.language === "zh" ? "en" : "zh" })}
          >
            {texts.language}
          </button>
        </header>
        <nav class="tabs" role="tablist" onKeyDown={(event) => moveTab(event, tab, setTab)}>
          {tabs.map((each) => (
            <button
              key={each}
              type="button"
              role="tab"
              id={`tab-${each}`}
              aria-selected={each === tab}
              aria-controls="panel"
              tabIndex={each === tab ? 0 : -1}
              data-alarm={each === "problems" && problems.length > 0}
              onClick={() => setTab(each)}
            >
              {texts[each]}
              {(counts[each] ?? 0) > 0 && <span class="count">{counts[each]}</span>}
            </button>
          ))}
        </nav>
        <div class="panel" id="panel" role="tabpanel" aria-labelledby={`tab-${tab}`}>
          {handle === undefined ? (
            <p class="empty">{texts.starting}</p>
          ) : tab === "sockets" ? (
            <Sockets sockets={handle.sockets} texts={texts} now={Date.now()} tick={tick} />
          ) : tab === "calls" ? (
            <Calls items={handle.calls} texts={texts} tick={tick} />
          ) : tab === "console" ? (
            <Console items={handle.logs} texts={texts} tick={tick} />
          ) : tab === "data" ? (
            <Data path={top?.path ?? ""} data={top?.data()} texts={texts} />
          ) : (
            <Problems items={problems} texts={texts} />
          )}
        </div>
      </section>
    </div>
  );
}

function Countdown({
  since,
  texts,
}: {
  readonly since: number;
  readonly texts: (typeof allTexts)["zh"];
}): JSX.Element {
  const left = Math.ceil(SUSPEND_S - (Date.now() - since) / 1_000);
  return <span>{left > 0 ? `${left} ${texts.suspendsIn}` : texts.suspended}</span>;
}

function moveTab(event: KeyboardEvent, tab: Tab, setTab: (tab: Tab) => void): void {
  const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (move === undefined) return;
  const next = tabs[(tabs.indexOf(tab) + move + tabs.length) % tabs.length]!;
  setTab(next);
  document.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
}
