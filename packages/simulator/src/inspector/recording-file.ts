import type { SocketEvent, SocketRecord } from "../handle.js";

/**
 * Sockets as JSON lines, to be kept, sent to somebody and looked at again. The first line names the format; then for
 * each socket a line `{"socket": {...}}` followed by one line for each of its events. Binary data is
 * `{"base64": "..."}`.
 */
const FORMAT = "weapp-socket recording";
const VERSION = 1;

interface Recorded {
  readonly record: SocketRecord;
  readonly events: readonly SocketEvent[];
}

export function formatRecording(sockets: readonly Recorded[]): string {
  const lines: unknown[] = [{ format: FORMAT, version: VERSION }];
  for (const { record, events } of sockets) {
    lines.push({ socket: { ...record, events: undefined } });
    for (const event of events) {
      lines.push(
        "data" in event && typeof event.data !== "string"
          ? { ...event, data: { base64: toBase64(new Uint8Array(event.data)) } }
          : event,
      );
    }
  }
  return `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;
}

/** Throws a RangeError that names the line where the text is no recording. */
export function parseRecording(text: string): readonly SocketRecord[] {
  const sockets: Array<SocketRecord & { readonly events: SocketEvent[] }> = [];
  const lines = text.split("\n");
  for (const [at, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const value = parseLine(line, at + 1);
    if (at === 0) {
      if (value["format"] !== FORMAT) throw new RangeError(`line 1: expected a ${FORMAT}, got another file`);
      if (value["version"] !== VERSION) {
        throw new RangeError(`line 1: expected version ${VERSION}, got ${String(value["version"])}`);
      }
    } else if (isObject(value["socket"])) {
      sockets.push(readSocket(value["socket"], at + 1));
    } else {
      const socket = sockets.at(-1);
      if (socket === undefined) throw new RangeError(`line ${at + 1}: expected a socket before its events`);
      socket.events.push(readEvent(value, at + 1));
    }
  }
  if (lines[0]?.trim() === "") throw new RangeError(`line 1: expected a ${FORMAT}, got an empty line`);
  return sockets;
}

type Values = Readonly<Record<string, unknown>>;

function readSocket(value: Values, line: number): SocketRecord & { readonly events: SocketEvent[] } {
  const state = textAt(value, "state", line);
  if (state !== "connecting" && state !== "open" && state !== "closed") {
    throw new RangeError(`line ${line}: state: expected connecting, open or closed, got ${state}`);
  }
  const { profile, header } = value;
  return {
    id: numberAt(value, "id", line),
    url: textAt(value, "url", line),
    ...(isText(value["target"]) && { target: value["target"] }),
    openedBy: textAt(value, "openedBy", line),
    createdAt: numberAt(value, "createdAt", line),
    state,
    sentMessages: numberAt(value, "sentMessages", line),
    sentBytes: numberAt(value, "sentBytes", line),
    receivedMessages: numberAt(value, "receivedMessages", line),
    receivedBytes: numberAt(value, "receivedBytes", line),
    ...(isObject(profile) && { profile: onlyValues(profile, isNumber) }),
    ...(isObject(header) && { header: onlyValues(header, isText) }),
    events: [],
  };
}

function readEvent(value: Values, line: number): SocketEvent {
  const at = numberAt(value, "at", line);
  const type = textAt(value, "type", line);
  switch (type) {
    case "open":
      return { at, type };
    case "sent":
    case "received":
      return { at, type, data: readData(value["data"], line), bytes: numberAt(value, "bytes", line) };
    case "error": {
      const errMsg = textAt(value, "errMsg", line);
      return isText(value["detail"]) ? { at, type, errMsg, detail: value["detail"] } : { at, type, errMsg };
    }
    case "close":
      return { at, type, code: numberAt(value, "code", line), reason: textAt(value, "reason", line) };
    default:
      throw new RangeError(`line ${line}: type: expected the name of an event, got ${type}`);
  }
}

function readData(value: unknown, line: number): string | ArrayBuffer {
  if (isText(value)) return value;
  if (isObject(value) && isText(value["base64"])) {
    try {
      return fromBase64(value["base64"]);
    } catch {
      throw new RangeError(`line ${line}: data: expected base64, got something else`);
    }
  }
  throw new RangeError(`line ${line}: data: expected a text or {"base64"}`);
}

function parseLine(line: string, at: number): Values {
  try {
    const value: unknown = JSON.parse(line);
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw new RangeError(`line ${at}: expected a JSON object, got ${line.slice(0, 40)}`);
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number";

function onlyValues<T>(values: Values, is: (value: unknown) => value is T): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, T] => is(entry[1])));
}

function textAt(value: Values, name: string, line: number): string {
  const found = value[name];
  if (!isText(found)) throw new RangeError(`line ${line}: ${name}: expected a text, got ${typeof found}`);
  return found;
}

function numberAt(value: Values, name: string, line: number): number {
  const found = value[name];
  if (!isNumber(found)) throw new RangeError(`line ${line}: ${name}: expected a number, got ${typeof found}`);
  return found;
}

/** Bytes turned into characters at once: more than this many arguments is more than engines take. */
const CHUNK = 8_192;

function toBase64(bytes: Uint8Array): string {
  let characters = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    characters += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(characters);
}

function fromBase64(base64: string): ArrayBuffer {
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = characters.charCodeAt(at);
  return bytes.buffer;
}
