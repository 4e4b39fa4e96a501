/** An event as listeners get it: a plain object, as mini programs have no `Event`. */
export interface SocketEvent {
  readonly type: string;
  readonly target: unknown;
  readonly currentTarget: unknown;
  readonly timeStamp: number;
}

export type EventListener<T> = ((event: T) => void) | { handleEvent(event: T): void };

interface Entry {
  readonly type: string;
  readonly listener: EventListener<never>;
  readonly once: boolean;
  readonly signal: { readonly aborted: boolean } | undefined;
}

/** addEventListener and its kin, and the `on…` properties, over no global of a browser. */
export class EventSource {
  private entries: Entry[] = [];

  addEventListener(type: string, listener: unknown, options?: unknown): void {
    if (typeof listener !== "function" && (typeof listener !== "object" || listener === null)) return;
    if (this.entries.some((entry) => entry.type === type && entry.listener === listener)) return;
    const { once, signal }: Partial<Entry> = typeof options === "object" && options !== null ? options : {};
    this.entries = this.entries.concat({
      type,
      listener: listener as EventListener<never>,
      once: Boolean(once),
      signal,
    });
  }

  removeEventListener(type: string, listener: unknown): void {
    this.entries = this.entries.filter((entry) => entry.type !== type || entry.listener !== listener);
  }

  dispatchEvent(event: { readonly type: string }): boolean {
    const handler: unknown = (this as unknown as Record<string, unknown>)[`on${event.type}`];
    if (typeof handler === "function") call(this, handler as (event: never) => void, event);
    for (const entry of this.entries) {
      // One that another has removed meanwhile is not called any more.
      if (entry.type !== event.type || !this.entries.includes(entry)) continue;
      if (entry.signal && entry.signal.aborted) {
        this.removeEventListener(entry.type, entry.listener);
        continue;
      }
      if (entry.once) this.removeEventListener(entry.type, entry.listener);
      call(this, entry.listener, event);
    }
    return true;
  }
}

/** What a listener throws reaches the program's own error handling, and stops nothing. */
function call(target: unknown, listener: EventListener<never>, event: unknown): void {
  try {
    if (typeof listener === "function") Reflect.apply(listener, target, [event]);
    else listener.handleEvent(event as never);
  } catch (error) {
    void Promise.reject(error);
  }
}
