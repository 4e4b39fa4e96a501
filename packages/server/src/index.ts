export {
  createMemoryBroker,
  type Broker,
  type ChannelInfo,
  type ChannelListener,
  type ChannelPolicy,
  type ChannelsPage,
  type ChannelsQuery,
  type ControlListener,
  type ControlMessage,
  type Durability,
  type GapReason,
  type HistoryPage,
  type HistoryQuery,
  type HistoryStatus,
  type MaybePromise,
  type Member,
  type MemoryBroker,
  type MemoryBrokerOptions,
  type PresenceEvent,
  type PresenceJoin,
  type PresenceKey,
  type PresencePage,
  type PresenceQuery,
  type PresenceStore,
  type Publication,
  type PublicationFormat,
  type Published,
  type PublishRequest,
  type RecordStore,
  type RecordWrite,
  type RecordWritten,
  type StoredRecord,
} from "./broker/index.js";
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
