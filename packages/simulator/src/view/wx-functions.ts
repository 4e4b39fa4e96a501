import type { Program } from "../program.js";
import { animationFunctions } from "../wx/animation.js";
import type { Answers } from "../wx/answers.js";
import { audioFunctions } from "../wx/audio.js";
import { barFunctions, type PageWindow } from "../wx/bars.js";
import { baseFunctions } from "../wx/base.js";
import { callable, type CallOptions, type CallResult } from "../wx/call.js";
import { canvasFunctions } from "../wx/canvas-context.js";
import { contextFunctions, type FindControlled } from "../wx/contexts.js";
import { createClipboard, deviceFunctions } from "../wx/device.js";
import type { WxEvents } from "../wx/events.js";
import { fileFunctions } from "../wx/file-system.js";
import type { WxFunctions } from "../wx/functions.js";
import { interfaceFunctions } from "../wx/interface.js";
import { mediaFunctions } from "../wx/media.js";
import { navigationFunctions } from "../wx/navigation.js";
import { openFunctions } from "../wx/open.js";
import type { HostCall } from "../wx/request.js";
import { storageFunctions, type Storage } from "../wx/storage.js";
import { systemFunctions, type LaunchOptions } from "../wx/system.js";
import { transferFunctions } from "../wx/transfer.js";
import { createMediaQueryObserver, queryParts } from "./component-methods.js";
import { findBuiltin } from "./easel/inspection.js";
import { createIntersectionObserver } from "./easel/intersection.js";
import { componentOf, createSelectorQuery } from "./easel/selector-query.js";
import type { Overlays } from "./overlays.js";
import type { OpenPage, PageStack } from "./page-stack.js";
import type { Platform } from "./platform.js";
import type { Recorder } from "./recorder.js";
import type { TabBarModel } from "./tab-bar.js";
import { taskBinder } from "./wx.js";

export interface WxFunctionParts {
  readonly program: Program;
  readonly platform: Platform;
  readonly recorder: Recorder;
  readonly answers: Answers;
  readonly events: WxEvents;
  readonly overlays: Overlays;
  readonly storage: Storage;
  readonly tabBar: TabBarModel;
  readonly pages: () => PageStack;
  readonly report: (error: unknown, where: string) => void;
  readonly launched: () => LaunchOptions;
  /** The host behind the map, the lists and the faults. */
  readonly host: HostCall;
}

/** Every group of functions, on what the view has for it. */
export function wxFunctions(parts: WxFunctionParts): readonly WxFunctions[] {
  const { program, platform, recorder, answers, overlays, storage, pages, report, host } = parts;
  const { clock, files, readPackageFile } = platform;
  const after = (ms: number, act: () => void): (() => void) => clock.setTimer(ms, act);
  const top = (): OpenPage | undefined => pages().pages.at(-1);
  const find: FindControlled = (tag, id, scope) => {
    platform.surface.settle();
    const root = componentOf(scope) ?? top()?.mounted.component;
    const found = root === undefined ? undefined : findBuiltin(root, tag, id);
    return found === undefined
      ? undefined
      : { command: (name, options) => found.instance.command?.(name, options) };
  };
  const bindFile = (api: string, act: (options: CallOptions) => CallResult) =>
    callable(`FileSystemManager.${api}`, (name, options) => recorder.call(name, options), report, act);
  return [
    navigationFunctions(pages, (act) => clock.defer(act), platform.reload),
    interfaceFunctions(overlays, after),
    barFunctions(navigationBar(top), parts.tabBar, pageWindow(parts, top)),
    storageFunctions(storage, platform.store),
    systemFunctions(platform.device, program.appId, parts.launched, parts.launched),
    transferFunctions({
      host,
      files,
      readPackageFile,
      timeouts: (program.appJson["networkTimeout"] ?? {}) as Readonly<Record<string, number | undefined>>,
      bind: taskBinder(parts),
    }),
    // What only answers comes first: functions that do something stand over it.
    openFunctions(answers, overlays, platform.store),
    fileFunctions({ files, readPackageFile }, bindFile),
    mediaFunctions({ files, readPackageFile, host, overlays }),
    deviceFunctions(
      createClipboard(),
      (title) => {
        const drawn = overlays.open({ kind: "toast", title, icon: "success", image: "", mask: false });
        after(1_500, () => drawn.remove());
      },
      platform.hideKeyboard,
    ),
    audioFunctions({
      createPlayer: platform.createPlayer,
      resolve: platform.assetUrl,
      files,
      after,
      now: () => clock.now(),
    }),
    contextFunctions(find),
    canvasFunctions(find, platform.createOffscreenCanvas),
    animationFunctions(),
    queryFunctions(parts),
    baseFunctions({
      nextTick: (act) => clock.defer(act),
      log: (level, lines) => recorder.log(level, lines),
      random: platform.random,
      now: () => clock.now(),
      extConfig: platform.extConfig,
      loadFont: platform.loadFont,
    }),
  ];
}

function queryFunctions(parts: WxFunctionParts): WxFunctions {
  const { platform, pages } = parts;
  const query = queryParts({ platform, pages, tabPaths: [], report: parts.report });
  return {
    plain: {
      createSelectorQuery: () => createSelectorQuery(query, undefined),
      createIntersectionObserver: (component, options) =>
        createIntersectionObserver(
          platform.surface,
          () => componentOf(component) ?? query.currentPage(),
          options as object | undefined,
        ),
      createMediaQueryObserver: () => createMediaQueryObserver(platform),
    },
  };
}

function navigationBar(top: () => OpenPage | undefined) {
  return {
    setTitle: (title: string) => top()?.stage.setTitle(title),
    setColor: (front: string, background: string) => top()?.stage.setBarColor(front, background),
    setLoading: (isLoading: boolean) => top()?.stage.setBarLoading(isLoading),
    hideHome: () => top()?.stage.hideHome(),
  };
}

function pageWindow({ platform, pages }: WxFunctionParts, top: () => OpenPage | undefined): PageWindow {
  return {
    scrollTo(scrollTop, durationMs) {
      platform.surface.settle();
      top()?.stage.scrollTo(scrollTop, durationMs);
    },
    offsetOf(selector) {
      const page = top();
      platform.surface.settle();
      const node = page?.mounted.component.getShadowRoot()?.querySelector(selector);
      if (page === undefined || node === null || node === undefined) return undefined;
      return platform.surface.rectOf(node).top + page.stage.scrollTop;
    },
    startPullDown() {
      top()?.stage.setPulled(true);
      pages().tellTop("onPullDownRefresh");
    },
    stopPullDown: () => top()?.stage.setPulled(false),
    setBackground: (color) => top()?.stage.setBackground(color),
  };
}
