import type { WxFunctions } from "./functions.js";
import { inert } from "./inert.js";
import type { PhoneFiles } from "./phone-files.js";
import { textOf } from "./text.js";

/** What plays a sound: an audio element in a browser, something silent without one. */
export interface Player {
  src: string;
  volume: number;
  playbackRate: number;
  loop: boolean;
  currentTime: number;
  readonly duration: number;
  readonly paused: boolean;
  play(): Promise<void>;
  pause(): void;
  addEventListener(name: string, listener: () => void): void;
}

export interface AudioParts {
  readonly createPlayer: () => Player;
  /** An address that a player understands. */
  readonly resolve: (src: string) => string;
  readonly files: PhoneFiles;
  readonly after: (ms: number, act: () => void) => () => void;
  readonly now: () => number;
}

/** The player's event, and the context's. */
const EVENTS: ReadonlyArray<readonly [player: string, context: string]> = [
  ["canplay", "Canplay"],
  ["play", "Play"],
  ["pause", "Pause"],
  ["ended", "Ended"],
  ["timeupdate", "TimeUpdate"],
  ["waiting", "Waiting"],
  ["seeking", "Seeking"],
  ["seeked", "Seeked"],
  ["error", "Error"],
];

/** createInnerAudioContext, the background player and the recorder. */
export function audioFunctions(parts: AudioParts): WxFunctions {
  let background: object | undefined;
  let recorder: object | undefined;
  /** What ends the recording of the older wx.startRecord. */
  let finish: (() => void) | undefined;
  return {
    calls: {
      startRecord: () =>
        new Promise((resolve) => {
          if (finish !== undefined) {
            resolve({ errMsg: "startRecord:fail audio is recording, don't start record again" });
            return;
          }
          const cancel = parts.after(DEFAULT_RECORDING_MS, () => finish?.());
          finish = () => {
            finish = undefined;
            cancel();
            resolve({ errMsg: "startRecord:ok", tempFilePath: keepSilence(parts.files).path });
          };
        }),
      stopRecord() {
        if (finish === undefined) return { errMsg: "stopRecord:fail recorder not start" };
        finish();
        return { errMsg: "stopRecord:ok" };
      },
    },
    plain: {
      createInnerAudioContext: () => createAudio(parts, false),
      getBackgroundAudioManager: () => (background ??= createAudio(parts, true)),
      getRecorderManager: () => (recorder ??= createRecorderManager(parts)),
      createWebAudioContext: () => inert("WebAudioContext"),
      createMediaAudioPlayer: () => inert("MediaAudioPlayer"),
    },
  };
}

interface Listeners {
  readonly functions: Record<string, (listener?: unknown) => void>;
  readonly emit: (name: string, payload?: unknown) => void;
}

function createListeners(names: readonly string[]): Listeners {
  const all = new Map<string, ((payload: unknown) => void)[]>();
  const functions: Record<string, (listener?: unknown) => void> = {};
  for (const name of names) {
    functions[`on${name}`] = (listener) => {
      if (typeof listener === "function")
        all.set(name, [...(all.get(name) ?? []), listener as (payload: unknown) => void]);
    };
    functions[`off${name}`] = (listener) =>
      void all.set(
        name,
        listener === undefined ? [] : (all.get(name) ?? []).filter((each) => each !== listener),
      );
  }
  return {
    functions,
    emit(name, payload) {
      for (const listener of all.get(name) ?? []) listener(payload);
    },
  };
}

