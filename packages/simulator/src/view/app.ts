/** The author's `App(...)`: one object, whose life-cycle functions the view calls. */
export interface AppHolder {
  /** The global `App`. */
  define(options: unknown): void;
  /** The global `getApp`: undefined before `App` was called, as on a phone, unless a default is allowed. */
  get(options?: unknown): Record<string, unknown> | undefined;
  /** Calls a life-cycle function, if the author wrote it. Says whether there was one. */
  tell(name: string, ...args: readonly unknown[]): boolean;
}

export function createAppHolder(guard: (where: string, act: () => unknown) => unknown): AppHolder {
  let app: Record<string, unknown> | undefined;
  /** What `getApp({ allowDefault: true })` gave before there was an app: its fields go into the real one. */
  let early: Record<string, unknown> | undefined;
  return {
    define(options) {
      // The author's own object: its methods may stand in a prototype, and others may hold it already.
      app = typeof options === "object" && options !== null ? (options as Record<string, unknown>) : {};
      for (const [name, value] of Object.entries(early ?? {})) app[name] ??= value;
    },
    get(options) {
      const allowDefault =
        (options as { readonly allowDefault?: unknown } | undefined)?.allowDefault === true;
      if (app === undefined && allowDefault) return (early ??= {});
      return app;
    },
    tell(name, ...args) {
      const method = app?.[name];
      if (typeof method !== "function") return false;
      guard(`App ${name}`, () => (method as (...given: readonly unknown[]) => unknown).apply(app, [...args]));
      return true;
    },
  };
}
