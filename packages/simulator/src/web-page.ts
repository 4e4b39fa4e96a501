/** What `wx.miniProgram` is to a page of the web in a web-view, as far as such a page can tell. */
export interface WebPageMiniProgram {
  navigateTo(options?: object): void;
  navigateBack(options?: object): void;
  switchTab(options?: object): void;
  reLaunch(options?: object): void;
  redirectTo(options?: object): void;
  /** `data` comes to the program's `bindmessage` together with the others, when the web-view is left or shared. */
  postMessage(options?: { readonly data?: unknown }): void;
  getEnv(callback: (env: { readonly miniprogram: boolean }) => void): void;
}

/**
 * `wx.miniProgram` for a page that runs in the simulator's web-view, where WeChat's own script has nobody to talk to:
 *
 *     window.wx = { ...window.wx, miniProgram: createMiniProgram() };
 *
 * Outside of a web-view `getEnv` says so, and the others do nothing.
 */
export function createMiniProgram(): WebPageMiniProgram {
  const isInside = window.parent !== window;
  const say = (message: object): void => {
    // What can be sent to another window: functions cannot.
    if (isInside) window.parent.postMessage(JSON.parse(JSON.stringify(message)), "*");
  };
  const call =
    (api: string) =>
    (options: object = {}): void =>
      say({ api, options });
  return {
    navigateTo: call("navigateTo"),
    navigateBack: call("navigateBack"),
    switchTab: call("switchTab"),
    reLaunch: call("reLaunch"),
    redirectTo: call("redirectTo"),
    postMessage: ({ data } = {}) => say({ api: "postMessage", data }),
    getEnv: (callback) => callback({ miniprogram: isInside }),
  };
}
