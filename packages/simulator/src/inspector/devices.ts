/** A phone to look at: CSS pixels. */
export interface Device {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** What the system's clock and battery cover at the top. */
  readonly statusBarHeight: number;
}

export const devices: readonly Device[] = [
  { name: "iPhone SE", width: 375, height: 667, statusBarHeight: 20 },
  { name: "iPhone 12/13/14", width: 390, height: 844, statusBarHeight: 47 },
  { name: "iPhone 15/16", width: 393, height: 852, statusBarHeight: 54 },
  { name: "iPhone 16 Pro Max", width: 440, height: 956, statusBarHeight: 62 },
  { name: "Android 360", width: 360, height: 780, statusBarHeight: 24 },
  { name: "Android 412", width: 412, height: 915, statusBarHeight: 28 },
  { name: "iPad mini", width: 744, height: 1133, statusBarHeight: 24 },
];

/** The device of this name; the first one where there is none. */
export function deviceNamed(name: string): Device {
  return devices.find((device) => device.name === name) ?? devices[0]!;
}
