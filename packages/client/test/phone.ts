import type { Attached, ClientMessage, ErrorBody, ServerMessage } from "@weapp-socket/protocol";
import { connect, type Client, type ConnectOptions } from "@weapp-socket/client";
import { createVirtualClock } from "@weapp-socket/testkit/clock";

type Listener<Value = unknown> = (value: Value) => void;
type Answers = Readonly<Record<string, Attached | { readonly error: ErrorBody }>>;

/** One socket of the phone, moved by the test: nothing happens to it by itself. */
export class PhoneSocket {
  readonly listeners: Record<string, Listener[]> = {};
  readonly frames: string[] = [];
  readonly closes: unknown[] = [];
  sendFails = false;
  readonly options: {
    readonly url: string;
    readonly protocols?: readonly string[];
    readonly fail: Listener<{ errMsg: string }>;
  };

  constructor(options: PhoneSocket["options"]) {
    this.options = options;
  }

  onOpen(listener: Listener): void {
    this.#on("open", listener);
  }
  onMessage(listener: Listener<{ data: string | ArrayBuffer }>): void {
    this.#on("message", listener as Listener);
  }
  onClose(listener: Listener<{ code: number }>): void {
    this.#on("close", listener as Listener);
  }
  onError(listener: Listener<{ errMsg: string }>): void {
    this.#on("error", listener as Listener);
  }
  send(options: { data: string; fail?: () => void }): void {
    if (this.sendFails) options.fail?.();
    else this.frames.push(options.data);
  }
  close(options: { code?: number; reason?: string }): void {
    this.closes.push([options.code, options.reason]);
  }

  #on(event: string, listener: Listener): void {
    (this.listeners[event] ??= []).push(listener);
  }

  emit(event: "open" | "message" | "close" | "error", value?: unknown): void {
    for (const listener of this.listeners[event] ?? []) listener(value);
  }

  /** Everything that the client said since the last look. */
  heard(): ClientMessage[] {
    return this.frames.splice(0).flatMap((frame) => JSON.parse(frame) as ClientMessage | ClientMessage[]);
  }

  say(...messages: readonly ServerMessage[]): void {
    this.emit("message", { data: JSON.stringify(messages.length === 1 ? messages[0] : messages) });
  }
}

/** A phone with one mini program: sockets, storage, network and visibility under the test's hand. */
export function createPhone() {
  const clock = createVirtualClock();
  const sockets: PhoneSocket[] = [];
  const storage = new Map<string, unknown>();
  const listeners: Record<string, Listener<never>[]> = {};
  const thrown: unknown[] = [];
  let networkType = "wifi";
  let refusal: string | undefined;

  const on = (event: string) => (listener: Listener<never>) => void (listeners[event] ??= []).push(listener);
  const off = (event: string) => (listener: Listener<never>) => {
    listeners[event] = (listeners[event] ?? []).filter((other) => other !== listener);
  };
  const emit = (event: string, value?: unknown): void => {
    for (const listener of listeners[event] ?? []) listener(value as never);
  };

  const wx = {
    connectSocket: (options: PhoneSocket["options"]): PhoneSocket | undefined => {
      if (refusal !== undefined) {
        options.fail({ errMsg: refusal });
        return undefined;
      }
      const socket = new PhoneSocket(options);
      sockets.push(socket);
      return socket;
    },
    getStorageSync: (key: string): unknown => storage.get(key) ?? "",
    setStorage({ key, data }: { key: string; data: unknown }): void {
      storage.set(key, data);
    },
    getNetworkType({ success }: { success: (network: { networkType: string }) => void }): void {
      success({ networkType });
    },
    onAppShow: on("show"),
    onAppHide: on("hide"),
    onNetworkStatusChange: on("network"),
    offAppShow: off("show"),
    offAppHide: off("hide"),
    offNetworkStatusChange: off("network"),
  };

  return {
    wx,
    clock: {
      ...clock,
      /** As a phone does, which reports what a timer throws to `wx.onError`. */
      setTimer: (delayMs: number, callback: () => void) =>
        clock.setTimer(delayMs, () => {
          try {
            callback();
          } catch (error) {
            thrown.push(error);
          }
        }),
    },
    sockets,
    storage,
    thrown,
    listeners,
    get socket(): PhoneSocket {
      return sockets.at(-1)!;
    },
    /** Every connectSocket fails so, until undefined. */
    refuse(errMsg: string | undefined): void {
      refusal = errMsg;
    },
    hide: () => emit("hide"),
    show: () => emit("show", {}),
    network(type: string, isTold = true): void {
      networkType = type;
      if (isTold) emit("network", { isConnected: type !== "none", networkType: type });
    },
    connect(options: Partial<ConnectOptions> = {}): Client {
      return connect({
        url: "wss://a.example/ws",
        wx,
        clock: this.clock,
        random: () => 0.5,
        ...options,
      });
    },
    /** Lets promises and timers of this moment run. */
    settle: () => clock.advance(0),
    advance: (ms: number) => clock.advance(ms),
  };
}

export type Phone = ReturnType<typeof createPhone>;

/** Opens the phone's newest socket and welcomes the client; returns its hello. */
export async function welcome(
  phone: Phone,
  channels: Answers = {},
  more: Partial<Extract<ServerMessage, { t: "welcome" }>> = {},
) {
  await phone.settle();
  const { socket } = phone;
  socket.emit("open");
  const [hello] = socket.heard();
  if (hello?.t !== "hello") throw new Error(`expected hello, got ${JSON.stringify(hello)}`);
  const answers = { ...channels };
  for (const [name, position] of Object.entries(hello.channels ?? {})) {
    if (Object.hasOwn(answers, name)) continue;
    answers[name] = position === null ? { position: "1-00000001" } : { position, recovered: true };
  }
  socket.say({
    t: "welcome",
    id: hello.id,
    version: 1,
    session: "s-1",
    secret: `x-${phone.sockets.length}`,
    resumed: false,
    user: "u1",
    now: 1_790_000_000_000,
    heartbeatMs: 25_000,
    window: 256,
    windowBytes: 524_288,
    messageBytes: 65_536,
    channels: answers,
    ...more,
  });
  return hello;
}

/** The n-th publication of a channel. */
export function publication(n: number, c = "room") {
  const position = (at: number): string => `${at}-${at.toString(16).padStart(8, "0")}`;
  return { t: "message", c, p: position(n), prev: position(n - 1), d: { n }, at: 1_000 + n } as const;
}
