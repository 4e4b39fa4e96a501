import type { CallResult } from "./call.js";
import type { PlainFunction, WxFunctions } from "./functions.js";

/** A component of the page that is shown, as the functions that control it see it. */
export interface Controlled {
  /** Does what the component's context can do ("play"); what it answers goes to `success`. Throws what `fail` is told. */
  command(name: string, options: unknown): unknown;
}

/** Finds a component: of the page, or of the component instance that is given. */
export type FindControlled = (tag: string, id: string | undefined, scope: unknown) => Controlled | undefined;

const VIDEO = [
  "play",
  "pause",
  "stop",
  "seek",
  "sendDanmu",
  "playbackRate",
  "requestFullScreen",
  "exitFullScreen",
  "showStatusBar",
  "hideStatusBar",
  "exitPictureInPicture",
  "requestBackgroundPlayback",
  "exitBackgroundPlayback",
];
const LIVE_PLAYER = [
  "play",
  "stop",
  "mute",
  "pause",
  "resume",
  "requestFullScreen",
  "exitFullScreen",
  "snapshot",
  "requestPictureInPicture",
  "exitPictureInPicture",
];
const LIVE_PUSHER = [
  "start",
  "stop",
  "pause",
  "resume",
  "switchCamera",
  "snapshot",
  "toggleTorch",
  "playBGM",
  "stopBGM",
  "pauseBGM",
  "resumeBGM",
  "setBGMVolume",
  "setMICVolume",
  "startPreview",
  "stopPreview",
  "sendMessage",
];
const CAMERA = ["takePhoto", "setZoom", "startRecord", "stopRecord"];
const MAP = [
  "getCenterLocation",
  "moveToLocation",
  "translateMarker",
  "moveAlong",
  "includePoints",
  "getRegion",
  "getRotate",
  "getSkew",
  "getScale",
  "setCenterOffset",
  "removeCustomLayer",
  "addCustomLayer",
  "addGroundOverlay",
  "addMarkers",
  "removeMarkers",
  "setBoundary",
  "toScreenLocation",
  "fromScreenLocation",
];
const AUDIO = ["setSrc", "play", "pause", "seek"];
const EDITOR = [
  "format",
  "insertDivider",
  "insertImage",
  "insertText",
  "setContents",
  "getContents",
  "clear",
  "removeFormat",
  "undo",
  "redo",
  "blur",
  "scrollIntoView",
  "getSelectionText",
];

/** createVideoContext and the other contexts of components. */
export function contextFunctions(find: FindControlled): WxFunctions {
  const withId =
    (tag: string, names: readonly string[]): PlainFunction =>
    (id, scope) =>
      createContext(find, tag, names, String(id), scope);
  const only =
    (tag: string, names: readonly string[]): PlainFunction =>
    (scope) =>
      createContext(find, tag, names, undefined, scope);
  return {
    plain: {
      createVideoContext: withId("video", VIDEO),
      createAudioContext: withId("audio", AUDIO),
      createLivePlayerContext: withId("live-player", LIVE_PLAYER),
      createLivePusherContext: only("live-pusher", LIVE_PUSHER),
      createCameraContext: only("camera", CAMERA),
      createMapContext: withId("map", MAP),
    },
  };
}

const NAMES: Readonly<Record<string, readonly string[]>> = {
  video: VIDEO,
  "live-player": LIVE_PLAYER,
  "live-pusher": LIVE_PUSHER,
  camera: CAMERA,
  map: MAP,
  audio: AUDIO,
  editor: EDITOR,
};

/** What a selector query gives as a component's context; null: it has none. */
export function contextOf(tag: string, controlled: Controlled): object | null {
  const names = NAMES[tag];
  return names === undefined ? null : createContext(() => controlled, tag, names, undefined, undefined);
}

function createContext(
  find: FindControlled,
  tag: string,
  names: readonly string[],
  id: string | undefined,
  scope: unknown,
): object {
  const run = (name: string, options: unknown): void => {
    const { success, fail, complete } = (typeof options === "object" && options !== null ? options : {}) as {
      readonly success?: (result: CallResult) => void;
      readonly fail?: (result: CallResult) => void;
      readonly complete?: (result: CallResult) => void;
    };
    void Promise.resolve()
      .then(async (): Promise<CallResult> => {
        const target = find(tag, id, scope);
        if (target === undefined) return { errMsg: `${name}:fail component not found` };
        const answer = await target.command(name, options);
        return { ...(typeof answer === "object" ? answer : {}), errMsg: `${name}:ok` };
      })
      .catch((error: unknown) => ({
        errMsg: `${name}:fail ${error instanceof Error ? error.message : String(error)}`,
      }))
      .then((result) => {
        (result.errMsg.endsWith(":ok") ? success : fail)?.(result);
        complete?.(result);
      });
  };
  return {
    ...Object.fromEntries(names.map((name) => [name, (options?: unknown) => run(name, options)])),
    // The one command with two arguments.
    ...(tag === "editor"
      ? { format: (format: unknown, value?: unknown) => run("format", { name: format, value }) }
      : {}),
    ...(tag === "camera" ? { onCameraFrame: () => ({ start() {}, stop() {} }) } : {}),
  };
}
