export { acceptKey, createKey, encodeBase64, isKey, type HandshakeHash } from "./accept-key.js";
export {
  ABNORMAL,
  cutReason,
  decodeClosePayload,
  encodeClosePayload,
  isWireCloseCode,
  MAX_REASON_BYTES,
  NO_STATUS,
  type ClosePayload,
} from "./close-code.js";
export { formatExtensions, parseExtensions, type Extension } from "./extension.js";
export {
  DEFAULT_MAX_FRAGMENTS,
  FrameReader,
  type FrameReaderOptions,
  type FrameSink,
} from "./frame-reader.js";
export { FrameScratch } from "./frame-scratch.js";
export {
  encodeFrame,
  frameSize,
  headerSize,
  maskPayload,
  writeFrameHeader,
  type FrameFlags,
} from "./frame-writer.js";
export {
  checkUpgrade,
  formatUpgradeResponse,
  type Upgrade,
  type UpgradeRefusal,
} from "./handshake-request.js";
export {
  checkUpgradeResponse,
  formatUpgradeRequest,
  OWN_HEADERS,
  type AnswerRefusal,
  type UpgradeAnswer,
  type UpgradeRequest,
} from "./handshake-response.js";
export {
  DEFAULT_MAX_HEAD_BYTES,
  DEFAULT_MAX_HEADERS,
  findHeadEnd,
  formatHead,
  HeadError,
  isHeaderValue,
  isToken,
  parseRequestHead,
  parseResponseHead,
  type HeadLimits,
  type Headers,
  type RawHeaders,
  type RequestHead,
  type ResponseHead,
} from "./http-head.js";
export { applyMask, unionOf, viewWords, type WordView } from "./mask.js";
export { MAX_CONTROL_PAYLOAD, OPCODE, type Opcode } from "./opcode.js";
export {
  acceptDeflate,
  acceptDeflateResponse,
  offerDeflate,
  PERMESSAGE_DEFLATE,
  type DeflateParameters,
  type DeflateWishes,
} from "./permessage-deflate.js";
export { ProtocolError } from "./protocol-error.js";
export { parseSubprotocols } from "./subprotocol.js";
export {
  checkUtf8,
  decodeUtf8,
  encodeUtf8,
  isUtf8,
  utf8Length,
  UTF8_INVALID,
  UTF8_START,
  writeUtf8,
} from "./utf8.js";
