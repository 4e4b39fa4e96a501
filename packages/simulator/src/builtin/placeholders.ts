import { textOf } from "../wx/text.js";
import type { BuiltinComponent, BuiltinHost, BuiltinInstance, BuiltinServices } from "./definition.js";
import { EMPTY_PICTURE } from "./canvas-blind.js";
import { part } from "./dom.js";
import { HOVER } from "./view.js";

/** Components that need a phone or WeChat's servers: a labelled box that says what the real one would say. */
export function createPlaceholders(services: BuiltinServices): readonly BuiltinComponent[] {
  return [
    createCamera(services),
    livePlayer(services),
    livePusher(services),
    createMap(services),
    openData,
    functionalPageNavigator,
    ...BOXES.map((box) => createBox(box, services)),
  ];
}

interface Box {
  readonly tag: string;
  /** What the box is called. */
  readonly label: string;
  readonly properties: BuiltinComponent["properties"];
  /** The event that tells that it is there, and its detail. */
  readonly loaded?: readonly [event: string, detail: object];
}

const BOXES: readonly Box[] = [
  {
    tag: "ad",
    label: "广告",
    properties: { unitId: "", adIntervals: 0, adType: "banner", adTheme: "white" },
    loaded: ["load", {}],
  },
  {
    tag: "ad-custom",
    label: "原生模板广告",
    properties: { unitId: "", adIntervals: 0 },
    loaded: ["load", {}],
  },
  { tag: "ad-banner", label: "广告", properties: { unitId: "" }, loaded: ["load", {}] },
  { tag: "official-account", label: "公众号", properties: {}, loaded: ["load", { status: 0, errMsg: "ok" }] },
  { tag: "official-account-publish", label: "公众号发布", properties: {} },
  {
    tag: "voip-room",
    label: "多人音视频",
    properties: { openid: "", mode: "camera", devicePosition: "front" },
  },
  { tag: "channel-live", label: "视频号直播", properties: { feedId: "", finderUserName: "" } },
  {
    tag: "channel-video",
    label: "视频号视频",
    properties: {
      feedId: "",
      finderUserName: "",
      feedToken: "",
      autoplay: false,
      loop: false,
      muted: false,
      objectFit: "contain",
    },
  },
  {
    tag: "animation-video",
    label: "透明视频",
    properties: {
      resourceWidth: 800,
      resourceHeight: 400,
      canvasStyle: "",
      path: "",
      loop: false,
      autoplay: false,
    },
    loaded: ["started", {}],
  },
  { tag: "store-home", label: "微信小店", properties: { appid: "" } },
  { tag: "store-product", label: "小店商品", properties: { appid: "", productId: "" } },
  { tag: "store-coupon", label: "小店优惠券", properties: { appid: "", couponId: "" } },
  { tag: "subscribe", label: "订阅", properties: {} },
];

function createBox({ tag, label, properties, loaded }: Box, { after }: BuiltinServices): BuiltinComponent {
  return {
    tag,
    properties,
    create: (host) => ({
      attached() {
        mark(host, label);
        if (loaded !== undefined) after(0, () => host.trigger(...loaded));
      },
    }),
  };
}

/** Writes on a placeholder what it stands for. */
function mark({ element, tag }: BuiltinHost, label: string, note = ""): void {
  if (element === undefined) return;
  element.classList.add("weapp-stand-in");
  element.dataset["label"] = note === "" ? label : `${label} · ${note}`;
  element.dataset["tag"] = tag;
}

