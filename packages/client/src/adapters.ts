import type { MiniProgram, MiniProgramSocket } from "./mini-program.js";

// `uni` and `tt` have the shape of `wx`: connect({ wx: uni }).

type SocketOptions = Parameters<MiniProgram["connectSocket"]>[0];
type Listener = (value: never) => void;

/** What this uses of `Taro`: as `wx`, but `connectSocket`, `send` and `close` return promises. */
export interface TaroLike extends Omit<MiniProgram, "connectSocket"> {
  connectSocket(options: SocketOptions): PromiseLike<unknown>;
}

/**
 * For `connect({ wx: fromTaro(Taro) })`. Listeners that come before the socket are given to it when it is there; what is
 * sent before would be too early anyway.
 */
export function fromTaro(taro: TaroLike): MiniProgram {
  const api = Object.create(taro) as MiniProgram;
  api.connectSocket = (options) => {
    let socket: MiniProgramSocket | undefined;
    let waiting: Array<(there: MiniProgramSocket) => void> = [];
    const when = (act: (there: MiniProgramSocket) => unknown): void => {
      if (socket === undefined) waiting.push(act);
      else act(socket);
    };
    // A failure is told by `fail` as well; the promise's word for it is heard by nobody.
    const quiet = (promise: unknown): void => {
      if (promise) (promise as Promise<unknown>).then(undefined, () => {});
    };
    taro.connectSocket(options).then((there) => {
      socket = there as MiniProgramSocket;
      waiting.forEach((act) => act(socket!));
      waiting = [];
    }, options.fail);
    return {
      send: (what) => when((there) => quiet(there.send(what))),
      close: (what) => when((there) => quiet(there.close(what))),
      onOpen: (listener) => when((there) => there.onOpen(listener)),
      onMessage: (listener) => when((there) => there.onMessage(listener)),
      onClose: (listener) => when((there) => there.onClose(listener)),
      onError: (listener) => when((there) => there.onError(listener)),
    };
  };
  return api;
}

/** What this uses of Alipay's `my`. */
export interface AlipayLike {
  connectSocket(options: SocketOptions & { multiple: true }): MiniProgramSocket;
  getStorageSync(options: { key: string }): { data?: unknown };
  setStorage(options: { key: string; data: unknown }): unknown;
}

/** For `connect({ wx: fromAlipay(my) })`: one task for each socket, data and storage in objects of their own. */
export function fromAlipay(my: AlipayLike): MiniProgram {
  const api = Object.create(my) as MiniProgram & { getNetworkType: unknown };
  // Its words for networks are others.
  api.getNetworkType = undefined;
  api.getStorageSync = (key) => my.getStorageSync({ key }).data;
  api.connectSocket = (options) => {
    const task = my.connectSocket(Object.assign({ multiple: true as const }, options));
    return {
      send: (what) => task.send(what),
      close: (what) => task.close(what),
      onOpen: (listener) => task.onOpen(listener),
      onClose: (listener) => task.onClose(listener),
      onError: (listener) => task.onError(listener),
      onMessage: (listener) =>
        task.onMessage((message) => {
          const inner = message.data as unknown as { data?: string };
          listener(typeof message.data === "string" ? message : { data: inner.data as string });
        }),
    };
  };
  return api;
}

/** What this uses of a browser's `window`. */
export interface WindowLike {
  readonly WebSocket: new (url: string, protocols?: string[]) => WebSocketLike;
  readonly localStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void };
  readonly document: {
    readonly visibilityState: string;
    addEventListener(event: string, listener: () => void): void;
    removeEventListener(event: string, listener: () => void): void;
  };
  readonly navigator: { readonly onLine: boolean };
  addEventListener(event: string, listener: () => void): void;
  removeEventListener(event: string, listener: () => void): void;
}

interface WebSocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(event: string, listener: Listener): void;
}

/** For `connect({ wx: fromBrowser(window) })`: H5 pages. Hidden pages are told as apps in the background. */
export function fromBrowser(page: WindowLike): MiniProgram {
  const stops: Array<{ readonly listener: unknown; stop(): void }> = [];
  const { document, localStorage } = page;

  function listen(
    target: WindowLike | WindowLike["document"],
    events: string[],
    listener: unknown,
    act: () => void,
  ) {
    events.forEach((event) => target.addEventListener(event, act));
    stops.push({ listener, stop: () => events.forEach((event) => target.removeEventListener(event, act)) });
  }
  const off = (listener: unknown): void =>
    stops.filter((entry) => entry.listener === listener).forEach((entry) => entry.stop());
  const onVisibility = (state: string) => (listener: () => void) =>
    listen(document, ["visibilitychange"], listener, () => {
      if (document.visibilityState === state) listener();
    });

  return {
    connectSocket({ url, protocols }) {
      const socket = protocols === undefined ? new page.WebSocket(url) : new page.WebSocket(url, protocols);
      return {
        send({ data, fail }) {
          if (socket.readyState === 1) socket.send(data);
          else if (fail) fail();
        },
        close: ({ code, reason }) => socket.close(code, reason),
        onOpen: (listener) => socket.addEventListener("open", listener),
        onMessage: (listener) => socket.addEventListener("message", listener),
        onClose: (listener) => socket.addEventListener("close", listener),
        // A close follows, whatever failed.
        onError() {},
      };
    },
    getStorageSync: (key) => localStorage.getItem(key),
    setStorage: ({ key, data }) => localStorage.setItem(key, data as string),
    onAppShow: onVisibility("visible"),
    onAppHide: onVisibility("hidden"),
    offAppShow: off,
    offAppHide: off,
    onNetworkStatusChange: (listener) =>
      listen(page, ["online", "offline"], listener, () => listener({ isConnected: page.navigator.onLine })),
    offNetworkStatusChange: off,
    getNetworkType: ({ success }) => success({ networkType: page.navigator.onLine ? "unknown" : "none" }),
  };
}
