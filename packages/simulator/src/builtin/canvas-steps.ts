import type { CanvasGradientPlan, CanvasStep } from "../wx/canvas-context.js";
import { textOf } from "../wx/text.js";

export interface DrawOptions {
  /** Whether what was drawn before stays. */
  readonly keeps: boolean;
  readonly assetUrl: (src: string) => string;
}

/** Does what the old drawing context wrote down. Pictures are loaded first, so that the steps stay in order. */
export async function drawSteps(
  context: CanvasRenderingContext2D,
  steps: readonly CanvasStep[],
  { keeps, assetUrl }: DrawOptions,
): Promise<object> {
  const pictures = new Map<string, HTMLImageElement>();
  await Promise.all(
    steps.map(async ({ name, args: [first, second] }) => {
      const pattern = name.startsWith("=")
        ? (first as { readonly pattern?: unknown } | null)?.pattern
        : undefined;
      const src = name === "drawImage" ? first : (pattern ?? second);
      if (typeof src !== "string" || (name !== "drawImage" && pattern === undefined)) return;
      const image = new Image();
      image.src = assetUrl(src);
      pictures.set(src, image);
      await image.decode().catch(() => pictures.delete(src));
    }),
  );
  if (!keeps) {
    context.reset();
    context.font = "10px sans-serif";
  }
  for (const step of steps) draw(context, step, pictures);
  return {};
}

function draw(
  context: CanvasRenderingContext2D,
  { name, args }: CanvasStep,
  pictures: ReadonlyMap<string, HTMLImageElement>,
): void {
  const target = context as unknown as Record<string, unknown>;
  if (name === "=fontSize") {
    context.font = context.font.replace(/[\d.]+px/u, `${Number(args[0])}px`);
  } else if (name.startsWith("=")) {
    target[name.slice(1)] = paint(context, args[0], pictures);
  } else if (name === "drawImage") {
    const [src, ...place] = args;
    const image = typeof src === "string" ? pictures.get(src) : (src as CanvasImageSource | undefined);
    if (image !== undefined)
      (context.drawImage as (...given: readonly unknown[]) => void).call(context, image, ...place);
  } else if (typeof target[name] === "function") {
    (target[name] as (...given: readonly unknown[]) => void).apply(context, [...args]);
  }
}

/** A colour as it is, a gradient or pattern made. */
function paint(
  context: CanvasRenderingContext2D,
  value: unknown,
  pictures: ReadonlyMap<string, HTMLImageElement>,
): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("gradient" in value) {
    const { gradient, args, stops } = value as CanvasGradientPlan;
    const numbers = args.map(Number);
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0, r = 0] = numbers;
    const made =
      gradient === "linear"
        ? context.createLinearGradient(x0, y0, x1, y1)
        : context.createRadialGradient(x0, y0, 0, x0, y0, r === 0 ? (numbers[5] ?? x1) : r);
    for (const [offset, color] of stops) made.addColorStop(offset, color);
    return made;
  }
  if ("pattern" in value) {
    const { pattern, repetition } = value as { readonly pattern: unknown; readonly repetition?: unknown };
    const image = pictures.get(textOf(pattern));
    return image === undefined ? "transparent" : context.createPattern(image, textOf(repetition, "repeat"));
  }
  return value;
}
