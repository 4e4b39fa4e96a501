import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls, type SecureContext } from "node:tls";
import {
  acceptDeflateResponse,
  checkUpgradeResponse,
  createKey,
  findHeadEnd,
  formatExtensions,
  formatUpgradeRequest,
  offerDeflate,
  parseResponseHead,
  type DeflateParameters,
  type RawHeaders,
} from "@weapp-socket/wire";
import type { DialRequest, LinkFailure, LinkOpen } from "../core/index.js";
import { parseAddress, type Address } from "./address.js";
import { failureOf, timeoutOf, type DialPhase } from "./dial-failure.js";
import { createDialTiming } from "./dial-timing.js";
import type { MaskSource } from "./outbound.js";
import type { ReadBuffer } from "./read-buffer.js";

export interface AttemptSettings {
  readonly masks: MaskSource;
  readonly readBuffer: ReadBuffer;
  readonly tls: { readonly rejectUnauthorized: boolean; readonly secureContext?: SecureContext };
}

/** An open connection, as the attempt hands it on. */
export interface Opened {
  readonly socket: Socket;
  readonly response: LinkOpen;
  readonly deflate: DeflateParameters | undefined;
  /** What came behind the head of the 101. */
  readonly rest: Buffer;
}

/** Who hears of a socket's bytes and of its end, once the connection is open. */
export interface SocketEars {
  bytes(buffer: Buffer, length: number): void;
  /** The socket ended, in whichever way. May be told more than once. */
  over(error?: Error): void;
}

/** Who hears a socket now. All that an open socket holds of its attempt. */
interface Hearing {
  ears: SocketEars;
}

export interface AttemptEvents {
  /** Gives the ears that hear what the socket says from now on, `rest` first. */
  opened(opened: Opened): SocketEars;
  failed(failure: LinkFailure): void;
}

/**
 * From an address to an open connection: DNS, TCP, TLS, upgrade, all within `timeoutMs`. Exactly one of the events
 * follows, in a later task, unless the returned function abandons the attempt first.
 */
export function startAttempt(
  settings: AttemptSettings,
  request: DialRequest,
  events: AttemptEvents,
): () => void {
  const timing = createDialTiming();
  const key = createKey(() => settings.masks.next());
  const extensions = request.perMessageDeflate ? formatExtensions([offerDeflate()]) : undefined;
  let phase: DialPhase = "dns";
  let isOver = false;
  let socket: Socket | undefined;
  /** The answer, until its head is whole. */
  let answer: Buffer = Buffer.alloc(0);

  function abandon(): void {
    isOver = true;
    clearTimeout(timer);
    socket?.destroy();
  }

  function fail(failure: LinkFailure): void {
    if (isOver) return;
    abandon();
    events.failed(failure);
  }

  const timer = setTimeout(() => fail(timeoutOf(phase, request.timeoutMs)), request.timeoutMs);

  function start(): void {
    let address: Address;
    let head: string;
    try {
      address = parseAddress(request.url);
      const { hostHeader: host, target } = address;
      head = formatUpgradeRequest({
        host,
        target,
        key,
        protocols: request.protocols,
        extensions,
        headers: request.headers,
      });
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      setImmediate(() => fail({ cause: "request", detail }));
      return;
    }
    if (isIP(address.host) !== 0) phase = "tcp";
    const hearing: Hearing = {
      ears: {
        bytes(buffer, length) {
          if (!isOver) read(opening, hearing, buffer.subarray(0, length));
        },
        over(error) {
          if (error !== undefined) fail(failureOf(error, phase));
          else
            fail({
              cause: phase === "tls" ? "tls" : "reset",
              detail: `${phase}: the server closed the connection`,
            });
        },
      },
    };
    const opening = openSocket(settings, address, hearing);
    socket = opening;
    const upgrade = (): void => {
      phase = "upgrade";
      timing.connected();
      opening.write(head, "utf8");
    };
    const lookedUp = (error: Error | null): void => {
      if (error !== null) return;
      timing.lookedUp();
      phase = "tcp";
    };
    opening.on("lookup", lookedUp);
    opening.once("connect", () => {
      opening.off("lookup", lookedUp);
      // Here and not as an option of the dialing: Node 20 takes that of a TLS socket without heeding it.
      opening.setNoDelay(request.tcpNoDelay);
      if (address.isSecure) phase = "tls";
      else upgrade();
    });
    if (address.isSecure) opening.once("secureConnect", upgrade);
  }

  function read(from: Socket, hearing: Hearing, bytes: Buffer): void {
    const before = answer.length;
    answer = Buffer.concat([answer, bytes]);
    try {
      const end = findHeadEnd(answer, before, answer.length);
      if (end > 0) answered(from, hearing, end);
    } catch (error) {
      fail({
        cause: "upgrade",
        detail: `upgrade: ${error instanceof Error ? error.message : String(error)}`,
      });
    }
  }

  function answered(from: Socket, hearing: Hearing, end: number): void {
    const head = parseResponseHead(answer, 0, end);
    const checked = checkUpgradeResponse(head, { key, protocols: request.protocols, extensions });
    if ("cause" in checked) {
      fail({ cause: checked.cause, detail: `upgrade: ${checked.message}` });
      return;
    }
    const [extension, ...others] = checked.extensions;
    const deflate = extension === undefined ? undefined : acceptDeflateResponse(extension, {});
    if (extension !== undefined && (deflate === undefined || others.length > 0)) {
      fail({
        cause: "upgrade",
        detail:
          "upgrade: Sec-WebSocket-Extensions: expected permessage-deflate as we offered it, got another answer",
      });
      return;
    }
    isOver = true;
    clearTimeout(timer);
    const rest = answer.subarray(end);
    answer = Buffer.alloc(0);
    const response: LinkOpen = { header: flatten(head.rawHeaders), profile: timing.opened() };
    hearing.ears = events.opened({ socket: from, response, deflate, rest });
    if (rest.length > 0) hearing.ears.bytes(rest, rest.length);
  }

  start();
  return abandon;
}

function openSocket(settings: AttemptSettings, address: Address, hearing: Hearing): Socket {
  const socket = dial(settings, address, hearing);
  socket.on("error", (error) => hearing.ears.over(error));
  const ended = (): void => hearing.ears.over();
  socket.on("end", ended);
  socket.on("close", ended);
  return socket;
}

function dial(settings: AttemptSettings, { host, port, isSecure }: Address, hearing: Hearing): Socket {
  const common = {
    host,
    port,
    onread: {
      buffer: () => settings.readBuffer.current,
      callback(length: number, buffer: Uint8Array) {
        hearing.ears.bytes(buffer as Buffer, length);
        return true;
      },
    },
  };
  if (!isSecure) return connect(common);
  const secure = {
    ...common,
    ...settings.tls,
    minVersion: "TLSv1.2" as const,
    ALPNProtocols: ["http/1.1"],
    ...(isIP(host) === 0 ? { servername: host } : {}),
  };
  return connectTls(secure);
}

/** Names as the server wrote them; repeated ones joined with "," as WeChat's network layer does. */
function flatten(headers: RawHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  const written = new Map<string, string>();
  for (const [name, value] of headers) {
    const first = written.get(name.toLowerCase());
    if (first === undefined) {
      written.set(name.toLowerCase(), name);
      flat[name] = value;
    } else {
      flat[first] = `${flat[first]!},${value}`;
    }
  }
  return flat;
}
