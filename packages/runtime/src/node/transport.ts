import { createSecureContext, rootCertificates } from "node:tls";
import { FrameScratch } from "@weapp-socket/wire";
import type { DialRequest, Link, LinkEvents, Transport } from "../core/index.js";
import { createMaskSource, createWriteBuffer } from "./outbound.js";
import { NodeLink, type LinkSettings } from "./link.js";
import { ReadBuffer } from "./read-buffer.js";

/** TLS of one client. Certificates are verified as Node does; WeChat has no option for any of this. */
export interface NodeTlsOptions {
  /** Certificate authorities besides the system's, as PEM. */
  readonly ca?: string | readonly string[];
  /** Default true. False takes any certificate: for development only. */
  readonly rejectUnauthorized?: boolean;
}

export interface NodeTransportOptions {
  /** Whose certificates are taken. Default: those that Node's own authorities signed. */
  readonly tls?: NodeTlsOptions;
  /** A larger message ends the connection with 1009. Default 100 MiB (WeChat documents no limit). */
  readonly maxMessageBytes?: number;
  /** Milliseconds for the closing handshake; then the connection is cut. Default 5000. */
  readonly closeTimeoutMs?: number;
}

/**
 * WebSocket connections over node:net and node:tls, frames by `@weapp-socket/wire`: every step of the handshake is
 * measured, every failure named.
 */
export function createNodeTransport(options: NodeTransportOptions = {}): Transport {
  const maxMessageBytes = positive("maxMessageBytes", options.maxMessageBytes ?? 100 * 1_048_576);
  const closeTimeoutMs = positive("closeTimeoutMs", options.closeTimeoutMs ?? 5_000);
  const { ca, rejectUnauthorized } = readTls(options.tls);
  const settings: LinkSettings = {
    maxMessageBytes,
    closeTimeoutMs,
    masks: createMaskSource(),
    writeBuffer: createWriteBuffer(),
    scratch: new FrameScratch(),
    readBuffer: new ReadBuffer(),
    tls: {
      rejectUnauthorized,
      // Made once: a context with all the system's authorities takes milliseconds.
      ...(ca === undefined
        ? {}
        : { secureContext: createSecureContext({ ca: [...rootCertificates, ...ca] }) }),
    },
  };
  return {
    dial: (request: DialRequest, events: LinkEvents): Link => new NodeLink(settings, request, events),
  };
}

function readTls(tls: NodeTlsOptions = {}): {
  ca: readonly string[] | undefined;
  rejectUnauthorized: boolean;
} {
  if (typeof tls !== "object" || tls === null || Array.isArray(tls)) {
    throw new TypeError(`tls: expected an object, got ${Array.isArray(tls) ? "an array" : String(tls)}`);
  }
  const { ca, rejectUnauthorized = true } = tls;
  if (typeof rejectUnauthorized !== "boolean") {
    throw new TypeError(
      `tls.rejectUnauthorized: expected true or false, got ${JSON.stringify(rejectUnauthorized) ?? typeof rejectUnauthorized}`,
    );
  }
  if (ca === undefined) return { ca, rejectUnauthorized };
  const list = typeof ca === "string" ? [ca] : ca;
  if (!Array.isArray(list) || !list.every((pem) => typeof pem === "string" && pem.includes("-----BEGIN"))) {
    throw new TypeError(
      "tls.ca: expected certificates as PEM, a string or an array of strings, got something else",
    );
  }
  return { ca: list, rejectUnauthorized };
}

function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`${name}: expected a positive integer, got ${String(value)}`);
}
