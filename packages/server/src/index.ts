export type { Clock } from "./clock.js";
export { ClosedError } from "./closed-error.js";
export type { CloseListener, Connection, ConnectionEvents, MessageListener, SendData } from "./connection.js";
export type { Handshake } from "./handshake.js";
export type { Logger, LogFields } from "./logger.js";
export type { PushServerOptions } from "./options.js";
export {
  createPushServer,
  type AttachOptions,
  type CloseOptions,
  type PushServer,
  type PushServerEvents,
} from "./push-server.js";
export { RequestError } from "./request-error.js";
export type { ListenAddress, ListenOptions } from "./socket-listener.js";
