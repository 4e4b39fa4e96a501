import type { WxFunctions } from "./functions.js";
import { textOf } from "./text.js";

/** What `export` of an animation gives, and the `animation` attribute of every component takes. */
export interface ExportedAnimation {
  readonly actions: readonly AnimationStep[];
}

export interface AnimationStep {
  readonly animates: ReadonlyArray<{ readonly type: string; readonly args: readonly unknown[] }>;
  readonly option: {
    readonly transformOrigin: string;
    /** Milliseconds. */
    readonly transition: {
      readonly duration: number;
      readonly timingFunction: string;
      readonly delay: number;
    };
  };
}

/** Each becomes a style of its own name. */
export const STYLE_STEPS: readonly string[] = [
  "opacity",
  "backgroundColor",
  "width",
  "height",
  "left",
  "top",
  "right",
  "bottom",
];
/** Each becomes a part of `transform`. */
const TRANSFORM_STEPS = [
  "matrix",
  "matrix3d",
  "rotate",
  "rotate3d",
  "rotateX",
  "rotateY",
  "rotateZ",
  "scale",
  "scale3d",
  "scaleX",
  "scaleY",
  "scaleZ",
  "skew",
  "skewX",
  "skewY",
  "translate",
  "translate3d",
  "translateX",
  "translateY",
  "translateZ",
];

/** wx.createAnimation: writes down steps; the component that gets them plays them. */
export function animationFunctions(): WxFunctions {
  return { plain: { createAnimation: (options) => createAnimation(options ?? {}) } };
}

interface StepOptions {
  readonly duration?: unknown;
  readonly timingFunction?: unknown;
  readonly delay?: unknown;
  readonly transformOrigin?: unknown;
}

function createAnimation(base: StepOptions): object {
  let animates: Array<{ type: string; args: readonly unknown[] }> = [];
  let actions: AnimationStep[] = [];
  const animation: Record<string, unknown> = {};
  for (const name of [...STYLE_STEPS, ...TRANSFORM_STEPS]) {
    animation[name] = (...args: readonly unknown[]) => {
      animates.push({ type: name === "backgroundColor" ? "background-color" : name, args });
      return animation;
    };
  }
  animation["step"] = (options: StepOptions = {}) => {
    const { duration, timingFunction, delay, transformOrigin } = { ...base, ...options };
    actions.push({
      animates,
      option: {
        transformOrigin: textOf(transformOrigin, "50% 50% 0"),
        transition: {
          duration: Number(duration ?? 400),
          timingFunction: textOf(timingFunction, "linear"),
          delay: Number(delay ?? 0),
        },
      },
    });
    animates = [];
    return animation;
  };
  animation["export"] = (): ExportedAnimation => {
    const exported = { actions };
    actions = [];
    return exported;
  };
  return animation;
}
