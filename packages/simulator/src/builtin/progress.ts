import type { BuiltinComponent, BuiltinHost, BuiltinInstance, BuiltinServices } from "./definition.js";
import { cssLength, part } from "./dom.js";

export function createProgress({ after }: BuiltinServices): BuiltinComponent {
  return {
    tag: "progress",
    properties: {
      percent: 0,
      showInfo: false,
      borderRadius: null,
      fontSize: null,
      strokeWidth: null,
      color: "",
      activeColor: "",
      backgroundColor: "",
      active: false,
      activeMode: "backwards",
      duration: 30,
    },
    create: (host) => createBar(host, after),
  };
}

function createBar(host: BuiltinHost, after: BuiltinServices["after"]): BuiltinInstance {
  const { element, get } = host;
  const draw = element === undefined ? undefined : createView(host, element);
  let shown = 0;
  let cancel: (() => void) | undefined;

  const wanted = (): number => Math.min(100, Math.max(0, Number(get("percent")) || 0));

  /** One per cent after the other, as the documentation of `duration` has it. */
  function run(): void {
    draw?.(shown);
    if (shown === wanted()) {
      host.trigger("activeend", { curPercent: shown });
      return;
    }
    cancel = after(Number(get("duration")), () => {
      shown = shown < wanted() ? Math.min(wanted(), shown + 1) : Math.max(wanted(), shown - 1);
      run();
    });
  }

  function show(): void {
    cancel?.();
    if (get("active") !== true) {
      shown = wanted();
      draw?.(shown);
      return;
    }
    if (get("activeMode") !== "forwards") shown = 0;
    run();
  }

  return {
    attached: show,
    changed(name) {
      if (name === "percent" || name === "active") show();
      else draw?.(shown);
    },
    detached: () => cancel?.(),
  };
}

function createView({ get }: BuiltinHost, element: HTMLElement): (percent: number) => void {
  const bar = part("weapp-progress-bar");
  const filled = part("weapp-progress-filled");
  const info = part("weapp-progress-info", "span");
  bar.append(filled);
  element.append(bar, info);
  element.setAttribute("role", "progressbar");
  return (percent) => {
    bar.style.background = String(get("backgroundColor"));
    bar.style.height = cssLength(get("strokeWidth") ?? 6);
    bar.style.borderRadius = cssLength(get("borderRadius") ?? 0);
    filled.style.borderRadius = bar.style.borderRadius;
    filled.style.background = String(get("activeColor") || get("color"));
    filled.style.width = `${percent}%`;
    info.hidden = get("showInfo") !== true;
    info.textContent = `${Math.round(percent)}%`;
    info.style.fontSize = cssLength(get("fontSize") ?? 16);
    element.setAttribute("aria-valuenow", String(percent));
  };
}