function createCamera({ after, answer, keepFile }: BuiltinServices): BuiltinComponent {
  const picture = (): string => keepFile(EMPTY_PICTURE, "png");
  return {
    tag: "camera",
    properties: {
      mode: "normal",
      resolution: "medium",
      devicePosition: "back",
      flash: "auto",
      frameSize: "medium",
    },
    create(host) {
      const scan = async (): Promise<void> => {
        if (host.get("mode") !== "scanCode") return;
        const { result, scanType, charSet, rawData } = await answer("scanCode");
        host.trigger("scancode", { result, type: textOf(scanType).toLowerCase(), charSet, rawData });
      };
      const commands: Readonly<Record<string, () => object>> = {
        takePhoto: () => ({ tempImagePath: picture(), tempThumbPath: picture(), width: 1, height: 1 }),
        startRecord: () => ({}),
        stopRecord: () => ({ tempThumbPath: picture(), tempVideoPath: picture() }),
        setZoom: () => ({ zoom: 1 }),
      };
      return {
        attached() {
          mark(host, "相机", host.get("mode") === "scanCode" ? "轻触扫码" : "");
          after(0, () => host.trigger("initdone", { maxZoom: 10 }));
        },
        tapped: () => void scan(),
        command: (name) => commands[name]?.(),
      };
    },
  };
}

/** Codes of statechange, one after the other: connected, stream, first frame, playing. */
const PLAYING = [2001, 2002, 2003, 2004] as const;
const PUSHING = [1001, 1002, 1003, 1007] as const;

function livePlayer({ after, keepFile }: BuiltinServices): BuiltinComponent {
  return {
    tag: "live-player",
    properties: {
      src: "",
      mode: "live",
      autoplay: false,
      muted: false,
      orientation: "vertical",
      objectFit: "contain",
      backgroundMute: false,
      minCache: 1,
      maxCache: 3,
      soundMode: "speaker",
      autoPauseIfNavigate: true,
      autoPauseIfOpenNative: true,
      pictureInPictureMode: null,
      referrerPolicy: "no-referrer",
    },
    create: (host) =>
      createLive(host, after, {
        label: "直播播放",
        address: "src",
        starts: "autoplay",
        started: PLAYING,
        stopped: 2006,
        snapshot: () => keepFile(EMPTY_PICTURE, "png"),
      }),
  };
}

function livePusher({ after, keepFile }: BuiltinServices): BuiltinComponent {
  return {
    tag: "live-pusher",
    properties: {
      url: "",
      mode: "RTC",
      autopush: false,
      muted: false,
      enableCamera: true,
      autoFocus: true,
      orientation: "vertical",
      beauty: 0,
      whiteness: 0,
      aspect: "9:16",
      minBitrate: 200,
      maxBitrate: 1000,
      audioQuality: "high",
      waitingImage: "",
      waitingImageHash: "",
      zoom: false,
      devicePosition: "front",
      backgroundMute: false,
      mirror: false,
      remoteMirror: false,
      localMirror: "auto",
      audioReverbType: 0,
      enableMic: true,
      enableAgc: false,
      enableAns: false,
      audioVolumeType: "auto",
      beautyStyle: "smooth",
      filter: "standard",
    },
    create: (host) =>
      createLive(host, after, {
        label: "直播推流",
        address: "url",
        starts: "autopush",
        started: PUSHING,
        stopped: -1307,
        snapshot: () => keepFile(EMPTY_PICTURE, "png"),
      }),
  };
}

interface LiveWords {
  readonly label: string;
  /** The property with the stream's address, and the one by which it starts by itself. */
  readonly address: string;
  readonly starts: string;
  readonly started: readonly number[];
  readonly stopped: number;
  readonly snapshot: () => string;
}

function createLive(host: BuiltinHost, after: BuiltinServices["after"], words: LiveWords): BuiltinInstance {
  let isRunning = false;
  const tell = (code: number): void => host.trigger("statechange", { code, message: "" });
  function start(): void {
    if (isRunning) return;
    isRunning = true;
    words.started.forEach((code) => after(0, () => tell(code)));
  }
  const full = (fullScreen: boolean) => (): void =>
    host.trigger("fullscreenchange", { fullScreen, direction: textOf(host.get("orientation")) });
  const commands: Readonly<Record<string, () => unknown>> = {
    play: start,
    start,
    resume: start,
    stop() {
      if (isRunning && host.tag === "live-player") tell(words.stopped);
      isRunning = false;
    },
    pause() {
      isRunning = false;
    },
    snapshot: () => ({ tempImagePath: words.snapshot(), width: 1, height: 1 }),
    requestFullScreen: full(true),
    exitFullScreen: full(false),
  };
  const show = (): void => mark(host, words.label, textOf(host.get(words.address)));
  return {
    attached() {
      show();
      if (host.get(words.starts) === true && host.get(words.address) !== "") start();
    },
    changed(name) {
      show();
      if (name === words.starts && host.get(name) === true) start();
    },
    command: (name) => commands[name]?.(),
  };
}

