import { textOf } from "../wx/text.js";
import type { BuiltinComponent, BuiltinHost, BuiltinInstance, BuiltinServices } from "./definition.js";
import { part } from "./dom.js";

/** `video` and `audio`: the browser's own; without one they only say that they play. */
export function createMedia(services: BuiltinServices): readonly BuiltinComponent[] {
  return [
    {
      tag: "video",
      properties: {
        src: "",
        duration: 0,
        controls: true,
        danmuList: [],
        danmuBtn: false,
        enableDanmu: false,
        autoplay: false,
        loop: false,
        muted: false,
        initialTime: 0,
        direction: 0,
        showProgress: true,
        showFullscreenBtn: true,
        showPlayBtn: true,
        showCenterPlayBtn: true,
        enableProgressGesture: true,
        objectFit: "contain",
        poster: "",
        showMuteBtn: false,
        title: "",
        playBtnPosition: "bottom",
        enablePlayGesture: false,
        autoPauseIfNavigate: true,
        autoPauseIfOpenNative: true,
        vslideGesture: false,
        vslideGestureInFullscreen: true,
        adUnitId: "",
        posterForCrawler: "",
        showCastingButton: false,
        pictureInPictureMode: null,
        showScreenLockButton: false,
        showBackgroundPlaybackButton: false,
        backgroundPoster: "",
      },
      create: (host) => createVideo(host, services),
    },
    {
      tag: "audio",
      properties: { src: "", loop: false, controls: false, poster: "", name: "未知音频", author: "未知作者" },
      create: (host) => createAudio(host, services),
    },
  ];
}

/** What plays: the browser's element, or nothing that is heard. */
type Player = Pick<
  HTMLMediaElement,
  "currentTime" | "duration" | "paused" | "loop" | "muted" | "playbackRate" | "src" | "pause"
> & { play(): Promise<void> };

type Tell = (name: string, detail?: object) => void;

/** A player without sound: it says what it was told. */
function createSilent(tell: Tell): Player {
  const player = {
    currentTime: 0,
    duration: 0,
    paused: true,
    loop: false,
    muted: false,
    playbackRate: 1,
    src: "",
    async play() {
      if (!player.paused) return;
      player.paused = false;
      tell("play");
    },
    pause() {
      if (player.paused) return;
      player.paused = true;
      tell("pause");
    },
  };
  return player;
}

/** Passes on the events of a playing element as WeChat has them. */
function passEvents(element: HTMLMediaElement, tell: Tell): void {
  const time = (): object => ({ currentTime: element.currentTime, duration: element.duration || 0 });
  const details: Readonly<Record<string, () => object>> = { timeupdate: time };
  for (const name of ["play", "pause", "ended", "waiting", "timeupdate"])
    element.addEventListener(name, () => tell(name, details[name]?.()));
}

