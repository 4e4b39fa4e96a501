export { conformanceCases } from "./conformance.js";
export type * from "./world.js";
export * from "../script.js";
