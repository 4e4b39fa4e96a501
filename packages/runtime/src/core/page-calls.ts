/** Calls into page code: whatever it throws is reported and goes no further. */
export interface PageCalls {
  /** False when `callback` is no function. */
  call(callback: unknown, argument: unknown): boolean;
  /** success or fail, then complete, with the same object. */
  settle(option: unknown, ok: boolean, result: object): void;
  /** As `settle`; a promise of the result when none of the three callbacks is given. */
  answer(option: unknown, ok: boolean, result: object): Promise<unknown> | undefined;
  /** Page code does not run any more. */
  stop(): void;
}

export function createPageCalls(report: (error: unknown) => void): PageCalls {
  let running = true;

  function call(callback: unknown, argument: unknown): boolean {
    if (!running || typeof callback !== "function") return false;
    try {
      (callback as (argument: unknown) => unknown)(argument);
    } catch (error) {
      report(error);
    }
    return true;
  }

  function settle(given: Callbacks, ok: boolean, result: object): void {
    call(ok ? given.success : given.fail, result);
    call(given.complete, result);
  }

  return {
    call,
    settle(option, ok, result) {
      settle(readCallbacks(option), ok, result);
    },
    answer(option, ok, result) {
      if (!running) return undefined;
      const given = readCallbacks(option);
      if (hasCallback(given)) {
        settle(given, ok, result);
        return undefined;
      }
      const promise = ok ? Promise.resolve(result) : Promise.reject(result);
      // Page code that ignores the promise is common, and must not end a Node process.
      promise.catch(() => undefined);
      return promise;
    },
    stop() {
      running = false;
    },
  };
}

interface Callbacks {
  readonly success?: unknown;
  readonly fail?: unknown;
  readonly complete?: unknown;
}

function hasCallback(given: Callbacks): boolean {
  return [given.success, given.fail, given.complete].some((one) => typeof one === "function");
}

/**
 * Reads each once: the option bag may be anything, getters that throw included. Each is read where its name is written:
 * `bag[name]` with many names is several times as slow, and this is done for every message that a page sends.
 */
function readCallbacks(option: unknown): Callbacks {
  if (!isBag(option)) return {};
  let success: unknown;
  let fail: unknown;
  let complete: unknown;
  try {
    success = option.success;
  } catch {
    success = undefined;
  }
  try {
    fail = option.fail;
  } catch {
    fail = undefined;
  }
  try {
    complete = option.complete;
  } catch {
    complete = undefined;
  }
  return { success, fail, complete };
}

/** Undefined where there is no such property or reading it throws. */
export function readProperty(bag: unknown, name: string): unknown {
  if (!isBag(bag)) return undefined;
  try {
    return bag[name];
  } catch {
    return undefined;
  }
}

function isBag(option: unknown): option is Record<string, unknown> {
  return (typeof option === "object" || typeof option === "function") && option !== null;
}
