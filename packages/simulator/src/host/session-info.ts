import type { DomainLists } from "../domain-list.js";
import type { Scenario } from "../faults/scenario.js";
import type { UrlMapping } from "../url-rule.js";

/** What a frame page asks first, at "/program/session.json": how it reaches the host and how it shall behave. */
export interface SessionInfo {
  /** Opens the relay; new with every start of the host. Null: there is no host, the program was exported. */
  readonly token: string | null;
  /** Addresses that begin with `from` lead to `to`, for sockets and requests, before anything else looks at them. */
  readonly map: readonly UrlMapping[];
  readonly profile: "device" | "devtools";
  /** Refuse what is not in `domains`: project.config.json asks for it, and weapp-socket.json has the lists. */
  readonly urlCheck: boolean;
  readonly domains: DomainLists;
  /** Faults to play from the start of the page; null: none. */
  readonly scenario: Scenario | null;
  /** Whether the host shows files in an editor (host/editor-route.ts). */
  readonly hasEditor: boolean;
  /** This machine's IPv4 networks: `urlCheck` lets a phone connect to its neighbours. */
  readonly localNetworks: readonly { readonly address: string; readonly netmask: string }[];
}
