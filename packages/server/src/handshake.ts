import type { Socket } from "node:net";
import type { RequestHead } from "@weapp-socket/wire";
import { clientAddress } from "./address.js";

/** What the client asked for when it connected. */
export interface Handshake {
  /** The request target as it came, for example `/chat?room=9`. It may carry secrets: do not log it. */
  readonly target: string;
  /** The target up to the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case; the values of a repeated header are joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The answered subprotocol, empty where there is none. */
  readonly subprotocol: string;
  /** The client's address: the socket's, or what `trustedProxies` say. */
  readonly remoteAddress: string;
}

export function pathOf(target: string): string {
  const end = target.indexOf("?");
  return end < 0 ? target : target.slice(0, end);
}

/** A handshake that takes its parts from the request only when somebody asks. */
export class ReceivedHandshake implements Handshake {
  readonly target: string;
  readonly subprotocol: string;
  private readonly head: RequestHead;
  private readonly socket: Socket;
  private readonly trustedProxies: number;
  private address: string | undefined = undefined;

  constructor(head: RequestHead, subprotocol: string, socket: Socket, trustedProxies: number) {
    this.target = head.target;
    this.subprotocol = subprotocol;
    this.head = head;
    this.socket = socket;
    this.trustedProxies = trustedProxies;
  }

  get path(): string {
    return pathOf(this.target);
  }

  get query(): URLSearchParams {
    const at = this.target.indexOf("?");
    return new URLSearchParams(at < 0 ? "" : this.target.slice(at));
  }

  get headers(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.head.headers);
  }

  get remoteAddress(): string {
    this.address ??= this.findAddress();
    return this.address;
  }

  /** Whether a header was there, by its name in lower case. Costs less than `headers`. */
  hasHeader(name: string): boolean {
    return this.head.headers.has(name);
  }

  private findAddress(): string {
    const forwardedFor = this.head.headers.get("x-forwarded-for");
    return clientAddress(this.socket.remoteAddress ?? "", forwardedFor, this.trustedProxies);
  }
}
