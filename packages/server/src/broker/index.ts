export type {
  Broker,
  BrokerUsage,
  ChannelInfo,
  ChannelPolicy,
  ChannelsPage,
  ChannelsQuery,
  ControlListener,
  ControlMessage,
  HistoryPage,
  HistoryQuery,
  HistoryStatus,
  Published,
  PublishRequest,
} from "./broker.js";
export type { MaybePromise } from "./maybe-promise.js";
export { createMemoryBroker, type MemoryBroker, type MemoryBrokerOptions } from "./memory-broker.js";
export type {
  Member,
  PresenceJoin,
  PresenceKey,
  PresencePage,
  PresenceQuery,
  PresenceStore,
} from "./presence.js";
export type {
  ChannelListener,
  Durability,
  GapReason,
  PresenceEvent,
  Publication,
  PublicationFormat,
} from "./publication.js";
export type { RecordStore, RecordWrite, RecordWritten, StoredRecord } from "./record.js";
export { openRemoteBroker, type RemoteBrokerOptions } from "./remote/broker.js";
export { serveBroker, type BrokerServerOptions, type BrokerServer } from "./remote/serve.js";
