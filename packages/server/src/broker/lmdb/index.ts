export { openLmdbBroker } from "./broker.js";
export type { LmdbBroker, LmdbBrokerOptions, LmdbUsage, OpenReport } from "./options.js";