interface Marker {
  readonly id?: number;
  readonly title?: string;
  readonly latitude?: number;
  readonly longitude?: number;
}

function createMap({ after }: BuiltinServices): BuiltinComponent {
  return {
    tag: "map",
    properties: {
      longitude: 0,
      latitude: 0,
      scale: 16,
      minScale: 3,
      maxScale: 20,
      markers: [],
      covers: [],
      polyline: [],
      circles: [],
      controls: [],
      includePoints: [],
      showLocation: false,
      polygons: [],
      subkey: "",
      layerStyle: 1,
      rotate: 0,
      skew: 0,
      enable3D: false,
      showCompass: false,
      showScale: false,
      enableOverlooking: false,
      enableZoom: true,
      enableScroll: true,
      enableRotate: false,
      enableSatellite: false,
      enableTraffic: false,
      enablePoi: true,
      enableBuilding: true,
      setting: null,
    },
    create(host) {
      const { element, get } = host;
      const pins = element === undefined ? undefined : part("weapp-map-pins");
      const markers = (): readonly Marker[] => (get("markers") ?? []) as readonly Marker[];
      const touch = (markerId: unknown): void => host.trigger("markertap", { markerId });
      const show = (): void => {
        const [latitude, longitude] = [Number(get("latitude")), Number(get("longitude"))];
        mark(host, "地图", `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`);
        pins?.replaceChildren(
          ...markers().map(({ id, title }) => {
            const pin = document.createElement("button");
            pin.type = "button";
            pin.textContent = textOf(title, textOf(id));
            pin.addEventListener("click", (event) => {
              event.stopPropagation();
              touch(id);
            });
            return pin;
          }),
        );
      };
      const center = (): object => ({ latitude: get("latitude"), longitude: get("longitude") });
      const commands: Readonly<Record<string, () => object>> = {
        getCenterLocation: center,
        getScale: () => ({ scale: get("scale") }),
        getRotate: () => ({ rotate: get("rotate") }),
        getSkew: () => ({ skew: get("skew") }),
        getRegion: () => ({ southwest: center(), northeast: center() }),
      };
      return {
        attached() {
          if (pins !== undefined) element?.append(pins);
          show();
          after(0, () => host.trigger("updated", {}));
        },
        changed: show,
        chosen(id) {
          if (!markers().some((marker) => marker.id === id))
            throw new Error(`choose: expected the id of a marker of the map, got ${textOf(id)}`);
          touch(id);
        },
        command: (name) => commands[name]?.() ?? {},
      };
    },
  };
}

/** What open-data shows of a person whom nobody knows, by type. */
const OPEN_DATA: Readonly<Record<string, string>> = {
  userNickName: "微信用户",
  groupName: "群聊",
  userGender: "",
  userCity: "",
  userProvince: "",
  userCountry: "",
  userLanguage: "zh_CN",
};

const openData: BuiltinComponent = {
  tag: "open-data",
  properties: { type: "", openGid: "", lang: "en", defaultText: "", defaultAvatar: "" },
  create({ element, get }) {
    const text = (): string => OPEN_DATA[textOf(get("type"))] ?? textOf(get("defaultText"));
    const shown = element === undefined ? undefined : part("weapp-open-data", "span");
    const show = (): void => {
      if (shown === undefined) return;
      shown.textContent = text();
      shown.toggleAttribute("data-avatar", get("type") === "userAvatarUrl");
    };
    return {
      attached() {
        if (shown !== undefined) element?.append(shown);
        show();
      },
      changed: show,
      text,
    };
  },
};

const functionalPageNavigator: BuiltinComponent = {
  tag: "functional-page-navigator",
  properties: { ...HOVER, version: "release", name: "", args: null },
  create: (host) => ({
    tapped: () => host.trigger("fail", { errMsg: "functionalPageNavigator:fail function pages need WeChat" }),
  }),
};
