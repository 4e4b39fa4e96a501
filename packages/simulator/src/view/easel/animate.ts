import type { GeneralComponent } from "glass-easel";
import { PINNED } from "../../builtin/dom.js";
import type { Surface } from "./surface.js";

interface AnimateParts {
  readonly surface: Surface;
  readonly afterDraw: (act: () => void) => void;
}

/** Parts of `transform` that a key frame may name on their own, with the unit of a number. */
const TRANSFORMS: Readonly<Record<string, string>> = {
  translate: "px",
  translateX: "px",
  translateY: "px",
  translateZ: "px",
  translate3d: "px",
  rotate: "deg",
  rotateX: "deg",
  rotateY: "deg",
  rotateZ: "deg",
  scale: "",
  scaleX: "",
  scaleY: "",
  scale3d: "",
  skew: "deg",
  skewX: "deg",
  skewY: "deg",
};

/** `this.animate(selector, keyframes, duration, callback)`: the browser's own animation. */
export function animate(
  { surface, afterDraw }: AnimateParts,
  scope: GeneralComponent | undefined,
  selector: string,
  keyframes: unknown,
  durationMs: number,
  callback: unknown,
): void {
  const done = (): void => {
    if (typeof callback === "function") (callback as () => void)();
  };
  const elements = elementsOf(surface, scope, selector);
  const frames = Array.isArray(keyframes) ? keyframes.map((frame) => keyframe(frame as object)) : [];
  const running = elements.map(
    (element) => element.animate(frames, { duration: durationMs, fill: "forwards" }).finished,
  );
  if (running.length === 0) afterDraw(done);
  else void Promise.all(running).then(done, () => {});
}

/** Takes what was animated back to its styles. */
export function clearAnimation(
  { surface, afterDraw }: AnimateParts,
  scope: GeneralComponent | undefined,
  selector: string,
  callback: unknown,
): void {
  for (const element of elementsOf(surface, scope, selector)) {
    for (const animation of element.getAnimations()) {
      if (animation.id !== PINNED) animation.cancel();
    }
  }
  if (typeof callback === "function") afterDraw(callback as () => void);
}

function elementsOf(surface: Surface, scope: GeneralComponent | undefined, selector: string): HTMLElement[] {
  surface.settle();
  const nodes = scope?.getShadowRoot()?.querySelectorAll(selector) ?? [];
  return nodes.flatMap((node) => surface.elementOf(node) ?? []);
}

function keyframe(frame: object): Keyframe {
  const styles: Keyframe = {};
  const transforms: string[] = [];
  for (const [name, value] of Object.entries(frame)) {
    const unit = TRANSFORMS[name];
    if (name === "ease") styles.easing = String(value);
    else if (unit === undefined) styles[name] = value as string | number;
    else {
      const values = Array.isArray(value) ? (value as unknown[]) : [value];
      const args = values.map((each) => (typeof each === "number" ? `${each}${unit}` : String(each)));
      transforms.push(`${name}(${args.join(",")})`);
    }
  }
  if (transforms.length > 0) styles["transform"] = transforms.join(" ");
  return styles;
}
