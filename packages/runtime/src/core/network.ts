import type { ListenerSet } from "./listener-set.js";
import type { Mailbox } from "./mailbox.js";
import { networkTypes, type NetworkType } from "./network-type.js";
import type { PageCalls } from "./page-calls.js";
import type { GetNetworkTypeResult, NetworkStatus } from "./wx-types.js";

/** The phone's network, as page code can see it. */
export interface Network {
  type(): NetworkType;
  /** Tells the page. True when it changed. RangeError for a word that is none. */
  set(type: NetworkType): boolean;
  /** wx.getNetworkType */
  answer(option: unknown): Promise<unknown> | undefined;
}

export function createNetwork(
  start: NetworkType,
  mailbox: Mailbox,
  calls: PageCalls,
  listeners: ListenerSet<NetworkStatus>,
): Network {
  let current = start;
  return {
    type: () => current,
    set(type) {
      if (!networkTypes.includes(type)) {
        throw new RangeError(`network type must be one of ${networkTypes.join(", ")}, got ${type}`);
      }
      if (type === current) return false;
      current = type;
      const status: NetworkStatus = { isConnected: type !== "none", networkType: type };
      mailbox.post((one) => listeners.emit(one), status);
      return true;
    },
    answer(option) {
      const result: GetNetworkTypeResult = {
        networkType: current,
        hasSystemProxy: false,
        signalStrength: current === "none" ? 0 : -50,
        weakNet: false,
        errMsg: "getNetworkType:ok",
      };
      return calls.answer(option, true, result);
    },
  };
}