function createVideo(host: BuiltinHost, { assetUrl }: BuiltinServices): BuiltinInstance {
  const { element: box, get } = host;
  const tell: Tell = (name, detail = {}) => host.trigger(name, detail);
  const element = box === undefined ? undefined : document.createElement("video");
  const player: Player = element ?? createSilent(tell);
  let isFullScreen = false;

  function setFullScreen(isOn: boolean): void {
    if (isOn === isFullScreen) return;
    isFullScreen = isOn;
    box?.toggleAttribute("data-full-screen", isOn);
    const direction = get("direction") === 0 ? "vertical" : "horizontal";
    tell("fullscreenchange", { fullScreen: isOn, direction, fullscreen: isOn });
  }

  function show(): void {
    player.loop = get("loop") === true;
    player.muted = get("muted") === true;
    if (element === undefined) return;
    element.controls = get("controls") === true;
    element.playsInline = true;
    element.poster = get("poster") === "" ? "" : assetUrl(textOf(get("poster")));
    element.style.objectFit = textOf(get("objectFit"));
    element.setAttribute("aria-label", textOf(get("title")));
  }

  function load(): void {
    const src = textOf(get("src"));
    if (src !== "") player.src = assetUrl(src);
    if (get("autoplay") === true && src !== "") void player.play().catch(() => {});
  }

  if (element !== undefined) {
    passEvents(element, tell);
    element.addEventListener("loadedmetadata", () => {
      const { videoWidth: width, videoHeight: height, duration } = element;
      if (Number(get("initialTime")) > 0) element.currentTime = Number(get("initialTime"));
      tell("loadedmetadata", { width, height, duration });
    });
    element.addEventListener("seeked", () => tell("seekcomplete", { position: element.currentTime }));
    element.addEventListener("progress", () => {
      const { buffered, duration } = element;
      const end = buffered.length === 0 ? 0 : buffered.end(buffered.length - 1);
      tell("progress", { buffered: duration > 0 ? (end / duration) * 100 : 0 });
    });
    element.addEventListener("error", () =>
      tell("error", { errMsg: element.error?.message ?? "MEDIA_ERR_SRC_NOT_SUPPORTED" }),
    );
  }

  /** A line of the audience flies across the picture. */
  function fly(text: unknown, color: unknown): void {
    if (box === undefined || get("enableDanmu") !== true) return;
    const line = part("weapp-danmu");
    line.textContent = textOf(text);
    line.style.color = textOf(color, "#fff");
    line.style.top = `${(box.querySelectorAll(".weapp-danmu").length % 4) * 28 + 8}px`;
    line.addEventListener("animationend", () => line.remove());
    box.append(line);
  }

  /** The second up to which lines have flown. */
  let flownUntil = -1;

  /** Lines of `danmu-list` fly when the picture comes to their second. */
  function flyThose(now: number): void {
    const lines = get("danmuList");
    for (const line of Array.isArray(lines) ? (lines as readonly unknown[]) : []) {
      const { text, color, time } = { ...(line as object) } as Readonly<Record<string, unknown>>;
      const at = Number(time ?? 0);
      if (at > flownUntil && at <= now) fly(text, color);
    }
    flownUntil = now;
  }

  element?.addEventListener("timeupdate", () => flyThose(element.currentTime));
  element?.addEventListener("seeking", () => {
    flownUntil = element.currentTime;
  });

  const commands: Readonly<Record<string, (options: unknown) => void>> = {
    play: () => void player.play().catch((error: unknown) => tell("error", { errMsg: String(error) })),
    pause: () => player.pause(),
    stop() {
      player.pause();
      player.currentTime = 0;
    },
    seek(position) {
      player.currentTime = Number(position);
      if (element === undefined) tell("seekcomplete", { position: Number(position) });
    },
    playbackRate(rate) {
      player.playbackRate = Number(rate);
    },
    requestFullScreen: () => setFullScreen(true),
    exitFullScreen: () => setFullScreen(false),
    sendDanmu(options) {
      const { text, color } = options as Readonly<Record<string, unknown>>;
      fly(text, color);
    },
  };
  return {
    attached() {
      if (element !== undefined) box?.append(element);
      show();
      load();
    },
    changed(name) {
      if (name === "src") load();
      else show();
    },
    detached: () => player.pause(),
    command: (name, options) => commands[name]?.(options),
  };
}

function createAudio(host: BuiltinHost, { assetUrl }: BuiltinServices): BuiltinInstance {
  const { element: box, get } = host;
  const tell: Tell = (name, detail = {}) => host.trigger(name, detail);
  const element = box === undefined ? undefined : new Audio();
  const player: Player = element ?? createSilent(tell);
  const face = box === undefined ? undefined : createFace(host, assetUrl, () => toggle());
  const toggle = (): void => {
    if (player.paused) void player.play().catch(() => {});
    else player.pause();
  };
  if (element !== undefined) {
    passEvents(element, tell);
    element.addEventListener("error", () => tell("error", { errMsg: element.error?.code ?? 4 }));
    for (const name of ["play", "pause", "ended", "timeupdate"])
      element.addEventListener(name, () => face?.show(element));
  }
  const load = (src: string): void => {
    if (src !== "") player.src = assetUrl(src);
  };
  const commands: Readonly<Record<string, (options: unknown) => void>> = {
    setSrc: (src) => load(textOf(src)),
    play: () => void player.play().catch(() => {}),
    pause: () => player.pause(),
    seek(position) {
      player.currentTime = Number(position);
    },
  };
  const show = (): void => {
    player.loop = get("loop") === true;
    face?.show(player);
  };
  return {
    attached() {
      show();
      load(textOf(get("src")));
    },
    changed(name, value) {
      if (name === "src") load(textOf(value));
      else show();
    },
    detached: () => player.pause(),
    command: (name, options) => commands[name]?.(options),
  };
}

/** The card of a sound: picture, button, name, author, time. */
function createFace(
  { element, get }: BuiltinHost,
  assetUrl: BuiltinServices["assetUrl"],
  toggle: () => void,
): { show(player: Player): void } {
  const card = part("weapp-audio");
  const picture = part("weapp-audio-poster");
  const name = part("weapp-audio-name");
  const author = part("weapp-audio-author");
  const time = part("weapp-audio-time");
  const button = document.createElement("button");
  button.type = "button";
  button.addEventListener("click", toggle);
  picture.append(button);
  card.append(picture, name, author, time);
  element?.append(card);
  return {
    show(player) {
      card.hidden = get("controls") !== true;
      name.textContent = textOf(get("name"));
      author.textContent = textOf(get("author"));
      const poster = textOf(get("poster"));
      picture.style.backgroundImage = poster === "" ? "" : `url(${JSON.stringify(assetUrl(poster))})`;
      button.toggleAttribute("data-playing", !player.paused);
      button.setAttribute("aria-label", player.paused ? "播放" : "暂停");
      const seconds = Math.floor(player.currentTime);
      time.textContent = `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
    },
  };
}