/** @param isBackground plays as soon as it has an address, and has a title */
function createAudio({ createPlayer, resolve }: AudioParts, isBackground: boolean): object {
  const player = createPlayer();
  const { functions, emit } = createListeners([
    ...EVENTS.map(([, name]) => name),
    "Stop",
    "CanPlay",
    "Prev",
    "Next",
  ]);
  let src = "";
  let startTime = 0;
  let isDestroyed = false;
  for (const [from, to] of EVENTS) {
    player.addEventListener(from, () => {
      if (isDestroyed || (to === "Error" && src === "")) return;
      emit(to, to === "Error" ? { errCode: 10_001, errMsg: "system error" } : undefined);
    });
  }
  const play = (): void => {
    player.play().catch(() => emit("Error", { errCode: 10_001, errMsg: "play failed" }));
  };
  const context = {
    ...functions,
    autoplay: isBackground,
    obeyMuteSwitch: true,
    title: "",
    epname: "",
    singer: "",
    coverImgUrl: "",
    webUrl: "",
    protocol: "http",
    buffered: 0,
    get src() {
      return src;
    },
    set src(value: unknown) {
      src = textOf(value);
      player.src = src === "" ? "" : resolve(src);
      if (startTime > 0) player.currentTime = startTime;
      if (src !== "" && context.autoplay) play();
    },
    get startTime() {
      return startTime;
    },
    set startTime(value: unknown) {
      startTime = Number(value) || 0;
    },
    get loop() {
      return player.loop;
    },
    set loop(value: unknown) {
      player.loop = Boolean(value);
    },
    get volume() {
      return player.volume;
    },
    set volume(value: unknown) {
      player.volume = Math.min(1, Math.max(0, Number(value) || 0));
    },
    get playbackRate() {
      return player.playbackRate;
    },
    set playbackRate(value: unknown) {
      player.playbackRate = Math.min(2, Math.max(0.5, Number(value) || 1));
    },
    get currentTime() {
      return player.currentTime;
    },
    get duration() {
      return Number.isFinite(player.duration) ? player.duration : 0;
    },
    get paused() {
      return player.paused;
    },
    play,
    pause: () => player.pause(),
    stop() {
      player.pause();
      player.currentTime = 0;
      emit("Stop");
    },
    seek(position: unknown) {
      player.currentTime = Number(position) || 0;
    },
    destroy() {
      player.pause();
      isDestroyed = true;
    },
  };
  return context;
}

/** A tenth of a second of silence, as a WAV file: what the recorder without a microphone heard. */
function silence(): Uint8Array<ArrayBuffer> {
  const samples = 800;
  const view = new DataView(new ArrayBuffer(44 + samples));
  const text = (at: number, value: string): void =>
    Array.from(value).forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + samples, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 8_000, true);
  view.setUint32(28, 8_000, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  text(36, "data");
  view.setUint32(40, samples, true);
  new Uint8Array(view.buffer, 44).fill(128);
  return new Uint8Array(view.buffer);
}

function keepSilence(files: PhoneFiles): { readonly path: string; readonly size: number } {
  const bytes = silence();
  const path = files.temporaryPath("wav");
  files.write(path, bytes);
  return { path, size: bytes.length };
}

/** Longest recording, and the length where nobody says (RecorderManager.start documentation). */
const MAX_RECORDING_MS = 600_000;
const DEFAULT_RECORDING_MS = 60_000;

function createRecorderManager({ files, after, now }: AudioParts): object {
  const { functions, emit } = createListeners([
    "Start",
    "Resume",
    "Pause",
    "Stop",
    "FrameRecorded",
    "Error",
    "InterruptionBegin",
    "InterruptionEnd",
  ]);
  let startedAt: number | undefined;
  let cancel: (() => void) | undefined;

  function stop(): void {
    if (startedAt === undefined) {
      emit("Error", { errMsg: "operateRecorder:fail recorder not start" });
      return;
    }
    const duration = now() - startedAt;
    cancel?.();
    startedAt = undefined;
    const { path, size } = keepSilence(files);
    emit("Stop", { tempFilePath: path, duration, fileSize: size });
  }

  return {
    ...functions,
    start(options?: { readonly duration?: unknown }) {
      if (startedAt !== undefined) {
        emit("Error", { errMsg: "operateRecorder:fail audio is recording, don't start record again" });
        return;
      }
      startedAt = now();
      cancel = after(Math.min(MAX_RECORDING_MS, Number(options?.duration ?? DEFAULT_RECORDING_MS)), stop);
      after(0, () => emit("Start"));
    },
    stop: () => void after(0, stop),
    pause: () => void after(0, () => emit("Pause")),
    resume: () => void after(0, () => emit("Resume")),
  };
}

/** A player that is heard by nobody: it starts, stops and ends as told. */
export function createSilentPlayer(): Player {
  const listeners = new Map<string, (() => void)[]>();
  const emit = (name: string): void => listeners.get(name)?.forEach((listener) => listener());
  let isPaused = true;
  let src = "";
  return {
    get src() {
      return src;
    },
    set src(value) {
      src = value;
      if (value !== "") queueMicrotask(() => emit("canplay"));
    },
    volume: 1,
    playbackRate: 1,
    loop: false,
    currentTime: 0,
    duration: 0,
    get paused() {
      return isPaused;
    },
    play() {
      isPaused = false;
      return Promise.resolve().then(() => emit("play"));
    },
    pause() {
      if (isPaused) return;
      isPaused = true;
      queueMicrotask(() => emit("pause"));
    },
    addEventListener(name, listener) {
      listeners.set(name, [...(listeners.get(name) ?? []), listener]);
    },
  };
}
