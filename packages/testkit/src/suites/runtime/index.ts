export { conformanceCases } from "./conformance.js";
export type * from "./world.js";
export * from "../script.js";
export { offerSuite, type PageSetup } from "./in-page.js";
