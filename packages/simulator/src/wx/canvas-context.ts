import type { CallResult } from "./call.js";
import type { FindControlled } from "./contexts.js";
import type { WxFunctions } from "./functions.js";
import { textOf } from "./text.js";

/** One step of the old drawing context: a method of the 2d context, or a property to set. */
export interface CanvasStep {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** Methods that are those of the 2d context of the same name. */
const SAME = [
  "beginPath",
  "closePath",
  "moveTo",
  "lineTo",
  "rect",
  "arc",
  "arcTo",
  "bezierCurveTo",
  "quadraticCurveTo",
  "stroke",
  "fillRect",
  "strokeRect",
  "clearRect",
  "fillText",
  "strokeText",
  "clip",
  "save",
  "restore",
  "scale",
  "rotate",
  "translate",
  "transform",
  "setTransform",
  "drawImage",
  "fill",
];

/** Setters, and the property of the 2d context that each sets. */
const SETTERS: Readonly<Record<string, string>> = {
  setFillStyle: "fillStyle",
  setStrokeStyle: "strokeStyle",
  setLineWidth: "lineWidth",
  setLineCap: "lineCap",
  setLineJoin: "lineJoin",
  setMiterLimit: "miterLimit",
  setGlobalAlpha: "globalAlpha",
  setTextAlign: "textAlign",
  setTextBaseline: "textBaseline",
};

/** Properties that newer code sets directly. */
const PROPERTIES = [
  "fillStyle",
  "strokeStyle",
  "lineWidth",
  "lineCap",
  "lineJoin",
  "miterLimit",
  "globalAlpha",
  "textAlign",
  "textBaseline",
  "font",
  "globalCompositeOperation",
  "shadowColor",
  "shadowBlur",
  "shadowOffsetX",
  "shadowOffsetY",
  "lineDashOffset",
];

/** The canvas functions without a node: createCanvasContext and what reads a canvas. */
export function canvasFunctions(
  find: FindControlled,
  createOffscreen: (options: unknown) => object,
): WxFunctions {
  const on = (
    api: string,
    id: unknown,
    scope: unknown,
    options: unknown,
  ): CallResult | Promise<CallResult> => {
    const target = find("canvas", textOf(id), scope);
    if (target === undefined) return { errMsg: `${api}:fail canvas is empty` };
    return Promise.resolve(target.command(api, options)).then((answer) => ({
      ...(answer as object),
      errMsg: `${api}:ok`,
    }));
  };
  return {
    calls: {
      canvasToTempFilePath(options) {
        const { canvas } = options;
        if (typeof canvas === "object" && canvas !== null && "toTempFilePath" in canvas)
          return (canvas.toTempFilePath as (given: unknown) => CallResult)(options);
        return on("canvasToTempFilePath", options["canvasId"], options["component"], options);
      },
      canvasGetImageData: (options) => on("canvasGetImageData", options["canvasId"], undefined, options),
      canvasPutImageData: (options) => on("canvasPutImageData", options["canvasId"], undefined, options),
      drawCanvas: (options) => on("drawCanvas", options["canvasId"], undefined, options),
    },
    plain: {
      createCanvasContext: (id, scope) =>
        createCanvasContext((steps, reserve) =>
          find("canvas", textOf(id), scope)?.command("draw", { steps, reserve }),
        ),
      createContext: () => createCanvasContext(() => undefined),
      createOffscreenCanvas: (options) => createOffscreen(options),
    },
  };
}

/** Writes down what is drawn until `draw`. */
function createCanvasContext(show: (steps: readonly CanvasStep[], reserve: boolean) => unknown): object {
  let steps: CanvasStep[] = [];
  const context: Record<string, unknown> = {};
  const add = (name: string, args: readonly unknown[]): void => void steps.push({ name, args });
  for (const name of SAME) context[name] = (...args: readonly unknown[]) => add(name, args);
  for (const [name, property] of Object.entries(SETTERS))
    context[name] = (value: unknown) => add(`=${property}`, [value]);
  for (const property of PROPERTIES) {
    let current: unknown = property === "font" ? "10px sans-serif" : undefined;
    Object.defineProperty(context, property, {
      enumerable: true,
      get: () => current,
      set(value) {
        current = value;
        add(`=${property}`, [value]);
      },
    });
  }
  Object.assign(context, {
    setFontSize: (size: unknown) => add("=fontSize", [size]),
    setLineDash: (pattern: unknown, offset: unknown) => add("setLineDash", [pattern, offset]),
    setShadow: (x: unknown, y: unknown, blur: unknown, color: unknown) => {
      add("=shadowOffsetX", [x]);
      add("=shadowOffsetY", [y]);
      add("=shadowBlur", [blur]);
      add("=shadowColor", [color]);
    },
    createLinearGradient: (...args: readonly unknown[]) => createGradient("linear", args),
    createCircularGradient: (x: number, y: number, r: number) => createGradient("radial", [x, y, 0, x, y, r]),
    createPattern: (image: unknown, repetition: unknown) => ({ pattern: image, repetition }),
    // A letter of a common font is about half as wide as high, a Chinese one as wide.
    measureText: (text: unknown) => ({
      width: Array.from(textOf(text)).reduce((sum, letter) => sum + (letter > "\u2e80" ? 10 : 5.5), 0),
    }),
    getActions() {
      const actions = steps;
      steps = [];
      return actions;
    },
    clearActions() {
      steps = [];
    },
    draw(reserve: unknown, callback?: unknown) {
      const done = typeof reserve === "function" ? reserve : callback;
      const drawn = Promise.resolve(show(steps, reserve === true));
      steps = [];
      if (typeof done === "function") void drawn.finally(() => (done as () => void)());
    },
  });
  return context;
}

/** A gradient as it is written down: made where it is drawn. */
export interface CanvasGradientPlan {
  readonly gradient: "linear" | "radial";
  readonly args: readonly unknown[];
  readonly stops: ReadonlyArray<readonly [offset: number, color: string]>;
}

function createGradient(gradient: "linear" | "radial", args: readonly unknown[]): object {
  const stops: Array<readonly [number, string]> = [];
  return {
    gradient,
    args,
    stops,
    addColorStop: (offset: number, color: string) => void stops.push([offset, color]),
  };
}
