import type { CallOptions } from "./call.js";
import { wrongType, type WxFunctions } from "./functions.js";

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

/** The storage of a program, for `wx` and for people who look at it. */
export interface Storage {
  /** Undefined: there is no such key. */
  get(key: string): unknown;
  /** Throws what stands behind "setStorage:fail ". */
  set(key: string, data: unknown): void;
  remove(key: string): void;
  clear(): void;
  keys(): readonly string[];
}

/** What is kept is JSON, as WeChat's: dates come back as text. */
export function createStorage(store: Store): Storage {
  // Keys of our own begin with what no program's key has.
  const keys = (): readonly string[] => store.keys().filter((key) => !key.startsWith("\u0000"));
  return {
    keys,
    get(key) {
      const text = store.get(key);
      return text === null ? undefined : (JSON.parse(text) as { data: unknown }).data;
    },
    set(key, data) {
      const text = JSON.stringify({ data });
      if (text.length > MAX_KEY_BYTES) throw new Error("entry size limit reached");
      if (sizeOf(store, keys()) - (store.get(key)?.length ?? 0) + text.length > MAX_BYTES)
        throw new Error("exceed storage max size 10Mb");
      store.set(key, text);
    },
    remove: (key) => store.remove(key),
    clear() {
      for (const key of keys()) store.remove(key);
    },
  };
}

function sizeOf(store: Store, keys: readonly string[]): number {
  return keys.reduce((sum, key) => sum + key.length + (store.get(key)?.length ?? 0), 0);
}

/** wx.setStorage and its like, in all their forms. */
export function storageFunctions(storage: Storage, store: Store): WxFunctions {
  function checked(api: string, key: unknown): string {
    if (typeof key !== "string") throw new Error(wrongType(api, "key", "String", key).slice(api.length + 6));
    if (key === "") throw new Error("parameter error: parameter.key should not be empty;");
    return key;
  }

  /** The synchronous form: throws with the name of the function. */
  const sync =
    <T>(api: string, act: (...args: readonly unknown[]) => T) =>
    (...args: readonly unknown[]): T => {
      try {
        return act(...args);
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        throw new Error(`${api}:fail ${text}`, { cause: error });
      }
    };

  function info(): { keys: readonly string[]; currentSize: number; limitSize: number } {
    const keys = storage.keys();
    return { keys, currentSize: Math.ceil(sizeOf(store, keys) / 1_024), limitSize: MAX_BYTES / 1_024 };
  }

  const put = (api: string, key: unknown, data: unknown): void => storage.set(checked(api, key), data);
  const putAll = (api: string, list: unknown): void => {
    for (const { key, value } of list as ReadonlyArray<{ key: unknown; value: unknown }>)
      put(api, key, value);
  };
  const getAll = (list: unknown): unknown[] =>
    (list as readonly string[]).map((key) => storage.get(key) ?? "");

  return {
    plain: {
      setStorageSync: sync("setStorageSync", (key, data) => put("setStorageSync", key, data)),
      getStorageSync: sync("getStorageSync", (key) => storage.get(checked("getStorageSync", key)) ?? ""),
      removeStorageSync: sync("removeStorageSync", (key) =>
        storage.remove(checked("removeStorageSync", key)),
      ),
      clearStorageSync: () => storage.clear(),
      getStorageInfoSync: info,
      batchSetStorageSync: sync("batchSetStorageSync", (list) => putAll("batchSetStorageSync", list)),
      batchGetStorageSync: (list) => getAll(list),
    },
    calls: {
      setStorage({ key, data }: CallOptions) {
        put("setStorage", key, data);
        return { errMsg: "setStorage:ok" };
      },
      getStorage({ key }: CallOptions) {
        const data = storage.get(checked("getStorage", key));
        return data === undefined
          ? { errMsg: "getStorage:fail data not found" }
          : { errMsg: "getStorage:ok", data };
      },
      removeStorage({ key }: CallOptions) {
        storage.remove(checked("removeStorage", key));
        return { errMsg: "removeStorage:ok" };
      },
      clearStorage() {
        storage.clear();
        return { errMsg: "clearStorage:ok" };
      },
      getStorageInfo: () => ({ errMsg: "getStorageInfo:ok", ...info() }),
      batchSetStorage({ kvList }: CallOptions) {
        putAll("batchSetStorage", kvList);
        return { errMsg: "batchSetStorage:ok" };
      },
      batchGetStorage: ({ keyList }: CallOptions) => ({
        errMsg: "batchGetStorage:ok",
        dataList: getAll(keyList),
      }),
    },
  };
}
