import type { CallOptions, Implementation } from "./call.js";

/** Where values are kept: localStorage in a page, a map without one. */
export interface Store {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  keys(): readonly string[];
}

/** WeChat's limits (storage documentation): 1 MB a key, 10 MB in all. */
const MAX_KEY_BYTES = 1_048_576;
const MAX_BYTES = 10_485_760;

export interface StorageApi {
  readonly sync: Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
  readonly calls: Readonly<Record<string, Implementation>>;
}

/** wx.setStorage and its like. What is kept is JSON, as WeChat's: dates come back as text. */
export function createStorage(store: Store): StorageApi {
  const size = (): number =>
    store.keys().reduce((sum, key) => sum + key.length + (store.get(key)?.length ?? 0), 0);

  function set(key: unknown, data: unknown): void {
    if (typeof key !== "string" || key === "") {
      throw new Error("parameter error: parameter.key should be String");
    }
    const text = JSON.stringify({ data });
    if (text.length > MAX_KEY_BYTES) throw new Error("exceed storage item max length 1048576");
    if (size() - (store.get(key)?.length ?? 0) + text.length > MAX_BYTES)
      throw new Error("exceed storage max size 10Mb");
    store.set(key, text);
  }

  function get(key: unknown): unknown {
    const text = store.get(String(key));
    return text === null ? undefined : (JSON.parse(text) as { data: unknown }).data;
  }

  function info(): { keys: readonly string[]; currentSize: number; limitSize: number } {
    return { keys: store.keys(), currentSize: Math.ceil(size() / 1_024), limitSize: MAX_BYTES / 1_024 };
  }

  function clear(): void {
    for (const key of store.keys()) store.remove(key);
  }

  return {
    sync: {
      setStorageSync: (key, data) => set(key, data),
      getStorageSync: (key) => get(key) ?? "",
      removeStorageSync: (key) => store.remove(String(key)),
      clearStorageSync: clear,
      getStorageInfoSync: info,
    },
    calls: {
      setStorage({ key, data }: CallOptions) {
        set(key, data);
        return { errMsg: "setStorage:ok" };
      },
      getStorage({ key }: CallOptions) {
        const data = get(key);
        return data === undefined
          ? { errMsg: "getStorage:fail data not found" }
          : { errMsg: "getStorage:ok", data };
      },
      removeStorage({ key }: CallOptions) {
        store.remove(String(key));
        return { errMsg: "removeStorage:ok" };
      },
      clearStorage() {
        clear();
        return { errMsg: "clearStorage:ok" };
      },
      getStorageInfo: () => ({ errMsg: "getStorageInfo:ok", ...info() }),
    },
  };
}
