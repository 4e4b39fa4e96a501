import type { NetworkType } from "@weapp-socket/runtime/core";
import type { Conditions } from "../faults/conditions.js";
import type { Rect, SimulatorHandle } from "../handle.js";
import type { Diagnostic } from "../program.js";
import type { SourcePlace } from "../source-map.js";
import type { UrlMapping } from "../url-rule.js";
import { findEditor, openInEditor } from "./editor.js";
import { createRecording, type Recording } from "./recording.js";

/** The frame page as the inspector knows it. */
export interface FrameConnection {
  /** Undefined while the program is being loaded. */
  readonly handle: SimulatorHandle | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly recording: Recording;
  /** When the program went to the background, in epoch milliseconds; undefined while it is in the foreground. */
  readonly hiddenAt: number | undefined;
  readonly networkType: NetworkType;
  /** Grows when the pages or their data have changed. */
  readonly pagesVersion: number;
  /** Whether a reload of the page keeps what was recorded. */
  keepsRecording: boolean;
  /** Hears of every change, at most once an animation frame, and less often where drawing takes long; returns the undo. */
  watch(changed: () => void): () => void;
  /** The frame was loaded, or loaded again. */
  attach(frame: HTMLIFrameElement): void;
  /** Weather outlasts a reload of the page: whoever tests in a bad network edits files as well. */
  setNetworkType(type: NetworkType): void;
  changeConditions(changes: Partial<Conditions>): void;
  /** Whether `setMap` made the map another than the program was started with. */
  readonly isMapChanged: boolean;
  /** Other rules, which outlast a reload as well. */
  setMap(rules: readonly UrlMapping[]): void;
  /** The rules that the program was started with. */
  resetMap(): void;
  /** What is marked in the phone: a place in its page, in CSS pixels. */
  readonly highlighted: Rect | undefined;
  highlight(rect: Rect | undefined): void;
  /** The place in the author's files that is shown; undefined: none is. */
  readonly source: SourcePlace | undefined;
  showSource(place: SourcePlace | undefined): void;
  /** Whether the host shows places in an editor. */
  readonly hasEditor: boolean;
  /** Does so. Resolves to whether it did; where not, the place is shown here, with why not. */
  edit(place: SourcePlace): Promise<boolean>;
  /** Why the place that is shown is not in the editor; undefined: nobody asked, or it is. */
  readonly editFault: string | undefined;
  /** For what changes the recording from outside of the program. */
  changed(): void;
}

/**
 * The phone's page shares this thread: after each drawing the inspector rests so many times as long as it took, so that
 * it has a small part of the thread however slow that is, and never less than a reader takes to read something.
 */
const REST = 12;
const MIN_REST_MS = 100;
const MAX_REST_MS = 250;

export function createFrameConnection(): FrameConnection {
  const watchers = new Set<() => void>();
  const recording = createRecording();
  let handle: SimulatorHandle | undefined;
  let diagnostics: readonly Diagnostic[] = [];
  let hiddenAt: number | undefined;
  let networkType: NetworkType = "wifi";
  let conditions: Partial<Conditions> = {};
  let map: readonly UrlMapping[] | undefined;
  let startedMap: readonly UrlMapping[] = [];
  let pagesVersion = 0;
  let highlighted: Rect | undefined;
  let source: SourcePlace | undefined;
  let hasEditor = false;
  let editFault: string | undefined;
  let isScheduled = false;
  let restUntil = 0;
  let stop: (() => void) | undefined;

  function changed(): void {
    if (isScheduled) return;
    isScheduled = true;
    const wait = restUntil - performance.now();
    // Behind a frame and not in it: there the phone's page draws, and both together would be late for the screen.
    const behindFrame = (): void => void requestAnimationFrame(() => setTimeout(draw));
    if (wait > 0) setTimeout(behindFrame, wait);
    else behindFrame();
  }

  function draw(): void {
    isScheduled = false;
    const start = performance.now();
    for (const watcher of watchers) watcher();
    // Once the watchers have, which they do in a promise's job.
    setTimeout(() => {
      const now = performance.now();
      restUntil = now + Math.min(MAX_REST_MS, Math.max(MIN_REST_MS, (now - start) * REST));
    });
  }

  function adopt(found: SimulatorHandle): void {
    if (handle === found) return;
    stop?.();
    handle = found;
    diagnostics = found.program.diagnostics;
    hiddenAt = undefined;
    pagesVersion += 1;
    recording.begin(found, connection.keepsRecording);
    stop = found.listen((event) => {
      if (event.type === "visibility") {
        hiddenAt = event.visible ? undefined : Date.now();
        draw();
        return;
      }
      if (event.type === "diagnostics") ({ diagnostics } = event);
      else if (event.type === "pages" || event.type === "data") pagesVersion += 1;
      else if (event.type !== "network" && event.type !== "scenario") recording.hear(event, Date.now());
      changed();
    });
    if (networkType !== "wifi") found.setNetworkType(networkType);
    if (Object.keys(conditions).length > 0) found.faults.change(conditions);
    startedMap = found.map;
    if (map !== undefined) found.setMap(map);
    // What the reader presses next is to reach this program, and not the one before.
    draw();
  }

  const connection: FrameConnection = {
    get handle() {
      return handle;
    },
    get diagnostics() {
      return diagnostics;
    },
    recording,
    get hiddenAt() {
      return hiddenAt;
    },
    get networkType() {
      return handle?.networkType ?? networkType;
    },
    get pagesVersion() {
      return pagesVersion;
    },
    keepsRecording: false,
    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    attach(frame) {
      const inner = frame.contentWindow;
      if (inner === null) return;
      if (inner.simulator !== undefined) return adopt(inner.simulator);
      handle = undefined;
      draw();
      const found = (): void => {
        if (inner.simulator !== undefined) adopt(inner.simulator);
      };
      inner.addEventListener("simulator", found, { once: true });
    },
    setNetworkType(type) {
      networkType = type;
      handle?.setNetworkType(type);
      draw();
    },
    changeConditions(changes) {
      conditions = { ...conditions, ...changes };
      handle?.faults.change(changes);
      // What the reader does shows at once: a switch that is pressed again must know that it is on.
      draw();
    },
    get isMapChanged() {
      return map !== undefined;
    },
    setMap(rules) {
      map = rules;
      handle?.setMap(rules);
      draw();
    },
    resetMap() {
      map = undefined;
      handle?.setMap(startedMap);
      draw();
    },
    get highlighted() {
      return highlighted;
    },
    highlight(rect) {
      if (rect === highlighted) return;
      highlighted = rect;
      draw();
    },
    get source() {
      return source;
    },
    showSource(place) {
      source = place;
      editFault = undefined;
      draw();
    },
    get hasEditor() {
      return hasEditor;
    },
    async edit(place) {
      const fault = await openInEditor(place);
      editFault = fault ?? undefined;
      if (fault !== null) source = place;
      draw();
      return fault === null;
    },
    get editFault() {
      return editFault;
    },
    changed,
  };
  void findEditor().then((found) => {
    hasEditor = found;
    changed();
  });
  return connection;
}
