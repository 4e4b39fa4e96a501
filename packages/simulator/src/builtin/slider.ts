import type { BuiltinComponent, BuiltinHost, BuiltinInstance } from "./definition.js";
import { followDrag, part } from "./dom.js";

export const slider: BuiltinComponent = {
  tag: "slider",
  properties: {
    min: 0,
    max: 100,
    step: 1,
    value: 0,
    disabled: false,
    color: "",
    selectedColor: "",
    activeColor: "",
    backgroundColor: "",
    blockSize: 28,
    blockColor: "#ffffff",
    showValue: false,
    name: "",
  },
  create: createSlider,
};

/** CSS pixels between which a block may be. */
const BLOCK_PX = { least: 12, most: 28 } as const;

function createSlider(host: BuiltinHost): BuiltinInstance {
  const { get } = host;
  const view = host.element === undefined ? undefined : createView(host, host.element);

  /** The nearest value that the slider can have. */
  function stepped(wanted: number): number {
    const [min, max] = [Number(get("min")), Number(get("max"))];
    const step = Number(get("step")) > 0 ? Number(get("step")) : 1;
    const at = Math.round((Math.min(max, Math.max(min, wanted)) - min) / step) * step + min;
    return Number(Math.min(max, at).toFixed(decimalsOf(step)));
  }

  function move(wanted: number, event: "change" | "changing"): void {
    const value = stepped(wanted);
    if (event === "changing" && value === get("value")) return;
    host.put("value", value);
    host.trigger(event, { value });
  }

  view?.listen({
    value: () => stepped(Number(get("value"))),
    isDisabled: () => get("disabled") === true,
    move,
  });
  const show = (): void => view?.show(stepped(Number(get("value"))));
  return {
    attached: show,
    changed: show,
    chosen(value) {
      if (get("disabled") !== true) move(Number(value), "change");
    },
    value: () => stepped(Number(get("value"))),
    reset: () => host.put("value", get("min")),
  };
}

function decimalsOf(step: number): number {
  return String(step).split(".")[1]?.length ?? 0;
}

interface SliderModel {
  readonly value: () => number;
  readonly isDisabled: () => boolean;
  readonly move: (value: number, event: "change" | "changing") => void;
}

function createView(host: BuiltinHost, element: HTMLElement) {
  const bar = part("weapp-slider-bar");
  const track = part("weapp-slider-track");
  const filled = part("weapp-slider-filled");
  const block = part("weapp-slider-block");
  const number = part("weapp-slider-value", "span");
  track.append(filled, block);
  bar.append(track);
  element.append(bar, number);
  const { get } = host;
  const range = (): number => Number(get("max")) - Number(get("min"));

  return {
    show(value: number): void {
      const share = range() > 0 ? (value - Number(get("min"))) / range() : 0;
      const size = Math.min(BLOCK_PX.most, Math.max(BLOCK_PX.least, Number(get("blockSize"))));
      track.style.background = String(get("backgroundColor") || get("color"));
      filled.style.width = `${share * 100}%`;
      filled.style.background = String(get("activeColor") || get("selectedColor"));
      Object.assign(block.style, {
        left: `${share * 100}%`,
        width: `${size}px`,
        height: `${size}px`,
        background: String(get("blockColor")),
      });
      number.hidden = get("showValue") !== true;
      number.textContent = String(value);
      element.setAttribute("role", "slider");
      element.setAttribute("aria-valuemin", String(get("min")));
      element.setAttribute("aria-valuemax", String(get("max")));
      element.setAttribute("aria-valuenow", String(value));
      element.toggleAttribute("disabled", get("disabled") === true);
      element.tabIndex = get("disabled") === true ? -1 : 0;
    },
    listen({ value, isDisabled, move }: SliderModel): void {
      let from = 0;
      followDrag(bar, "x", {
        start() {
          from = value();
          return !isDisabled();
        },
        move: ({ dx }) => move(from + (dx / track.clientWidth) * range(), "changing"),
        end: () => move(value(), "change"),
      });
      bar.addEventListener("click", ({ clientX }) => {
        if (isDisabled()) return;
        const { left, width } = track.getBoundingClientRect();
        move(Number(get("min")) + ((clientX - left) / width) * range(), "change");
      });
      element.addEventListener("keydown", (event) => {
        const steps = STEPS[event.key];
        if (steps === undefined || isDisabled()) return;
        event.preventDefault();
        move(value() + steps * Number(get("step")), "change");
      });
    },
  };
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: 10,
  PageDown: -10,
};
