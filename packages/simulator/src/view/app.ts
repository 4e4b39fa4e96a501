/** The author's `App(...)`: one object, whose life-cycle functions the view calls. */
export interface AppHolder {
  /** The global `App`. */
  define(options: Readonly<Record<string, unknown>>): void;
  /** The global `getApp`. Undefined before `App` was called, as on a phone. */
  get(): Record<string, unknown> | undefined;
  /** Calls a life-cycle function, if the author wrote it. */
  tell(name: string, ...args: readonly unknown[]): void;
}

export function createAppHolder(guard: (where: string, act: () => unknown) => void): AppHolder {
  let app: Record<string, unknown> | undefined;
  return {
    define(options) {
      app = { ...options };
    },
    get: () => app,
    tell(name, ...args) {
      const method = app?.[name];
      if (typeof method === "function")
        guard(`App ${name}`, () => (method as (...a: unknown[]) => unknown).apply(app, [...args]));
    },
  };
}
