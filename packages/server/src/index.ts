export {
  createJwtAuthenticate,
  createOriginRule,
  createTickets,
  createWxLogin,
  firstOf,
  parseReferer,
  readToken,
  type Authenticate,
  type Credentials,
  type Identity,
  type JwtAlgorithm,
  type JwtKeys,
  type JwtOptions,
  type MiniProgramReferer,
  type OriginOptions,
  type OriginVerdict,
  type Ticket,
  type TicketHolder,
  type TicketOptions,
  type Tickets,
  type TokenSourceOptions,
  type WxLogin,
  type WxLoginOptions,
  type WxUser,
} from "./auth/index.js";
export {
  createMemoryBroker,
  openRemoteBroker,
  serveBroker,
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
  type RemoteBrokerOptions,
  type BrokerServer,
  type BrokerServerOptions,
  type StoredRecord,
} from "./broker/index.js";
export type { AccessAction, AccessRequest, Authorize } from "./access.js";
export type { ChannelRule } from "./channel-rules.js";
export type { CallContext, CallMethod } from "./session/calls.js";
export type { Clock } from "./clock.js";
export { ClosedError } from "./closed-error.js";
export type { CompressionOptions } from "./compression.js";
export type {
  CloseListener,
  Connection,
  ConnectionEvents,
  JoinOptions,
  MessageListener,
  SendData,
} from "./connection.js";
export { exitOnSignal, type ExitOptions } from "./exit-on-signal.js";
export type { Handshake } from "./handshake.js";
export type { ReplayStatus, ReplayWish } from "./history-join.js";
export type { ApiKey, Scope } from "./http/api-key.js";
export type { LoginLimits } from "./http/routes/tickets.js";
export type { LimitOptions } from "./limits.js";
export type { Logger, LogFields } from "./logger.js";
export type { OfflineEvent, OnOffline } from "./offline/offline-event.js";
export type { PushServerOptions } from "./options.js";
export {
  createPushServer,
  type AttachOptions,
  type CloseOptions,
  type PushServer,
  type PushServerEvents,
} from "./push-server.js";
export { RequestError } from "./request-error.js";
export type {
  CallOptions,
  CallTarget,
  ConnectionInfo,
  DisconnectOptions,
  DisconnectTarget,
  DrainOptions,
  HistoryOptions,
  MembersOptions,
  PublishOptions,
  Pushed,
  PushOptions,
  PushTarget,
  ServerInfo,
} from "./server-control.js";
export type { Receipt, ReceiptState } from "./http/receipts.js";
export type { ListenAddress, ListenOptions } from "./socket-listener.js";
export type { Stats } from "./stats.js";
export type { WebhookOptions } from "./webhook/webhook-options.js";
export {
  ConfigError,
  parseConfig,
  type AccessConfig,
  type BrokerConfig,
  type JwtConfig,
  type ServerConfig,
  type WxLoginConfig,
} from "./config/config.js";
export { openConfiguredServer, type ConfiguredServer } from "./config/configured-server.js";
