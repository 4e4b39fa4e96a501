import type { CanvasStep } from "../wx/canvas-context.js";
import { textOf } from "../wx/text.js";
import { drawSteps } from "./canvas-steps.js";
import { createBlindCanvas, EMPTY_PICTURE } from "./canvas-blind.js";
import type { BuiltinComponent, BuiltinHost, BuiltinInstance, BuiltinServices } from "./definition.js";

type Options = Readonly<Record<string, unknown>>;

export function createCanvas(services: BuiltinServices): BuiltinComponent {
  return {
    tag: "canvas",
    properties: { type: "", canvasId: "", disableScroll: false },
    create: (host) =>
      host.element === undefined
        ? createUnseen(services)
        : createDrawn(host, host.element, document.createElement("canvas"), services),
  };
}

/** Without pixels: everything can be called, nothing is drawn, and a picture of it is an empty one. */
function createUnseen({ after, keepFile }: BuiltinServices): BuiltinInstance {
  const canvas = createBlindCanvas(after, (extension) => keepFile(EMPTY_PICTURE, extension));
  return {
    node: () => canvas,
    command(name, options) {
      const { width = 1, height = 1 } = (options ?? {}) as Options;
      if (name === "canvasToTempFilePath") return { tempFilePath: keepFile(EMPTY_PICTURE, "png") };
      if (name === "canvasGetImageData")
        return { width, height, data: new Uint8ClampedArray(Number(width) * Number(height) * 4) };
      return {};
    },
  };
}

function createDrawn(
  host: BuiltinHost,
  element: HTMLElement,
  canvas: HTMLCanvasElement,
  services: BuiltinServices,
): BuiltinInstance {
  const frames = new Set<number>();
  const is2d = (): boolean => host.get("type") === "2d" || host.get("type") === "webgl";
  const context = (): CanvasRenderingContext2D => {
    const made = canvas.getContext("2d", { willReadFrequently: true });
    if (made === null) throw new Error("canvas is not 2d");
    return made;
  };

  /** The old canvas has as many pixels as the page gives it; the new one what its author says. */
  function fit(): void {
    if (is2d()) return;
    const { clientWidth, clientHeight } = element;
    if (canvas.width === clientWidth && canvas.height === clientHeight) return;
    canvas.width = clientWidth;
    canvas.height = clientHeight;
  }

  async function save(options: Options): Promise<{ readonly tempFilePath: string }> {
    const number = (name: string, fallback: number): number => Number(options[name] ?? fallback);
    const ratio = is2d() ? canvas.width / Math.max(1, element.clientWidth) : 1;
    const [x, y] = [number("x", 0) * ratio, number("y", 0) * ratio];
    const width = number("width", element.clientWidth - number("x", 0));
    const height = number("height", element.clientHeight - number("y", 0));
    const copy = document.createElement("canvas");
    copy.width = number("destWidth", width * devicePixelRatio);
    copy.height = number("destHeight", height * devicePixelRatio);
    copy
      .getContext("2d")
      ?.drawImage(canvas, x, y, width * ratio, height * ratio, 0, 0, copy.width, copy.height);
    const type = options["fileType"] === "jpg" ? "jpg" : "png";
    const blob = await new Promise<Blob | null>((done) =>
      copy.toBlob(done, type === "jpg" ? "image/jpeg" : "image/png", number("quality", 1)),
    );
    if (blob === null) throw new Error("create bitmap failed");
    return { tempFilePath: services.keepFile(new Uint8Array(await blob.arrayBuffer()), type) };
  }

  const commands: Readonly<Record<string, (options: Options) => unknown>> = {
    draw: ({ steps, reserve }) =>
      drawSteps(context(), steps as readonly CanvasStep[], {
        keeps: reserve === true,
        assetUrl: services.assetUrl,
      }),
    drawCanvas: ({ actions, reserve }) =>
      drawSteps(context(), Array.isArray(actions) ? (actions as CanvasStep[]) : [], {
        keeps: reserve === true,
        assetUrl: services.assetUrl,
      }),
    canvasToTempFilePath: save,
    canvasGetImageData({ x, y, width, height }) {
      const data = context().getImageData(Number(x), Number(y), Number(width), Number(height));
      return { width: data.width, height: data.height, data: data.data };
    },
    canvasPutImageData({ x, y, width, height, data }) {
      const image = context().createImageData(Number(width), Number(height));
      image.data.set(data as Uint8ClampedArray);
      context().putImageData(image, Number(x), Number(y));
      return {};
    },
  };
  const node = asWeChatCanvas(canvas, services.assetUrl, frames, save);
  return {
    attached() {
      element.append(canvas);
      fit();
      if (!is2d()) requestAnimationFrame(fit);
    },
    changed: fit,
    detached() {
      for (const frame of frames) cancelAnimationFrame(frame);
    },
    node: () => node,
    command(name, options) {
      fit();
      return commands[name]?.((options ?? {}) as Options);
    },
  };
}

/** The browser's canvas with what WeChat's node has more. */
function asWeChatCanvas(
  canvas: HTMLCanvasElement,
  assetUrl: BuiltinServices["assetUrl"],
  frames: Set<number>,
  save: (options: Options) => Promise<{ readonly tempFilePath: string }>,
): HTMLCanvasElement {
  return Object.assign(canvas, {
    createImage() {
      const image = new Image();
      const source = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, "src");
      Object.defineProperty(image, "src", {
        get: (): unknown => source?.get?.call(image),
        set(src: unknown) {
          source?.set?.call(image, assetUrl(textOf(src)));
        },
      });
      return image;
    },
    createPath2D: (path?: Path2D | string) => new Path2D(path),
    createImageData: (...size: [number, number]) => new ImageData(...size),
    requestAnimationFrame(act: FrameRequestCallback) {
      const frame = requestAnimationFrame((now) => {
        frames.delete(frame);
        act(now);
      });
      frames.add(frame);
      return frame;
    },
    cancelAnimationFrame: (frame: number) => cancelAnimationFrame(frame),
    async toTempFilePath(options: Options) {
      return { ...(await save(options)), errMsg: "canvasToTempFilePath:ok" };
    },
  });
}
