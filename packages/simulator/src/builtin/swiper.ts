import type { BuiltinComponent, BuiltinHost, BuiltinServices } from "./definition.js";
import { followDrag } from "./dom.js";
import { SwiperView } from "./swiper-view.js";

/** A swiper and the pages in it. */
export function createSwiper({ after }: BuiltinServices): readonly BuiltinComponent[] {
  const swipers = new WeakMap<BuiltinHost, Swiper>();
  const swiper: BuiltinComponent = {
    tag: "swiper",
    properties: {
      indicatorDots: false,
      indicatorColor: "rgba(0, 0, 0, .3)",
      indicatorActiveColor: "#000000",
      autoplay: false,
      current: 0,
      currentItemId: "",
      interval: 5000,
      duration: 500,
      circular: false,
      vertical: false,
      displayMultipleItems: 1,
      previousMargin: "0px",
      nextMargin: "0px",
      snapToEdge: false,
      skipHiddenItemLayout: false,
      easingFunction: "default",
      disableTouch: false,
    },
    create(host) {
      const model = new Swiper(host, after);
      swipers.set(host, model);
      return {
        attached: () => model.attached(),
        detached: () => model.stop(),
        changed: (name) => model.changed(name),
        chosen: (index) => model.choose(index),
      };
    },
  };
  const swiperItem: BuiltinComponent = {
    tag: "swiper-item",
    properties: { itemId: "", skipHiddenItemLayout: false },
    create(host) {
      let model: Swiper | undefined;
      return {
        attached() {
          const owner = host.closest("swiper");
          model = owner === undefined ? undefined : swipers.get(owner);
          model?.itemsChanged();
        },
        detached: () => model?.itemsChanged(),
      };
    },
  };
  return [swiper, swiperItem];
}

/** Share of a page that must be pulled into view, unless it is flung. */
const TURN_SHARE = 0.5;
/** CSS pixels a millisecond from which on a drag is a fling. */
const FLING_SPEED = 0.3;

type Source = "" | "autoplay" | "touch";

/** Which page is shown, and why. What can be seen of it is the view's. */
class Swiper {
  readonly #host: BuiltinHost;
  readonly #after: BuiltinServices["after"];
  readonly #view: SwiperView | undefined;
  #items: readonly BuiltinHost[] = [];
  #current = 0;
  #isAttached = false;
  #isWaiting = false;
  #cancelTurn: (() => void) | undefined;
  #cancelEnd: (() => void) | undefined;

  constructor(host: BuiltinHost, after: BuiltinServices["after"]) {
    this.#host = host;
    this.#after = after;
    this.#view = host.element === undefined ? undefined : new SwiperView(host, host.element);
  }

  attached(): void {
    this.#isAttached = true;
    this.#refresh();
    const { element } = this.#host;
    if (element !== undefined) this.#listen(element);
  }

  stop(): void {
    this.#isAttached = false;
    this.#cancelTurn?.();
    this.#cancelEnd?.();
    this.#view?.stop();
  }

  /** Pages come and go together: they are looked at once. */
  itemsChanged(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    queueMicrotask(() => {
      this.#isWaiting = false;
      if (this.#isAttached) this.#refresh();
    });
  }

  changed(name: string): void {
    if (!this.#isAttached) return;
    if (name === "current") this.#turn(this.#wanted(), "");
    else if (name === "currentItemId") {
      const index = this.#items.findIndex((item) => item.get("itemId") === this.#host.get(name));
      if (index >= 0) this.#turn(index, "");
    } else this.#refresh();
  }

  choose(index: unknown): void {
    const at = Number(index);
    if (!Number.isInteger(at) || at < 0 || at > this.#last())
      throw new Error(`choose: expected a page from 0 to ${this.#last()}, got ${String(index)}`);
    this.#turn(at, "touch");
  }

  #refresh(): void {
    this.#items = this.#host.all("swiper-item").filter((item) => item.closest("swiper") === this.#host);
    this.#current = this.#wanted();
    this.#view?.show(this.#items, this.#current);
    this.#schedule();
  }

  /** The page that the author wants, as far as there is one. */
  #wanted(): number {
    return Math.max(0, Math.min(this.#last(), Math.trunc(Number(this.#host.get("current"))) || 0));
  }

  #last(): number {
    const shown = Math.max(1, Number(this.#host.get("displayMultipleItems")));
    const isEndless = this.#host.get("circular") === true;
    return Math.max(0, this.#items.length - (isEndless ? 1 : shown));
  }

  #turn(index: number, source: Source, direction = 0): void {
    const isOther = index !== this.#current;
    this.#current = index;
    if (isOther) {
      if (this.#host.get("current") !== index) this.#host.put("current", index);
      this.#host.trigger("change", this.#detail(source));
    }
    this.#view?.turn(index, direction);
    this.#cancelEnd?.();
    if (isOther || source === "touch") {
      const durationMs = Number(this.#host.get("duration"));
      this.#cancelEnd = this.#after(durationMs, () =>
        this.#host.trigger("animationfinish", this.#detail(source)),
      );
    }
    this.#schedule();
  }

  #detail(source: Source): object {
    const item = this.#items[this.#current];
    return { current: this.#current, currentItemId: item?.get("itemId") ?? "", source };
  }

  #schedule(): void {
    this.#cancelTurn?.();
    if (this.#host.get("autoplay") !== true || this.#items.length < 2) return;
    this.#cancelTurn = this.#after(Number(this.#host.get("interval")), () => {
      const isLast = this.#current >= this.#last();
      this.#turn(isLast ? 0 : this.#current + 1, "autoplay", this.#host.get("circular") === true ? 1 : 0);
    });
  }

  #listen(element: HTMLElement): void {
    const isVertical = this.#host.get("vertical") === true;
    let from = 0;
    followDrag(element, isVertical ? "y" : "x", {
      start: () => {
        from = this.#view?.position ?? 0;
        return this.#items.length > 0 && this.#host.get("disableTouch") !== true;
      },
      move: ({ dx, dy }) => {
        this.#cancelTurn?.();
        this.#view?.drag(from, isVertical ? dy : dx, this.#last());
      },
      end: ({ dx, dy }, speed) => {
        const pulled = isVertical ? dy : dx;
        const flung = isVertical ? speed.dy : speed.dx;
        const isFling = Math.abs(flung) > FLING_SPEED && Math.sign(flung) === Math.sign(pulled);
        const pages = pulled / (this.#view?.pageSize ?? 1);
        const turns = isFling
          ? Math.sign(pulled) * Math.max(1, Math.round(Math.abs(pages)))
          : Math.sign(pulled) * Math.floor(Math.abs(pages) + 1 - TURN_SHARE);
        const at = this.#current - turns;
        const count = this.#items.length;
        const isEndless = this.#host.get("circular") === true;
        const index = isEndless ? ((at % count) + count) % count : Math.max(0, Math.min(this.#last(), at));
        this.#turn(index, "touch", isEndless ? -Math.sign(turns) : 0);
      },
    });
  }
}
