import { languages, type Language } from "./texts.js";

export type Theme = "auto" | "light" | "dark";

export interface Device {
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

export const devices: readonly Device[] = [
  { name: "iPhone SE", width: 375, height: 667 },
  { name: "iPhone 15", width: 393, height: 852 },
  { name: "iPhone 15 Pro Max", width: 430, height: 932 },
  { name: "Android", width: 360, height: 780 },
  { name: "iPad mini", width: 744, height: 1133 },
];

/** What the reader chose, kept in this browser. */
export interface Preferences {
  readonly language: Language;
  readonly theme: Theme;
  readonly device: string;
}

const KEY = "weapp-socket inspector";

export function loadPreferences(browserLanguage: string): Preferences {
  const fallback: Preferences = {
    language: browserLanguage.toLowerCase().startsWith("zh") ? "zh" : "en",
    theme: "auto",
    device: devices[0]!.name,
  };
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>;
    return {
      language: languages.find((each) => each === kept.language) ?? fallback.language,
      theme: (["auto", "light", "dark"] as const).find((each) => each === kept.theme) ?? fallback.theme,
      device: devices.find(({ name }) => name === kept.device)?.name ?? fallback.device,
    };
  } catch {
    return fallback;
  }
}

export function savePreferences(preferences: Preferences): void {
  localStorage.setItem(KEY, JSON.stringify(preferences));
}
