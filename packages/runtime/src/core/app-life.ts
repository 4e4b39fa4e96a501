import { appTable, type AppAction, type AppInput, type AppState } from "./app-states.js";
import type { Clock } from "./clock.js";
import type { Profile } from "./profile.js";

export interface AppLife {
  state(): AppState;
  handle(input: AppInput): void;
}

/** What becomes of the rest of the app. */
export interface AppLifeEvents {
  hidden(): void;
  shown(): void;
  suspended(): void;
  resumed(): void;
  destroyed(): void;
}

export function createAppLife(
  clock: Clock,
  profile: Profile,
  maySuspend: boolean,
  events: AppLifeEvents,
): AppLife {
  let state: AppState = "foreground";
  let cancelTimer: (() => void) | undefined;

  function after(delayMs: number, input: AppInput): void {
    cancelTimer?.();
    cancelTimer = clock.setTimer(delayMs, () => handle(input));
  }

  const actions: Readonly<Record<AppAction, () => void>> = {
    "tell-hide": () => events.hidden(),
    "tell-show"() {
      cancelTimer?.();
      events.shown();
    },
    "await-suspension"() {
      if (maySuspend) after(profile.suspendAfterMs.value, "suspend");
    },
    suspend() {
      after(profile.destroyAfterMs.value, "destroy");
      events.suspended();
    },
    resume: () => events.resumed(),
    destroy() {
      cancelTimer?.();
      events.destroyed();
    },
  };

  function handle(input: AppInput): void {
    if (input === "suspend" && !maySuspend) return;
    const [next, todo] = appTable[state][input];
    state = next;
    for (const action of todo) actions[action]();
  }

  return { state: () => state, handle };
}
