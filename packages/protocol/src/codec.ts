import { describe, firstWrong, isPlainObject, type Fields } from "./check.js";
import { jsonDepth } from "./json-depth.js";
import type { ClientMessage, ServerMessage } from "./messages.js";
import { ProtocolError } from "./protocol-error.js";
import { clientShapes, serverShapes } from "./shapes.js";

/** Nesting allowed in one message, its own object and the batch's array among it. */
export const MAX_DEPTH = 32;

/** Messages allowed in one frame. */
export const MAX_BATCH = 1_000;

/** A message whose type this version does not know; `id` is there when it asked for a reply. */
export interface Unknown {
  readonly t: "unknown";
  readonly type: string;
  readonly id?: number;
}

/** One message as the text of a frame. */
export function encode(message: ClientMessage | ServerMessage): string {
  return JSON.stringify(message);
}

/** Several messages as the text of one frame; one alone goes without the array. */
export function encodeBatch(messages: ReadonlyArray<ClientMessage | ServerMessage>): string {
  return JSON.stringify(messages.length === 1 ? messages[0] : messages);
}

/** What a client sent, for the server. Throws ProtocolError. */
export function decodeClientText(text: string): Array<ClientMessage | Unknown> {
  return decode(text, clientShapes) as Array<ClientMessage | Unknown>;
}

/** What the server sent, for a client. Throws ProtocolError. */
export function decodeServerText(text: string): Array<ServerMessage | Unknown> {
  return decode(text, serverShapes) as Array<ServerMessage | Unknown>;
}

function decode(text: string, shapes: Readonly<Record<string, Fields>>): unknown[] {
  const depth = jsonDepth(text, MAX_DEPTH);
  if (depth > MAX_DEPTH) throw refused(`frame: expected at most ${MAX_DEPTH} levels of nesting, got more`);
  let value: unknown;
  try {
    value = mayNameProto(text) ? JSON.parse(text, refuseProto) : JSON.parse(text);
  } catch (cause) {
    if (cause instanceof ProtocolError) throw cause;
    throw refused(`frame: expected JSON, got a text of ${text.length} characters that is none`);
  }
  if (!Array.isArray(value)) return [checked(value, shapes)];
  if (value.length > MAX_BATCH) {
    throw refused(`frame: expected at most ${MAX_BATCH} messages, got ${value.length}`);
  }
  return value.map((message) => checked(message, shapes));
}

function checked(message: unknown, shapes: Readonly<Record<string, Fields>>): unknown {
  if (!isPlainObject(message)) throw refused(`message: expected an object, got ${describe(message)}`);
  const type = message["t"];
  if (typeof type !== "string") throw refused(`t: expected a message type, got ${describe(type)}`);
  if (!Object.hasOwn(shapes, type)) return unknownMessage(type, message["id"]);
  const wrong = firstWrong(message, shapes[type]!);
  if (wrong !== undefined) throw refused(`${type}.${wrong}`);
  if (type === "reply" && (message["ok"] === undefined) === (message["error"] === undefined)) {
    throw refused("reply: expected either ok or error");
  }
  return message;
}

function unknownMessage(type: string, id: unknown): Unknown {
  return typeof id === "number" && Number.isSafeInteger(id) && id !== 0
    ? { t: "unknown", type, id }
    : { t: "unknown", type };
}

/** A reviver is slow, so only texts that can hold the name, plain or escaped, pay for one. */
function mayNameProto(text: string): boolean {
  return text.includes("__proto__") || text.includes("\\u");
}

/** A name that would change an object's prototype when copied is no data of anyone's. */
function refuseProto(name: string, value: unknown): unknown {
  if (name === "__proto__") throw refused("frame: the name __proto__ is not allowed");
  return value;
}

function refused(message: string): ProtocolError {
  return new ProtocolError("bad-message", message);
}
