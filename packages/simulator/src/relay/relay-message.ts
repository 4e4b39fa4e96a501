/**
 * What goes over the one WebSocket between a frame page and the host. Text frames are control messages, JSON; binary
 * frames carry payload: the id of a link or call (u32, big endian), a kind (u8), bytes. A payload is never inside
 * JSON. Both sorts share one order, so what was sent first is handled first.
 */
import type { DialRequest, LinkFailure, LinkOpen } from "@weapp-socket/runtime/core";
import type { Diagnostic, JsonObject, JsonValue } from "../program.js";

/** Page to host. Ids are the page's: links and calls share one sequence from 1. */
export type PageMessage =
  | { readonly type: "dial"; readonly id: number; readonly request: DialRequest }
  | { readonly type: "close"; readonly id: number; readonly code: number; readonly reason: string }
  | { readonly type: "terminate"; readonly id: number }
  /** `body`: how many body frames of this id came before. */
  | {
      readonly type: "call";
      readonly id: number;
      readonly method: string;
      readonly params: JsonObject;
      readonly body: number;
    }
  | { readonly type: "abort"; readonly id: number };

/** Host to page. */
export type HostMessage =
  | { readonly type: "open"; readonly id: number; readonly response: LinkOpen }
  | { readonly type: "fail"; readonly id: number; readonly failure: LinkFailure }
  | { readonly type: "closed"; readonly id: number; readonly code: number; readonly reason: string }
  /** Bytes that a link still holds back from the network. */
  | { readonly type: "buffered"; readonly id: number; readonly bytes: number }
  /** Something on the way of a call; a body frame of this id came before where `body` is true. */
  | {
      readonly type: "event";
      readonly id: number;
      readonly name: string;
      readonly data: JsonValue;
      readonly body: boolean;
    }
  | { readonly type: "reply"; readonly id: number; readonly result: JsonValue; readonly body: boolean }
  | { readonly type: "error"; readonly id: number; readonly code: string; readonly message: string }
  /** A new compilation: where `version` is another than the page's, it should load again. */
  | { readonly type: "program"; readonly version: number; readonly diagnostics: readonly Diagnostic[] };

/** Kinds of binary frames. */
export const TEXT_MESSAGE = 1;
export const BINARY_MESSAGE = 2;
export const BODY = 3;

/** Bytes before the payload. */
export const HEADER_BYTES = 5;

/** Where the frame page opens it, seen from the host's root, and how the token is given. */
export const RELAY_PATH = "/relay";
export const TOKEN_PARAMETER = "token";

export interface PayloadHead {
  readonly id: number;
  readonly kind: number;
}

export function writePayloadHead(target: Uint8Array, id: number, kind: number): void {
  target[0] = id >>> 24;
  target[1] = id >>> 16;
  target[2] = id >>> 8;
  target[3] = id;
  target[4] = kind;
}

/** Null where the frame is too short to have one. */
export function readPayloadHead(frame: Uint8Array): PayloadHead | null {
  const [a, b, c, d, kind] = frame;
  if (a === undefined || b === undefined || c === undefined || d === undefined || kind === undefined)
    return null;
  return { id: ((a << 24) | (b << 16) | (c << 8) | d) >>> 0, kind };
}
