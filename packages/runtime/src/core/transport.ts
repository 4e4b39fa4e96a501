/**
 * The port between wx.connectSocket and whatever carries the bytes: node:net over our own wire, a browser's
 * WebSocket, or a relay to another process. Everything that WeChat's API decides (texts, limits, order, who is
 * told what) stays on this side; a transport only dials, carries messages and names causes in words.
 */
export interface Transport {
  /**
   * Starts to connect. Never throws and never calls `events` before it has returned.
   * Exactly one of `events.open` or `events.fail` follows, unless the link is terminated first.
   */
  dial(request: DialRequest, events: LinkEvents): Link;
}

export interface DialRequest {
  /** `ws:` or `wss:` address, after the host map. */
  readonly url: string;
  /** Request headers in wire order, values already text: Origin, User-Agent and Referer are among them. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  readonly protocols: readonly string[];
  /** Milliseconds for DNS, TCP, TLS and upgrade together. */
  readonly timeoutMs: number;
  readonly tcpNoDelay: boolean;
  readonly perMessageDeflate: boolean;
}

export interface LinkEvents {
  /** The server said 101 and everything in it was checked. */
  open(response: LinkOpen): void;
  /**
   * `atOnce`: called straight by the event loop, not in a tick or promise job, nor within a call of the link's. Page code
   * and its promise jobs may then have run when it returns, the link may be gone, and it throws what they left uncaught,
   * for the event loop to hear once everything that was read is told. Default false: they run later.
   */
  message(data: string | ArrayBuffer, atOnce?: boolean): void;
  /** The connection never opened. Nothing follows. */
  fail(failure: LinkFailure): void;
  /** An open connection ended. 1005: closed without a code, 1006: without a closing handshake. Nothing follows. */
  close(code: number, reason: string): void;
}

export interface LinkOpen {
  /** Headers of the 101 as one flat object, names as the server wrote them, repeated ones joined with ",". */
  readonly header: Readonly<Record<string, string>>;
  /** Absent where the platform cannot measure. */
  readonly profile?: LinkProfile;
}

/** Milliseconds. The first five are epoch timestamps, the last three durations. */
export interface LinkProfile {
  readonly fetchStart: number;
  readonly domainLookUpStart: number;
  readonly domainLookUpEnd: number;
  readonly connectStart: number;
  readonly connectEnd: number;
  /** TCP and TLS together. */
  readonly rtt: number;
  /** From the upgrade request to its 101. */
  readonly handshakeCost: number;
  readonly cost: number;
}

export type LinkFailureCause =
  | "dns"
  | "refused"
  | "reset"
  | "tls"
  | "tls-timeout"
  | "timeout"
  /** The answer was no 101. */
  | "status"
  /** The answer was a 101 that breaks RFC 6455 section 4.1. */
  | "upgrade"
  /** The url or a header cannot be sent. */
  | "request"
  /** The platform does not say (browsers). */
  | "unknown";

export interface LinkFailure {
  readonly cause: LinkFailureCause;
  /** For people: what was expected and what came. Never shown to page code. */
  readonly detail: string;
}

export interface Link {
  /** Queues one message. Ignored once the link has ended. */
  send(data: string | ArrayBuffer): void;
  /** Starts the closing handshake; before the open it abandons the attempt. `events.close` follows. */
  close(code: number, reason: string): void;
  /** Ends at once, without a closing handshake. No event follows. */
  terminate(): void;
  /** Bytes queued and not yet given to the network. */
  readonly bufferedBytes: number;
}
