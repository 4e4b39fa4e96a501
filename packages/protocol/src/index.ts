export { backoffMs, defaultBackoff, withinMs, type BackoffPolicy } from "./backoff.js";
export { byeCodes, mayReconnect, type ByeName } from "./bye.js";
export {
  CALL_KEEP_MS,
  CALL_RUN_MS,
  decideCall,
  type CallDecision,
  type CallRecord,
  type CallReply,
} from "./call-record.js";
export { createClientMachine } from "./client/client-machine.js";
export type * from "./client/inputs.js";
export { createChannelCursor, REMEMBERED, type ChannelCursor, type Verdict } from "./channel-cursor.js";
export { DEVICE_INBOX, EVERYBODY, INBOX, isChannelName, MAX_CHANNEL_LENGTH } from "./channel-name.js";
export {
  decodeClientText,
  decodeServerText,
  encode,
  encodeBatch,
  MAX_BATCH,
  MAX_DEPTH,
  type Unknown,
} from "./codec.js";
export {
  createHistoryCheck,
  type AcceptedPublication,
  type Finding,
  type FindingKind,
  type HistoryCheck,
  type SeenEvent,
} from "./history-check.js";
export { jsonDepth } from "./json-depth.js";
export type * from "./messages.js";
export {
  formatPosition,
  MAX_POSITION_LENGTH,
  offsetOf,
  parsePosition,
  type PositionParts,
} from "./position.js";
export { ProtocolError } from "./protocol-error.js";
export { decideResume, type ResumeDecision, type ResumeFacts } from "./resume.js";
export { MAX_CHANNELS } from "./shapes.js";
export { Feed, type Batch, type FeedState, type HistoryItem, type Keeps } from "./server/feed.js";
export * from "./server/inputs.js";
export { SessionMachine } from "./server/session-machine.js";
