import { textOf } from "../wx/text.js";

/** One transparent pixel, as PNG. */
export const EMPTY_PICTURE: Uint8Array<ArrayBuffer> = Uint8Array.from(
  atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="),
  (letter) => letter.codePointAt(0) ?? 0,
);

/** Between two frames of a screen that is not there. */
const FRAME_MS = 16;

/** A canvas that can be asked everything and shows nothing. */
export function createBlindCanvas(
  after: (ms: number, act: () => void) => () => void,
  save: (extension: string) => string,
): object {
  const frames = new Map<number, () => void>();
  let lastFrame = 0;
  const canvas = {
    width: 300,
    height: 150,
    getContext: () => createBlindContext(canvas),
    createImage() {
      const image: Record<string, unknown> = { width: 1, height: 1, onload: null, onerror: null };
      let src = "";
      Object.defineProperty(image, "src", {
        get: () => src,
        set(value: unknown) {
          src = textOf(value);
          after(0, () => (image["onload"] as (() => void) | null)?.());
        },
      });
      return image;
    },
    createPath2D: () => createBlindContext(canvas),
    createImageData: blindImage,
    requestAnimationFrame(act: (now: number) => void) {
      lastFrame += 1;
      const frame = lastFrame;
      frames.set(
        frame,
        after(FRAME_MS, () => act(frame * FRAME_MS)),
      );
      return frame;
    },
    cancelAnimationFrame: (frame: number) => frames.get(frame)?.(),
    toDataURL: () => `data:image/png;base64,${btoa(String.fromCodePoint(...EMPTY_PICTURE))}`,
    async toTempFilePath() {
      return { tempFilePath: save("png"), errMsg: "canvasToTempFilePath:ok" };
    },
  };
  return canvas;
}

function blindImage(width: number, height: number): object {
  return { width, height, data: new Uint8ClampedArray(width * height * 4) };
}

/** Every method can be called; properties keep what they were given. */
function createBlindContext(canvas: object): object {
  const known: Record<string, unknown> = {
    canvas,
    measureText: (text: unknown) => ({ width: Array.from(textOf(text)).length * 10 }),
    createImageData: blindImage,
    getImageData: (_x: number, _y: number, width: number, height: number) => blindImage(width, height),
    createLinearGradient: () => ({ addColorStop() {} }),
    createRadialGradient: () => ({ addColorStop() {} }),
    createPattern: () => ({}),
    isPointInPath: () => false,
  };
  return new Proxy(known, {
    get: (target, name) =>
      typeof name === "string" && !(name in target) ? () => undefined : Reflect.get(target, name),
  });
}
