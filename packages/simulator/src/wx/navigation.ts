import type { CallResult } from "./call.js";
import type { WxFunctions } from "./functions.js";

/** Moves through the pages of a program. Each gives the result of the wx function of its name. */
export interface Navigator {
  navigateTo(url: unknown, events: unknown): CallResult;
  redirectTo(url: unknown): CallResult;
  reLaunch(url: unknown): CallResult;
  switchTab(url: unknown): CallResult;
  navigateBack(delta: number): CallResult;
}

/** @param later runs what it is given once the page that navigates is done with what it does now */
export function navigationFunctions(
  navigator: () => Navigator,
  later: (act: () => void) => void,
  restart: () => void,
): WxFunctions {
  const soon = (act: () => CallResult): Promise<CallResult> =>
    new Promise((resolve, reject) => {
      later(() => {
        try {
          resolve(act());
        } catch (error) {
          reject(error);
        }
      });
    });
  return {
    calls: {
      navigateTo: ({ url, events }) => soon(() => navigator().navigateTo(url, events)),
      redirectTo: ({ url }) => soon(() => navigator().redirectTo(url)),
      reLaunch: ({ url }) => soon(() => navigator().reLaunch(url)),
      switchTab: ({ url }) => soon(() => navigator().switchTab(url)),
      navigateBack: ({ delta }) => soon(() => navigator().navigateBack(Number(delta ?? 1))),
      restartMiniProgram() {
        later(restart);
        return { errMsg: "restartMiniProgram:ok" };
      },
    },
  };
}
