export * from "../core/index.js";
export { createNodeClock } from "./clock.js";
