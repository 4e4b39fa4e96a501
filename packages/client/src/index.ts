export type * from "./client.js";
export type { Clock } from "./clock.js";
export { connect } from "./connect.js";
export type { ClientError } from "./failure.js";
export type { MiniProgram, MiniProgramSocket } from "./mini-program.js";
