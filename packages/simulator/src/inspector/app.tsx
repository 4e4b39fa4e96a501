import { useEffect, useMemo, useState } from "preact/hooks";
import type { JSX } from "preact";
import { AnswersPanel } from "./answers-panel.js";
import { CallsPanel } from "./calls-panel.js";
import { ConditionsBar } from "./conditions-bar.js";
import type { FrameConnection } from "./connection.js";
import { ConsolePanel } from "./console-panel.js";
import { DataPanel } from "./data-panel.js";
import { createFilteredView } from "./filtered-view.js";
import { frameSearch, type FrameSettings } from "./frame-settings.js";
import { Phone } from "./phone.js";
import { loadPreferences, savePreferences } from "./preferences.js";
import { ProblemsPanel } from "./problems-panel.js";
import { ScenarioPanel } from "./scenario-panel.js";
import type { Settings } from "./settings.js";
import { SocketsPanel } from "./sockets-panel.js";
import { SourceDialog } from "./source-dialog.js";
import { StoragePanel } from "./storage-panel.js";
import { Tabs, Views } from "./tabs.js";
import { texts as allTexts } from "./texts.js";
import { TopBar } from "./top-bar.js";
import { WxmlPanel } from "./wxml-panel.js";

const panels = [
  "sockets",
  "calls",
  "console",
  "data",
  "wxml",
  "storage",
  "answers",
  "scenario",
  "problems",
] as const;
type Panel = (typeof panels)[number];

/** Parts of the page that a narrow window shows one at a time. */
type View = "phone" | "inspector" | "device";

/** As in layout.css: below it, one part is seen at a time. */
const NARROW = "(max-width: 820px)";

/** The whole page. It draws itself again whenever the frame says that something has changed. */
export function App({ connection }: { readonly connection: FrameConnection }): JSX.Element {
  const [preferences, setPreferences] = useState(() => loadPreferences(localStorage, navigator.language));
  const [panel, setPanel] = useState<Panel>("sockets");
  const [view, setView] = useState<View>("phone");
  const [frame, setFrame] = useState<FrameSettings>({});
  const isNarrow = useMedia(NARROW);
  const [, setTick] = useState(0);
  const settings: Settings = {
    texts: allTexts[preferences.language],
    preferences,
    change: (changes) => setPreferences((now) => ({ ...now, ...changes })),
  };
  const { texts } = settings;
  const { handle, recording, diagnostics } = connection;

  useEffect(() => {
    const redraw = (): void => setTick((tick) => tick + 1);
    const unwatch = connection.watch(redraw);
    // Ages and the countdown move on their own.
    const timer = setInterval(redraw, 1_000);
    return () => {
      unwatch();
      clearInterval(timer);
    };
  }, [connection]);
  useEffect(() => {
    document.documentElement.lang = preferences.language === "zh" ? "zh-CN" : "en";
    document.documentElement.dataset["theme"] = preferences.theme;
    connection.keepsRecording = preferences.keepsRecording;
    savePreferences(localStorage, preferences);
  }, [preferences, connection]);
  useEffect(() => {
    addEventListener("keydown", focusSearch);
    return () => removeEventListener("keydown", focusSearch);
  }, []);

  const errors = useMemo(
    () => createFilteredView(recording.logs, ({ line, isBefore }) => line.level === "error" && !isBefore),
    [recording],
  );
  errors.refresh();
  const now = Date.now();
  const { calls, logs, sockets } = recording;
  const counts: Readonly<Record<Panel, number>> = {
    sockets: sockets.length,
    calls: calls.end - calls.first,
    console: logs.end - logs.first,
    data: 0,
    wxml: 0,
    storage: 0,
    answers: 0,
    scenario: 0,
    problems: diagnostics.length,
  };
  return (
    <div class="app" data-view={view}>
      <TopBar connection={connection} settings={settings} frame={frame} onFrame={setFrame} />
      <Phone
        connection={connection}
        settings={settings}
        search={frameSearch(frame)}
        now={now}
        showsProblems={panel === "problems" && !(isNarrow && view === "phone")}
        onShowProblems={() => {
          setPanel("problems");
          setView("inspector");
        }}
      />
      <section class="side" aria-label={texts.inspector}>
        <ConditionsBar connection={connection} texts={texts} />
        <Tabs
          label={texts.inspector}
          chosen={panel}
          onChoose={setPanel}
          tabs={panels.map((id) => ({
            id,
            name: texts[id],
            count: counts[id],
            isAlarming:
              (id === "problems" && diagnostics.length > 0) || (id === "console" && errors.length > 0),
          }))}
        />
        <div class="panel" id="panel" role="tabpanel" aria-labelledby={`tab-${panel}`}>
          {panel === "sockets" ? (
            <SocketsPanel connection={connection} settings={settings} now={now} />
          ) : panel === "calls" ? (
            <CallsPanel connection={connection} settings={settings} />
          ) : panel === "console" ? (
            <ConsolePanel connection={connection} settings={settings} />
          ) : panel === "problems" ? (
            <ProblemsPanel connection={connection} texts={texts} />
          ) : panel === "scenario" ? (
            <ScenarioPanel connection={connection} settings={settings} />
          ) : handle === undefined ? (
            <p class="empty">{texts.starting}</p>
          ) : panel === "wxml" ? (
            <WxmlPanel connection={connection} settings={settings} />
          ) : panel === "storage" ? (
            <StoragePanel connection={connection} settings={settings} />
          ) : panel === "answers" ? (
            <AnswersPanel connection={connection} settings={settings} />
          ) : (
            <DataPanel connection={connection} settings={settings} />
          )}
        </div>
      </section>
      {connection.source !== undefined && (
        <SourceDialog
          connection={connection}
          place={connection.source}
          texts={texts}
          onClose={() => connection.showSource(undefined)}
        />
      )}
      <Views
        label={texts.views}
        chosen={view}
        onChoose={setView}
        views={[
          { id: "phone", name: texts.phone, icon: "phone" },
          { id: "inspector", name: texts.inspector, icon: "list" },
          { id: "device", name: texts.conditions, icon: "sliders" },
        ]}
      />
    </div>
  );
}

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const changed = (): void => setMatches(media.matches);
    media.addEventListener("change", changed);
    return () => media.removeEventListener("change", changed);
  }, [query]);
  return matches;
}

/** "/" leads to the search field, from everywhere but a field that takes text. */
function focusSearch(event: KeyboardEvent): void {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  const { target } = event;
  if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return;
  const field = document.querySelector<HTMLInputElement>("[data-search]");
  if (field === null) return;
  event.preventDefault();
  field.focus();
  field.select();
}
