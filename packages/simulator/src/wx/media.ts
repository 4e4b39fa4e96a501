import type { DrawnOverlay, Overlays } from "../view/overlays.js";
import type { CallOptions, CallResult } from "./call.js";
import { PICTURE } from "./default-answers.js";
import { succeedAll, wrongType, type WxFunctions } from "./functions.js";
import { imageSize } from "./image-size.js";
import { isPhonePath, type PhoneFiles } from "./phone-files.js";
import type { HostCall } from "./request.js";
import { textOf } from "./text.js";

export interface MediaParts {
  readonly files: PhoneFiles;
  readonly readPackageFile: (path: string) => ArrayBuffer | null;
  readonly host: HostCall;
  readonly overlays: Overlays;
}

/** Pictures and videos: choosing, looking at, measuring. What is chosen is a picture of our own, unless scripted. */
export function mediaFunctions(parts: MediaParts): WxFunctions {
  const { files, overlays } = parts;

  /** The bytes behind any address that a component takes. */
  async function read(src: string): Promise<Uint8Array<ArrayBuffer>> {
    if (src.startsWith("data:")) return dataBytes(src);
    if (isPhonePath(src)) {
      const entry = files.get(src);
      if (entry === undefined || entry.isDirectory) throw new Error("file doesn't exist");
      return entry.bytes;
    }
    if (/^https?:/iu.test(src)) {
      const { body } = await parts.host("download", { url: src, header: {}, timeoutMs: 60_000 });
      return new Uint8Array(body ?? new ArrayBuffer(0));
    }
    const content = parts.readPackageFile(src.replace(/^\/+/u, ""));
    if (content === null) throw new Error("file doesn't exist");
    return new Uint8Array(content);
  }

  function picture(): { path: string; size: number } {
    const bytes = dataBytes(PICTURE);
    const path = files.temporaryPath("svg");
    files.write(path, bytes);
    return { path, size: bytes.length };
  }

  function pictures(options: CallOptions, fallback: number): Array<{ path: string; size: number }> {
    // One is what somebody picks who is in a hurry; more than one is what a script says.
    return Number(options["count"] ?? fallback) > 0 ? [picture()] : [];
  }

  function preview(api: string, urls: unknown, current: number): CallResult {
    if (!Array.isArray(urls) || urls.length === 0) return { errMsg: wrongType(api, "urls", "Array", urls) };
    const drawn: DrawnOverlay = overlays.open({
      kind: "preview",
      urls: urls.map((url) => textOf(url)),
      current: Math.max(0, current),
      close: () => drawn.remove(),
    });
    return { errMsg: `${api}:ok` };
  }

  return {
    calls: {
      ...succeedAll([
        "saveImageToPhotosAlbum",
        "saveVideoToPhotosAlbum",
        "saveFileToDisk",
        "openDocument",
        "showShareImageMenu",
        "addFileToFavorites",
        "addVideoToFavorites",
        "openVideoEditor",
        "preloadAssets",
      ]),
      chooseImage(options) {
        const tempFiles = pictures(options, 9);
        return { errMsg: "chooseImage:ok", tempFilePaths: tempFiles.map(({ path }) => path), tempFiles };
      },
      chooseMedia(options) {
        const tempFiles = pictures(options, 9).map(({ path, size }) => ({
          tempFilePath: path,
          size,
          fileType: "image",
        }));
        return { errMsg: "chooseMedia:ok", type: "image", tempFiles };
      },
      chooseMessageFile(options) {
        const tempFiles = pictures(options, 1).map(({ path, size }) => ({
          path,
          size,
          name: "picture.svg",
          type: "image",
          time: 0,
        }));
        return { errMsg: "chooseMessageFile:ok", tempFiles };
      },
      chooseVideo: () => ({ errMsg: "chooseVideo:fail cancel" }),
      async getImageInfo({ src }) {
        if (typeof src !== "string") return { errMsg: wrongType("getImageInfo", "src", "String", src) };
        const bytes = await read(src);
        const { type, width, height } = imageSize(bytes);
        if (type === "unknown") return { errMsg: "getImageInfo:fail image decode failed" };
        return { errMsg: "getImageInfo:ok", width, height, type, orientation: "up", path: src };
      },
      async getVideoInfo({ src }) {
        const bytes = await read(textOf(src));
        return {
          errMsg: "getVideoInfo:ok",
          size: Math.ceil(bytes.length / 1_024),
          duration: 0,
          width: 0,
          height: 0,
          type: "mp4",
          orientation: "up",
          fps: 0,
          bitrate: 0,
        };
      },
      async compressImage({ src }) {
        const path = files.temporaryPath("jpg");
        files.write(path, await read(textOf(src)));
        return { errMsg: "compressImage:ok", tempFilePath: path };
      },
      cropImage: ({ src }) => ({ errMsg: "cropImage:ok", tempFilePath: textOf(src) }),
      editImage: ({ src }) => ({ errMsg: "editImage:ok", tempFilePath: textOf(src) }),
      previewImage: ({ urls, current }) =>
        preview(
          "previewImage",
          urls,
          typeof current === "number" ? current : Array.isArray(urls) ? urls.indexOf(current) : 0,
        ),
      previewMedia: ({ sources, current }) =>
        preview(
          "previewMedia",
          Array.isArray(sources) ? sources.map((source: { url?: unknown }) => source.url) : sources,
          Number(current ?? 0),
        ),
    },
  };
}

function dataBytes(url: string): Uint8Array<ArrayBuffer> {
  const comma = url.indexOf(",");
  const text = url.slice(comma + 1);
  if (!url.slice(0, comma).endsWith(";base64")) return new TextEncoder().encode(decodeURIComponent(text));
  const binary = atob(text);
  return Uint8Array.from({ length: binary.length }, (_, index) => binary.charCodeAt(index));
}
