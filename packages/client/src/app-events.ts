import type { Core } from "./core.js";

/**
 * Tells the machine what happens to the app and to its network. The returned function stops that. `hidden` is called
 * when the app goes to the background, where it may be killed without another word.
 */
export function watchApp({ api, input }: Core, hidden: () => void): () => void {
  let isOffline = false;

  const hide = (): void => {
    input({ type: "pause", reason: "hidden" });
    hidden();
  };
  const show = (): void => {
    input({ type: "unpause", reason: "hidden" });
    // Was the network's return told while nobody could hear it?
    if (isOffline && api.getNetworkType) {
      api.getNetworkType({ success: (network) => changed({ isConnected: network.networkType !== "none" }) });
    }
  };
  const changed = ({ isConnected }: { isConnected: boolean }): void => {
    if (!isConnected) input({ type: "pause", reason: "offline" });
    else if (isOffline) input({ type: "unpause", reason: "offline" });
    else input({ type: "network" });
    isOffline = !isConnected;
  };

  const each = (verb: "on" | "off"): void => {
    const calls = api as unknown as Record<string, ((listener: unknown) => void) | undefined>;
    const listeners = [hide, show, changed];
    ["AppHide", "AppShow", "NetworkStatusChange"].forEach((name, index) => {
      const call = calls[verb + name];
      if (call) call.call(api, listeners[index]);
    });
  };
  each("on");
  return () => each("off");
}
