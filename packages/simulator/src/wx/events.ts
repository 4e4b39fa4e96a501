import type { PlainFunction } from "./functions.js";

/** The `wx.onX` and `wx.offX` of one program. */
export interface WxEvents {
  /** "onThemeChange": what `wx` gets under that name and under its "off" twin. */
  functions(name: string): Readonly<Record<string, PlainFunction>>;
  /** Calls the listeners of "onThemeChange" in the order in which they were added. */
  emit(name: string, payload: unknown): void;
  /** Whether `functions` was asked for this name: nobody listens to others. */
  has(name: string): boolean;
}

/** @param report hears what listeners throw */
export function createEvents(report: (error: unknown, where: string) => void): WxEvents {
  const listeners = new Map<string, ((payload: unknown) => void)[]>();
  const names = new Set<string>();
  return {
    has: (name) => names.has(name),
    functions(name) {
      names.add(name);
      return functionsOf(name);
    },
    emit(name, payload) {
      for (const listener of listeners.get(name) ?? []) {
        try {
          listener(payload);
        } catch (error) {
          report(error, `wx.${name}`);
        }
      }
    },
  };

  function functionsOf(name: string): Readonly<Record<string, PlainFunction>> {
    return {
      [name](listener) {
        if (typeof listener !== "function") return;
        const known = listeners.get(name) ?? [];
        listeners.set(name, [...known, listener as (payload: unknown) => void]);
      },
      [name.replace(/^on/u, "off")](listener) {
        const known = listeners.get(name) ?? [];
        listeners.set(name, listener === undefined ? [] : known.filter((each) => each !== listener));
      },
    };
  }
}
