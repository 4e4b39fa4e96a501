import type { AnimationStep, ExportedAnimation } from "../../wx/animation.js";

const LENGTHS = new Set(["width", "height", "left", "top", "right", "bottom"]);

/** Plays what `wx.createAnimation(...).export()` gave, one step after the other. */
export function playAnimation(element: HTMLElement | undefined, animation: unknown): void {
  const actions = (animation as ExportedAnimation | null | undefined)?.actions;
  if (element === undefined || !Array.isArray(actions) || actions.length === 0) return;
  const [first, ...rest] = actions as readonly AnimationStep[];
  if (first === undefined) return;
  // A style that is set in the frame in which its transition is makes no transition.
  requestAnimationFrame(() => {
    apply(element, first);
    if (rest.length === 0) return;
    const { duration, delay } = first.option.transition;
    setTimeout(() => playAnimation(element, { actions: rest }), duration + delay);
  });
}

function apply(element: HTMLElement, { animates, option }: AnimationStep): void {
  const { duration, timingFunction, delay } = option.transition;
  const { style } = element;
  style.transition = `${duration}ms ${timingFunction} ${delay}ms`;
  style.transformOrigin = option.transformOrigin;
  const transforms: string[] = [];
  for (const { type, args } of animates) {
    const value = args[0];
    if (LENGTHS.has(type)) style.setProperty(type, length(value));
    else if (type === "opacity" || type === "background-color") style.setProperty(type, String(value));
    else transforms.push(`${type}(${args.map((each, index) => argument(type, each, index)).join(",")})`);
  }
  if (transforms.length > 0) style.transform = transforms.join(" ");
}

function argument(type: string, value: unknown, index: number): string {
  if (type.startsWith("translate")) return length(value);
  const isAngle = type === "rotate3d" ? index === 3 : type.startsWith("rotate") || type.startsWith("skew");
  if (isAngle) return `${String(value)}deg`;
  return String(value);
}

function length(value: unknown): string {
  return typeof value === "number" ? `${value}px` : String(value);
}
