/** A built-in component: what authors may set, and how it behaves where there is something to see. */
export interface BuiltinComponent {
  /** As authors write it: "scroll-view". */
  readonly tag: string;
  /** Attribute names in camel case, with what they are when not given. The type of the default is the type. */
  readonly properties: Readonly<Record<string, PropertyDefault>>;
  /** Called for each instance, before it is attached. */
  readonly create?: (host: BuiltinHost) => BuiltinInstance;
}

export type PropertyDefault = string | number | boolean | null | readonly unknown[] | object;

/** One instance, as its component sees it. */
export interface BuiltinHost {
  readonly tag: string;
  /** Undefined where there is no DOM. */
  readonly element: HTMLElement | undefined;
  get(name: string): unknown;
  /** Sets the component's own value without telling the author (a field that was typed into). */
  put(name: string, value: unknown): void;
  /** Fires an event on the instance; `bubbles` for those that WeChat lets bubble. */
  trigger(name: string, detail?: unknown, options?: { readonly bubbles?: boolean }): void;
  /** As `trigger`, and returns what the author's handler returned. */
  ask(name: string, detail: unknown): unknown;
  readonly id: string;
  /** The nearest ancestor of one of these tags. */
  closest(...tags: readonly string[]): BuiltinHost | undefined;
  /** Descendants of one of these tags, in document order. */
  all(...tags: readonly string[]): BuiltinHost[];
  /** The page that it stands in. */
  root(): Pick<BuiltinHost, "all">;
  instance: BuiltinInstance;
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
  /** A button in it was tapped (forms). */
  submitted?(kind: "submit" | "reset", button: BuiltinHost): void;
  /** What a form submits under the component's name. */
  value?(): unknown;
  /** Back to what it was, for a form. */
  reset?(): void;
}
