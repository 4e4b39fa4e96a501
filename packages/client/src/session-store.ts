import type { Clock } from "./clock.js";
import type { Kept } from "./kept.js";
import type { MiniProgram } from "./mini-program.js";

/** Positions kept of channels that nobody listens to any more: the latest so many. */
const MAX_POSITIONS = 100;
/** Milliseconds between two writes. */
const SAVE_MS = 1_000;

/** `Kept` in the storage of the mini program. A storage that fails costs the cold start's resume, and nothing else. */
export interface SessionStore {
  readonly kept: Kept;
  /** Writes soon, at most once a second. */
  readonly saveSoon: () => void;
  /** Writes now. */
  readonly save: () => void;
}

/** `isWanted`: somebody listens to this channel, its position is never given up. */
export function createSessionStore(
  api: MiniProgram,
  key: string,
  clock: Clock,
  random: () => number,
  isWanted: (channel: string) => boolean,
): SessionStore {
  const kept = read(api, key, random);
  let cancel: (() => void) | undefined;
  let written: string | undefined;

  function save(): void {
    if (cancel !== undefined) cancel();
    cancel = undefined;
    const idle = Object.keys(kept.positions).filter((channel) => !isWanted(channel));
    idle.slice(0, -MAX_POSITIONS).forEach((channel) => {
      delete kept.positions[channel];
    });
    const data = JSON.stringify(kept);
    if (data === written) return;
    written = data;
    try {
      if (api.setStorage) api.setStorage({ key, data, fail() {} });
    } catch {
      // As with `fail`: the next write may do.
    }
  }

  return {
    kept,
    save,
    saveSoon() {
      if (cancel === undefined) cancel = clock.setTimer(SAVE_MS, save);
    },
  };
}

/** What was written, if it is still what we wrote: storage is in the hands of the app and of the phone. */
function read(api: MiniProgram, key: string, random: () => number): Kept {
  // Channels are named by others: nothing of Object.prototype may be one.
  const positions: Record<string, string> = Object.create(null);
  const fresh: Kept = { device: `d-${randomText(random)}`, attempt: 0, positions };
  try {
    const kept = JSON.parse(api.getStorageSync!(key) as string) as Kept;
    Object.keys(kept.positions).forEach((channel) => {
      positions[channel] = String(kept.positions[channel]);
    });
    kept.positions = positions;
    return typeof kept.device === "string" && kept.attempt >= 0 ? kept : fresh;
  } catch {
    return fresh;
  }
}

/** A name that nobody else has. */
export function randomText(random: () => number): string {
  return Math.floor(random() * 9e15).toString(36);
}
