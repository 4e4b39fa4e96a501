import { lookup } from "node:dns/promises";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { type Check, fail, ok, warn } from "./check.js";
import type { TlsFacts } from "./certificate.js";

/** Where to connect. `host` is without the brackets of an IPv6 address. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
}

export interface DialLimits {
  readonly timeoutMs: number;
  readonly stop: AbortSignal;
}

export function targetOf(url: URL): Target {
  const secure = url.protocol === "wss:";
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port, secure };
}

export async function checkDns({ host }: Target): Promise<Check> {
  if (isIP(host) !== 0) return ok("dns", `${host} needs no lookup`);
  const start = performance.now();
  try {
    const found = await lookup(host, { all: true });
    const list = found.map(({ address }) => address).join(", ");
    if (found.every(({ family }) => family === 6)) {
      return warn("dns", `only IPv6: ${list}`, "many mobile networks need an A record too");
    }
    return ok("dns", `${list} in ${since(start)}`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const advice = "check the name, and that its DNS record is public; phones do not read your hosts file";
    return fail("dns", `${host} has no address (${code})`, advice);
  }
}

/** Opens TCP and says how it went; the socket is the caller's to destroy. */
export async function checkTcp(target: Target, limits: DialLimits): Promise<[Check, Socket | undefined]> {
  const { host, port } = target;
  const start = performance.now();
  try {
    const socket = await connected(connectTcp({ host, port }), "connect", limits);
    return [ok("tcp", `port ${port} answers in ${since(start)}`), socket];
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    const advice =
      reason === "ECONNREFUSED"
        ? "nothing listens there: start the server, or check its port and the address that it binds"
        : "a firewall or a security group drops it: let the port in from everywhere";
    return [fail("tcp", `cannot connect to ${host} port ${port} (${reason})`, advice), undefined];
  }
}

/** Speaks TLS over an open socket without judging the certificate: that is done by the facts. */
export async function openTls(
  socket: Socket,
  { host }: Target,
  limits: DialLimits,
  maxVersion: "TLSv1.2" | "TLSv1.3" = "TLSv1.3",
): Promise<{ socket: TLSSocket; facts: TlsFacts } | Check> {
  const servername = isIP(host) === 0 ? { servername: host } : {};
  // Old versions are let in so that they can be named.
  const options = {
    socket,
    ...servername,
    rejectUnauthorized: false,
    minVersion: "TLSv1",
    maxVersion,
  } as const;
  try {
    const tls = await connected(connectTls(options), "secureConnect", limits);
    // Typed as an Error, given as OpenSSL's word.
    const error = tls.authorizationError as unknown as string | Error | null | undefined;
    const authorizationError = error instanceof Error ? error.message : (error ?? undefined);
    const facts = {
      version: tls.getProtocol() ?? "none",
      authorizationError,
      certificate: tls.getPeerCertificate(true),
    };
    return { socket: tls, facts };
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    return fail(
      "tls",
      `no TLS on this port (${reason})`,
      "is it a ws:// port, or does a proxy in front end TLS elsewhere?",
    );
  }
}

function connected<S extends Socket>(socket: S, event: string, { timeoutMs, stop }: DialLimits): Promise<S> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const abort = (): void => void socket.destroy(new Error("interrupted"));
    const settle = (): void => {
      clearTimeout(timer);
      stop.removeEventListener("abort", abort);
    };
    stop.addEventListener("abort", abort, { once: true });
    socket.once(event, () => {
      settle();
      resolve(socket);
    });
    socket.once("error", (error) => {
      settle();
      reject(error);
    });
    socket.once("close", () => {
      settle();
      reject(new Error("the server ended the connection"));
    });
  });
}

export function since(start: number): string {
  return `${Math.round(performance.now() - start)} ms`;
}
