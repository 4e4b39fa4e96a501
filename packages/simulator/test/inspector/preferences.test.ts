import { expect, test } from "vitest";
import { mayBeSent } from "../../src/inspector/close-code.js";
import { deviceNamed, devices } from "../../src/inspector/devices.js";
import { frameSearch } from "../../src/inspector/frame-settings.js";
import { loadPreferences, savePreferences, type Preferences } from "../../src/inspector/preferences.js";
import { placeOf } from "../../src/inspector/diagnostic-place.js";
import { outcomeOf } from "../../src/inspector/call-outcome.js";

const defaults: Preferences = {
  language: "en",
  theme: "auto",
  phoneTheme: "auto",
  device: "iPhone SE",
  fontSize: 16,
  scenario: null,
  keepsRecording: false,
  socketsHeight: 168,
  detailWidth: 400,
  detailHeight: 260,
};

function storageWith(kept: string | null): Pick<Storage, "getItem"> {
  return { getItem: () => kept };
}

test.each([
  ["zh", "zh"],
  ["zh-CN", "zh"],
  ["ZH-Hant-TW", "zh"],
  ["en-US", "en"],
  ["de", "en"],
  ["", "en"],
])("a browser that speaks %j is spoken to in %s", (browser, language) => {
  expect(loadPreferences(storageWith(null), browser).language).toBe(language);
});

test.each([
  ["nothing", null],
  ["broken JSON", "{"],
  ["something else", "[1]"],
  ["null", "null"],
  [
    "wrong values",
    '{"language":"fr","theme":"pink","device":"Nokia","keepsRecording":"yes","socketsHeight":-3,"detailWidth":"wide","detailHeight":1e999}',
  ],
])("from %s come the defaults", (_, kept) => {
  expect(loadPreferences(storageWith(kept), "en")).toEqual(defaults);
});

test("what was saved is loaded", () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  const chosen = {
    ...defaults,
    language: "zh",
    theme: "dark",
    device: "iPad mini",
    detailWidth: 512,
  } as const satisfies Preferences;
  savePreferences(storage, chosen);
  expect(loadPreferences(storage, "en")).toEqual(chosen);
});

test("a browser that keeps nothing is no trouble", () => {
  const refuse = (): never => {
    throw new Error("denied");
  };
  expect(() =>
    savePreferences({ setItem: refuse }, loadPreferences({ getItem: refuse }, "en")),
  ).not.toThrow();
});

test("devices are found by name, each once", () => {
  expect(new Set(devices.map(({ name }) => name)).size).toBe(devices.length);
  for (const device of devices) expect(deviceNamed(device.name)).toBe(device);
  expect(deviceNamed("gone")).toBe(devices[0]);
});

test.each([
  [{}, ""],
  [{ profile: "devtools" }, "?profile=devtools"],
  [{ urlCheck: false }, "?urlCheck=off"],
  [{ profile: "device", urlCheck: true }, "?profile=device&urlCheck=on"],
] as const)("%j asks for %j", (settings, search) => {
  expect(frameSearch(settings)).toBe(search);
});

test.each([
  [1000, true],
  [1003, true],
  [1004, false],
  [1005, false],
  [1006, false],
  [1007, true],
  [1014, true],
  [1015, false],
  [2999, false],
  [3000, true],
  [4999, true],
  [5000, false],
  [999, false],
  [1000.5, false],
  [Number.NaN, false],
])("close code %d may be sent: %s", (code, may) => {
  expect(mayBeSent(code)).toBe(may);
});

test.each([
  [2, 16, "a.wxml:2:16"],
  [2, 0, "a.wxml:2"],
  [0, 0, "a.wxml"],
  [0, 5, "a.wxml"],
])("line %i, column %i is at %s", (line, column, place) => {
  expect(placeOf({ file: "a.wxml", line, column })).toBe(place);
});

test.each([
  [undefined, "pending"],
  ["request:ok", "ok"],
  ["request:fail timeout", "failed"],
  ["showModal:cancel", "failed"],
])("a call that ended with %j is %s", (errMsg, outcome) => {
  expect(outcomeOf(errMsg)).toBe(outcome);
});
