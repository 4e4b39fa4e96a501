export * from "../core/index.js";
export { createNodeClock } from "./clock.js";
export { createNodeTransport, type NodeTlsOptions, type NodeTransportOptions } from "./transport.js";
