export type * from "../core/index.js";
