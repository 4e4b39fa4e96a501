import type { Overlays } from "../view/overlays.js";

/** A built-in component: what authors may set, and how it behaves where there is something to see. */
export interface BuiltinComponent {
  /** As authors write it: "scroll-view". */
  readonly tag: string;
  /** Attribute names in camel case, with what they are when not given. The type of the default is the type. */
  readonly properties: Readonly<Record<string, PropertyDefault>>;
  /** Called for each instance, before it is attached. */
  readonly create?: (host: BuiltinHost) => BuiltinInstance;
}

/** Null: any type. */
export type PropertyDefault = string | number | boolean | null | readonly unknown[] | object;

/** One instance, as its component sees it. */
export interface BuiltinHost {
  readonly tag: string;
  /** Undefined where there is no DOM. */
  readonly element: HTMLElement | undefined;
  readonly get: (name: string) => unknown;
  /** What a property is when nobody says. */
  defaultOf(name: string): unknown;
  /** Sets the component's own value, as typing does; what is bound with `model:` follows. */
  put(name: string, value: unknown): void;
  /** Fires an event on the instance; `bubbles` for those that WeChat lets bubble. */
  trigger(name: string, detail?: unknown, options?: { readonly bubbles?: boolean }): void;
  /** As `trigger`, and returns what the author's handler returned. */
  ask(name: string, detail: unknown): unknown;
  readonly id: string;
  /** What to write into an element's `class` for names of the author's own styles. */
  readonly classNames: (names: string) => readonly string[];
  /** The nearest ancestor of one of these tags. */
  closest(...tags: readonly string[]): BuiltinHost | undefined;
  /** Descendants of one of these tags, in document order. */
  all(...tags: readonly string[]): BuiltinHost[];
  /** What a form around it collects: fields of its own template, and custom components that say that they are fields. */
  fields(): readonly FormField[];
  /** Built-in components of these tags in the same template. */
  siblings(...tags: readonly string[]): BuiltinHost[];
  instance: BuiltinInstance;
}

export interface FormField {
  readonly name: string;
  value(): unknown;
  reset(): void;
}

/** What an instance does about what happens to it; everything is optional. */
export interface BuiltinInstance {
  attached?(): void;
  detached?(): void;
  /** A property has another value. */
  changed?(name: string, value: unknown): void;
  /** A tap reached it, from the page or from a test. */
  tapped?(): void;
  /** Typed into, by a test: sets the value as a person would. */
  typed?(value: string): void;
  /** Enter was pressed, by a test. */
  confirmed?(): void;
  /** A person chose this, by a test: the line of a picker, the value of a slider, the page of a swiper. */
  chosen?(value: unknown): void;
  /** A button in it was tapped (forms). */
  submitted?(kind: "submit" | "reset", button: BuiltinHost): void;
  /** What a form submits under the component's name. */
  value?(): unknown;
  /** Back to what it was, for a form. */
  reset?(): void;
  /** What the component's context can do ("play" of a video). Throws what `fail` is told. */
  command?(name: string, options: unknown): unknown;
  /** The text that it shows of itself, beside that of what is in it. */
  text?(): string;
  /** What a selector query gives as its `node`. */
  node?(): unknown;
}

/** What the components need of the phone around them. */
export interface BuiltinServices {
  /** Calls a wx function with these options. */
  readonly wx: (api: string, options: object) => void;
  /** Where the browser finds a file of the program or of the phone; other addresses stay as they are. */
  readonly assetUrl: (src: string) => string;
  readonly overlays: Overlays;
  readonly after: (ms: number, act: () => void) => () => void;
  readonly now: () => number;
  /** What of the phone a page has, in CSS pixels. */
  readonly windowSize: () => { readonly width: number; readonly height: number };
  /** Keeps bytes as a file of the phone; gives its path. */
  readonly keepFile: (bytes: Uint8Array<ArrayBuffer>, extension: string) => string;
  /** What a function of this name would answer that asks the phone's owner. */
  readonly answer: (api: string) => Promise<Readonly<Record<string, unknown>>>;
  /** What opens a page's share card. */
  readonly share: (button: BuiltinHost) => void;
  /** The page's own look, for components that change it. */
  readonly page: PageControls;
}

/** What page-meta and navigation-bar change of the page that they stand in. */
export interface PageControls {
  setTitle(title: string): void;
  setBarColor(front: string, background: string): void;
  setBarLoading(isLoading: boolean): void;
  setBackground(color: string): void;
  setRootFontSize(size: string): void;
  scrollTo(top: number, durationMs: number): void;
  /** What the next way back does instead of leaving the page; the returned function takes that away. */
  holdBack(instead: () => void): () => void;
}
