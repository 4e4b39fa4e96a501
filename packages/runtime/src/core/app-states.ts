/** Where the mini program is: spec section 4. */
export type AppState =
  | "foreground"
  /** Hidden, still running. */
  | "background"
  /** Its code stands still; its sockets are closed. */
  | "suspended"
  | "destroyed";

export type AppInput = "hide" | "show" | "suspend" | "destroy";

export type AppAction = "tell-hide" | "tell-show" | "await-suspension" | "suspend" | "resume" | "destroy";

export type AppCell = readonly [next: AppState, actions: readonly AppAction[]];

export const appTable: Readonly<Record<AppState, Readonly<Record<AppInput, AppCell>>>> = {
  foreground: {
    hide: ["background", ["tell-hide", "await-suspension"]],
    show: ["foreground", []],
    suspend: ["foreground", []],
    destroy: ["destroyed", ["destroy"]],
  },
  background: {
    hide: ["background", []],
    show: ["foreground", ["tell-show"]],
    suspend: ["suspended", ["suspend"]],
    destroy: ["destroyed", ["destroy"]],
  },
  suspended: {
    hide: ["suspended", []],
    show: ["foreground", ["resume", "tell-show"]],
    suspend: ["suspended", []],
    destroy: ["destroyed", ["destroy"]],
  },
  destroyed: {
    hide: ["destroyed", []],
    show: ["destroyed", []],
    suspend: ["destroyed", []],
    destroy: ["destroyed", []],
  },
};
