type Listener = (...args: readonly unknown[]) => unknown;

/** The channel between a page and the one that it opened (`EventChannel`). What is sent before anybody listens waits. */
export interface EventChannel {
  emit(name: string, ...args: readonly unknown[]): void;
  on(name: string, listener: Listener): void;
  once(name: string, listener: Listener): void;
  off(name: string, listener?: Listener): void;
}

/** Both ends: that of the opener, whose `events` listen, and that of the opened page. */
export interface ChannelPair {
  readonly opener: EventChannel;
  readonly opened: EventChannel;
}

/** @param events listeners of the opener, by name */
export function createChannelPair(events: unknown): ChannelPair {
  const opener = createEnd();
  const opened = createEnd();
  opener.peer = opened;
  opened.peer = opener;
  for (const [name, listener] of Object.entries(events ?? {})) {
    if (typeof listener === "function") opener.on(name, listener as Listener);
  }
  return { opener, opened };
}

interface End extends EventChannel {
  peer: End | undefined;
  receive(name: string, args: readonly unknown[]): void;
}

function createEnd(): End {
  const listeners = new Map<string, ReadonlyArray<{ readonly call: Listener; readonly once: boolean }>>();
  const waiting: Array<readonly [name: string, args: readonly unknown[]]> = [];

  function add(name: string, call: Listener, once: boolean): void {
    listeners.set(name, [...(listeners.get(name) ?? []), { call, once }]);
    for (const message of waiting.filter(([each]) => each === name)) {
      waiting.splice(waiting.indexOf(message), 1);
      end.receive(...message);
    }
  }

  const end: End = {
    peer: undefined,
    emit: (name, ...args) => end.peer?.receive(name, args),
    on: (name, listener) => add(name, listener, false),
    once: (name, listener) => add(name, listener, true),
    off(name, listener) {
      const rest = (listeners.get(name) ?? []).filter(
        ({ call }) => listener !== undefined && call !== listener,
      );
      listeners.set(name, rest);
    },
    receive(name, args) {
      const heard = listeners.get(name) ?? [];
      if (heard.length === 0) {
        waiting.push([name, args]);
        return;
      }
      listeners.set(
        name,
        heard.filter(({ once }) => !once),
      );
      for (const { call } of heard) call(...args);
    },
  };
  return end;
}
