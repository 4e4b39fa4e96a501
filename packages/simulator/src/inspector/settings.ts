import type { Preferences } from "./preferences.js";
import type { Texts } from "./texts.js";

/** The reader's choices and what they make of the page, for every part of it. */
export interface Settings {
  readonly texts: Texts;
  readonly preferences: Preferences;
  readonly change: (changes: Partial<Preferences>) => void;
}
