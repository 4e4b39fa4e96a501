import type { Socket } from "node:net";
import { checkAddress } from "./address.js";
import { checkTls, type TlsFacts } from "./certificate.js";
import { type Check, ok, warn } from "./check.js";
import { checkDns, checkTcp, type DialLimits, openTls, type Target, targetOf } from "./dial.js";
import { checkClose, checkIdle, checkPing, PatientSocket } from "./liveness.js";
import { checkSubprotocol, upgrade, type UpgradeWish } from "./upgrade.js";

export interface ExaminationOptions {
  readonly url: URL;
  readonly appId: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** For each step. */
  readonly timeoutMs: number;
  /** 0: the connection is not watched while it is idle. */
  readonly idleMs: number;
  readonly stop: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** One check after the other, from the address to the closing handshake; ends at the first step that nothing follows. */
export async function* examine(options: ExaminationOptions): AsyncGenerator<Check, void> {
  const { url, timeoutMs, idleMs, stop } = options;
  const target = targetOf(url);
  const wish: UpgradeWish = { ...options, protocols: [] };
  const sockets = new Set<Socket>();
  try {
    const address = checkAddress(url);
    yield* address;
    if (address.some(({ outcome }) => outcome === "fail")) return;
    const dns = await checkDns(target);
    yield dns;
    if (dns.outcome === "fail") return;
    const [tcp, plain] = await checkTcp(target, options);
    yield tcp;
    if (plain === undefined) return;
    sockets.add(plain);
    let carrier: Socket = plain;
    if (target.secure) {
      const tls = await openTls(plain, target, options);
      if ("outcome" in tls) return yield tls;
      carrier = tls.socket;
      yield* checkTls(tls.facts, target.host, options.now);
      yield await checkOldTls(target, options, tls.facts, sockets);
    }
    const answer = await upgrade(carrier, wish);
    if ("outcome" in answer) return yield answer;
    yield ok("upgrade", "101, with WeChat's Referer and Origin");
    const socket = new PatientSocket(carrier, answer.rest);
    yield await checkPing(socket, timeoutMs, stop);
    if (idleMs > 0) yield await checkIdle(socket, idleMs, stop);
    yield await checkClose(socket, timeoutMs, stop);
    yield await askSubprotocol(target, options, wish, sockets);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

/** Old Android phones have no TLS 1.3. */
async function checkOldTls(
  target: Target,
  limits: DialLimits,
  { version }: TlsFacts,
  sockets: Set<Socket>,
): Promise<Check> {
  if (version !== "TLSv1.3") return ok("tls-1.2", "spoken");
  const [, plain] = await checkTcp(target, limits);
  if (plain !== undefined) sockets.add(plain);
  const tls = plain && (await openTls(plain, target, limits, "TLSv1.2"));
  if (tls !== undefined && "facts" in tls && tls.facts.version === "TLSv1.2")
    return ok("tls-1.2", "spoken too");
  return warn(
    "tls-1.2",
    "not spoken",
    "old Android phones have nothing newer: ssl_protocols TLSv1.2 TLSv1.3;",
  );
}

async function askSubprotocol(
  target: Target,
  limits: DialLimits,
  wish: UpgradeWish,
  sockets: Set<Socket>,
): Promise<Check> {
  // The name in WeChat's own sample.
  const offered = "protocol1";
  const [tcp, plain] = await checkTcp(target, limits);
  if (plain === undefined) return checkSubprotocol(offered, tcp);
  sockets.add(plain);
  const tls = target.secure ? await openTls(plain, target, limits) : undefined;
  if (tls !== undefined && "outcome" in tls) return checkSubprotocol(offered, tls);
  return checkSubprotocol(offered, await upgrade(tls?.socket ?? plain, { ...wish, protocols: [offered] }));
}
