import type { Clock } from "../core/index.js";

/** The browser's time. Tasks go through a MessageChannel: timers are slowed down when they nest. */
export function createBrowserClock(): Clock {
  const channel = new MessageChannel();
  const tasks: Array<() => void> = [];
  channel.port1.addEventListener("message", () => tasks.shift()?.());
  channel.port1.start();
  return {
    now: () => Date.now(),
    setTimer(delayMs, callback) {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
    defer(callback) {
      tasks.push(callback);
      channel.port2.postMessage(undefined);
    },
  };
}
