import type { LocalNetwork, RuntimeOptions, Surroundings, UrlRule } from "@weapp-socket/runtime/core";
import type { Program } from "../program.js";

/** What of a program's configuration its sockets heed. */
export function programOptions(
  { appId, appJson }: Program,
  run: {
    readonly profile: "device" | "devtools";
    readonly map: readonly UrlRule[];
    readonly urlCheck: boolean;
    readonly socketDomains: readonly string[];
    /** The machine's own, for the LAN rule of `urlCheck`. Default: none. */
    readonly localNetworks?: readonly LocalNetwork[];
  },
): RuntimeOptions & Pick<Surroundings, "localNetworks"> {
  const { profile, map, urlCheck, socketDomains, localNetworks = [] } = run;
  const timeouts = appJson["networkTimeout"] as { readonly connectSocket?: unknown } | undefined;
  const modes = appJson["requiredBackgroundModes"];
  return {
    profile,
    map,
    urlCheck,
    socketDomains,
    localNetworks: () => localNetworks,
    appId,
    ...(typeof timeouts?.connectSocket === "number"
      ? { networkTimeout: { connectSocket: timeouts.connectSocket } }
      : {}),
    ...(Array.isArray(modes) ? { requiredBackgroundModes: modes.map(String) } : {}),
  };
}
