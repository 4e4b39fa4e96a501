export { openLmdbBroker } from "./broker.js";
export { checkLmdbStore, type StoreCheck } from "./check.js";
export { StoreDamageError } from "./damage-error.js";
export type { LmdbBroker, LmdbBrokerOptions, OpenReport } from "./options.js";
