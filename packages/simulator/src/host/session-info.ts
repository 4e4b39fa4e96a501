/** What a frame page asks first, at "/program/session.json": how it reaches the host and how it shall behave. */
export interface SessionInfo {
  /** Opens the relay; new with every start of the host. */
  readonly token: string;
  /** Addresses that begin with `from` lead to `to`, for sockets and requests, before anything else looks at them. */
  readonly map: readonly UrlMapping[];
  readonly profile: "device" | "devtools";
}

export interface UrlMapping {
  readonly from: string;
  readonly to: string;
}
