import { isChannelName } from "@weapp-socket/protocol";
import { createChannel, type ChannelEntry, type ChannelOutput } from "./channel.js";
import type { Channel, ChannelOptions } from "./client.js";
import type { Core } from "./core.js";
import type { Requests } from "./requests.js";

/** Milliseconds between two deliveries: a frame of the screen. */
const FRAME_MS = 16;

/** The channels of one client, and the frame in which they deliver. */
export interface Channels {
  /** Throws TypeError on a name that is none. */
  readonly open: (name: string, options?: ChannelOptions) => Channel;
  take(name: string, output: ChannelOutput): void;
  /** Delivers what waits: now, or when the last delivery is a frame ago. */
  deliver(): void;
  isWanted(name: string): boolean;
  /** The connection is gone. */
  detach(): void;
}

/** `offer` hears of a channel that the server alone wants, as yet. */
export function createChannels(core: Core, requests: Requests, offer: (channel: Channel) => void): Channels {
  const { machine, now } = core;
  const entries: Record<string, ChannelEntry> = Object.create(null);
  let hasWaiting = false;
  let isScheduled = false;
  let deliveredAt = -Infinity;

  const each = (act: (entry: ChannelEntry, name: string) => void): void =>
    Object.keys(entries).forEach((name) => act(entries[name]!, name));

  function entryOf(name: string, options: ChannelOptions = {}): ChannelEntry {
    const entry = entries[name] || createChannel(name, options, core, requests);
    entries[name] = entry;
    return entry;
  }

  function settle(): void {
    const { positions } = machine;
    each((entry, name) => entry.settle(positions[name]));
  }

  function flush(): void {
    isScheduled = false;
    hasWaiting = false;
    deliveredAt = now();
    each((entry) => entry.flush());
    settle();
  }

  return {
    open(name, options) {
      // No JSON that servers take has the name __proto__.
      if (!isChannelName(name) || name === "__proto__") {
        throw new TypeError(`channel: expected a name, got ${name}`);
      }
      return entryOf(name, options).channel;
    },
    take(name, output) {
      const entry = entryOf(name);
      if (!entry.isWanted() && machine.positions[name] !== undefined) offer(entry.channel);
      if (entry.isWanted()) {
        hasWaiting = true;
        entry.take(output);
      } else core.run(machine.unsubscribe(name, now()));
    },
    deliver() {
      const waitMs = deliveredAt + FRAME_MS - now();
      if (!hasWaiting) settle();
      else if (waitMs <= 0) flush();
      else if (!isScheduled) {
        isScheduled = true;
        core.clock.setTimer(waitMs, flush);
      }
    },
    isWanted: (name) => entries[name] !== undefined && entries[name].isWanted(),
    detach() {
      hasWaiting = true;
      each((entry) => entry.take({ type: "detached" }));
    },
  };
}
