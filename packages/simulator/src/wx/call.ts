/** The options that every callback function of `wx` takes, beside its own. */
export interface CallOptions {
  readonly success?: unknown;
  readonly fail?: unknown;
  readonly complete?: unknown;
  readonly [name: string]: unknown;
}

export interface CallResult {
  readonly errMsg: string;
  readonly [name: string]: unknown;
}

/** What one wx function does: gives its result now or later. An errMsg that is not ":ok" is a failure. */
export type Implementation = (options: CallOptions) => CallResult | Promise<CallResult>;

/** Hears of every call; the returned function hears how it ended. */
export type CallRecorder = (api: string, options: unknown) => (errMsg: string) => void;

/**
 * A wx function in WeChat's two forms: with callbacks it returns undefined, without any it returns a promise.
 * What a callback throws is reported, and the next one still runs.
 */
export function callable(
  api: string,
  record: CallRecorder,
  report: (error: unknown, where: string) => void,
  act: Implementation,
): (options?: unknown) => Promise<CallResult> | undefined {
  return (given) => {
    const options = (typeof given === "object" && given !== null ? given : {}) as CallOptions;
    const done = record(api, given);
    const result = run(api, options, act);
    const hasCallback = [options.success, options.fail, options.complete].some(
      (each) => typeof each === "function",
    );
    const settled = result.then((value) => {
      done(value.errMsg);
      return value;
    });
    if (!hasCallback) {
      const promise = settled.then((value) => (isOk(value) ? value : Promise.reject(value)));
      // A page that ignores the promise is not told of its failure either; the call log is.
      promise.catch(() => {});
      return promise;
    }
    void settled.then((value) => {
      const first = isOk(value) ? options.success : options.fail;
      for (const callback of [first, options.complete]) {
        if (typeof callback !== "function") continue;
        try {
          (callback as (result: CallResult) => void)(value);
        } catch (error) {
          report(error, `wx.${api} callback`);
        }
      }
    });
    return undefined;
  };
}

async function run(api: string, options: CallOptions, act: Implementation): Promise<CallResult> {
  try {
    return await act(options);
  } catch (error) {
    return { errMsg: `${api}:fail ${error instanceof Error ? error.message : String(error)}` };
  }
}

function isOk({ errMsg }: CallResult): boolean {
  return errMsg.endsWith(":ok");
}
