export type { AppState } from "./app-states.js";
export type { Clock } from "./clock.js";
export type { LocalNetwork } from "./domain-policy.js";
export { installRuntime } from "./install.js";
export type { LegacyCurrent } from "./legacy-socket.js";
export type { NetworkType } from "./network-type.js";
export type { RuntimeOptions } from "./options.js";
export type { ProfileName } from "./profile.js";
export {
  createRuntime,
  createWx,
  programReferer,
  type CoreOptions,
  type Runtime,
  type Surroundings,
} from "./runtime.js";
export type * from "./trace.js";
export type * from "./transport.js";
export { mapUrl, type UrlRule } from "./url-map.js";
export type * from "./wx-types.js";
