import type { ChannelListener, GapReason, PresenceEvent, Publication } from "./publication.js";

interface Gap {
  readonly channel: string;
  readonly resumeAt: string;
  readonly reason: GapReason;
}

type Heard = Publication | PresenceEvent | Gap;

/**
 * The listeners of one channel. Everything is heard in order by everyone, also when a listener publishes, attaches or
 * detaches from inside a call.
 */
export class Audience {
  /** Replaced, never changed, so that a delivery under way keeps its own list. */
  listeners: readonly ChannelListener[] = [];
  private isDelivering = false;
  private waiting: Heard[] | undefined;

  add(listener: ChannelListener): void {
    if (!this.listeners.includes(listener)) this.listeners = [...this.listeners, listener];
  }

  delete(listener: ChannelListener): void {
    this.listeners = this.listeners.filter((other) => other !== listener);
  }

  hear(heard: Heard): void {
    if (this.isDelivering) {
      (this.waiting ??= []).push(heard);
      return;
    }
    if (this.listeners.length === 0) return;
    this.isDelivering = true;
    this.deliver(heard);
    while (this.waiting !== undefined) {
      const { waiting } = this;
      this.waiting = undefined;
      for (const next of waiting) this.deliver(next);
    }
    this.isDelivering = false;
  }

  private deliver(heard: Heard): void {
    const { listeners } = this;
    for (const listener of listeners) {
      if (this.listeners !== listeners && !this.listeners.includes(listener)) continue;
      try {
        if ("position" in heard) listener.onPublication(heard);
        else if ("type" in heard) listener.onPresence?.(heard);
        else listener.onGap?.(heard.channel, heard.resumeAt, heard.reason);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
