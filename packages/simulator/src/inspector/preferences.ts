import { deviceNamed } from "./devices.js";
import { languages, type Language } from "./texts.js";

export const themes = ["auto", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

/** Of WeChat's settings, from the smallest step to the largest of iOS and Android. */
export const fontSizes = [14, 16, 17, 18, 20, 22, 24, 26] as const;

/** What the reader chose, kept in this browser. */
export interface Preferences {
  readonly language: Language;
  /** The inspector's own. */
  readonly theme: Theme;
  readonly phoneTheme: Theme;
  readonly device: string;
  /** How large the phone's owner has letters, in CSS pixels. */
  readonly fontSize: number;
  /** The scenario file that was written or chosen last; null: none was. */
  readonly scenario: string | null;
  /** Whether what was recorded stays when the page is loaded again. */
  readonly keepsRecording: boolean;
  /** Pixels that the list of sockets takes at most. */
  readonly socketsHeight: number;
  /** Pixels of the pane that shows one entry, beside the list. */
  readonly detailWidth: number;
  /** Pixels of the same pane below the list. */
  readonly detailHeight: number;
}

const KEY = "weapp-socket inspector";

/** @param browserLanguage as `navigator.language` */
export function loadPreferences(storage: Pick<Storage, "getItem">, browserLanguage: string): Preferences {
  const kept = readKept(storage);
  const size = (value: unknown, fallback: number): number =>
    typeof value === "number" && Number.isFinite(value) && value > 0 ? value : fallback;
  return {
    language:
      languages.find((each) => each === kept.language) ??
      (browserLanguage.toLowerCase().startsWith("zh") ? "zh" : "en"),
    theme: themes.find((each) => each === kept.theme) ?? "auto",
    phoneTheme: themes.find((each) => each === kept.phoneTheme) ?? "auto",
    device: deviceNamed(String(kept.device)).name,
    fontSize: fontSizes.find((each) => each === kept.fontSize) ?? 16,
    scenario: typeof kept.scenario === "string" ? kept.scenario : null,
    keepsRecording: kept.keepsRecording === true,
    socketsHeight: size(kept.socketsHeight, 168),
    detailWidth: size(kept.detailWidth, 400),
    detailHeight: size(kept.detailHeight, 260),
  };
}

export function savePreferences(storage: Pick<Storage, "setItem">, preferences: Preferences): void {
  try {
    storage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
}

function readKept(storage: Pick<Storage, "getItem">): Partial<Preferences> {
  try {
    const kept: unknown = JSON.parse(storage.getItem(KEY) ?? "{}");
    return typeof kept === "object" && kept !== null ? kept : {};
  } catch {
    return {};
  }
}
