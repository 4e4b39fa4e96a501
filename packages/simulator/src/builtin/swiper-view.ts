import type { BuiltinHost } from "./definition.js";
import { cssLength, part, pinStyles } from "./dom.js";

type Place = (styles: Readonly<Record<string, string>>) => void;

/** The pages of a swiper side by side, and the dots below. A position is a page's index, between two pages a broken one. */
export class SwiperView {
  readonly #host: BuiltinHost;
  readonly #element: HTMLElement;
  readonly #dots: HTMLElement = part("weapp-swiper-dots");
  readonly #places = new WeakMap<BuiltinHost, Place>();
  #items: readonly BuiltinHost[] = [];
  #frame = 0;
  position = 0;

  constructor(host: BuiltinHost, element: HTMLElement) {
    this.#host = host;
    this.#element = element;
  }

  /** CSS pixels from one page to the next. */
  get pageSize(): number {
    const box = this.#items[0]?.element?.getBoundingClientRect();
    return Math.max(1, (this.#isVertical() ? box?.height : box?.width) ?? 1);
  }

  show(items: readonly BuiltinHost[], current: number): void {
    this.stop();
    this.#items = items;
    this.position = current;
    this.#place();
    this.#showDots(current);
  }

  /** @param direction 1: on to the next, -1: back; 0: whichever is shorter */
  turn(current: number, direction: number): void {
    this.stop();
    this.#showDots(current);
    const from = this.position;
    const to = this.#target(current, direction);
    const durationMs = Number(this.#host.get("duration"));
    const ease = EASINGS[String(this.#host.get("easingFunction"))] ?? easeOut;
    const start = performance.now();
    const step = (now: number): void => {
      const share = durationMs > 0 ? Math.min(1, Math.max(0, (now - start) / durationMs)) : 1;
      this.position = share === 1 ? current : from + (to - from) * ease(share);
      this.#place();
      this.#tell(share === 1 ? to : this.position, from);
      if (share < 1) this.#frame = requestAnimationFrame(step);
    };
    if (to === from) return;
    this.#frame = requestAnimationFrame(step);
  }

  drag(from: number, distance: number, last: number): void {
    this.stop();
    const wanted = from - distance / this.pageSize;
    // At its ends a row of pages gives way only a little.
    const held = Math.max(0, Math.min(last, wanted));
    this.position = this.#isCircular() ? wanted : held + (wanted - held) / 3;
    this.#place();
    this.#tell(this.position, from);
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
  }

  #isVertical(): boolean {
    return this.#host.get("vertical") === true;
  }

  #isCircular(): boolean {
    return this.#host.get("circular") === true && this.#items.length > 1;
  }

  #target(current: number, direction: number): number {
    if (!this.#isCircular()) return current;
    const count = this.#items.length;
    let target = current;
    while (target - this.position > count / 2) target -= count;
    while (target - this.position < -count / 2) target += count;
    if (direction > 0 && target < this.position) target += count;
    if (direction < 0 && target > this.position) target -= count;
    return target;
  }

  #tell(position: number, from: number): void {
    const moved = (position - Math.round(from)) * this.pageSize;
    this.#host.trigger("transition", this.#isVertical() ? { dx: 0, dy: moved } : { dx: moved, dy: 0 });
  }

  #place(): void {
    const { get } = this.#host;
    const count = this.#items.length;
    const shown = Math.max(1, Number(get("displayMultipleItems")));
    const [before, after] = [cssLength(get("previousMargin")), cssLength(get("nextMargin"))];
    const size = `calc((100% - ${before} - ${after}) / ${shown})`;
    this.#items.forEach((item, index) => {
      let offset = index - this.position;
      if (this.#isCircular()) {
        const least = -(count - shown) / 2 - 0.5;
        offset = ((((offset - least) % count) + count) % count) + least;
      }
      const share = `${(offset * 100).toFixed(3)}%`;
      this.#placeOf(item)?.(
        this.#isVertical()
          ? { top: before, height: size, transform: `translate(0, ${share})` }
          : { left: before, width: size, transform: `translate(${share}, 0)` },
      );
    });
  }

  #placeOf(item: BuiltinHost): Place | undefined {
    const { element } = item;
    if (element === undefined) return undefined;
    const place = this.#places.get(item) ?? pinStyles(element);
    this.#places.set(item, place);
    return place;
  }

  #showDots(current: number): void {
    const { get } = this.#host;
    if (get("indicatorDots") !== true) {
      this.#dots.remove();
      return;
    }
    this.#element.append(this.#dots);
    this.#dots.toggleAttribute("data-vertical", this.#isVertical());
    const count = this.#items.length;
    this.#dots.replaceChildren(
      ...this.#items.map((_, index) => {
        const dot = part("weapp-swiper-dot");
        const shown = Math.max(1, Number(get("displayMultipleItems")));
        const isOn = (index - current + count) % count < shown;
        dot.style.background = String(get(isOn ? "indicatorActiveColor" : "indicatorColor"));
        dot.toggleAttribute("data-on", isOn);
        return dot;
      }),
    );
  }
}

const easeOut = (share: number): number => 1 - (1 - share) ** 3;

const EASINGS: Readonly<Record<string, (share: number) => number>> = {
  default: easeOut,
  linear: (share) => share,
  easeInCubic: (share) => share ** 3,
  easeOutCubic: easeOut,
  easeInOutCubic: (share) => (share < 0.5 ? 4 * share ** 3 : 1 - (2 - 2 * share) ** 3 / 2),
};
