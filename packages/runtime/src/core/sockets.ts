import type { AppLife } from "./app-life.js";
import { findCallSite } from "./call-site.js";
import {
  exceptionRefusal,
  readConnectRequest,
  type ConnectRefusal,
  type ConnectRequest,
} from "./connect-request.js";
import { isAllowedDomain, type LocalNetwork } from "./domain-policy.js";
import { handshakeHeaders, type Identity } from "./handshake-headers.js";
import type { LegacySocket } from "./legacy-socket.js";
import type { Network } from "./network.js";
import { maxTimeoutMs, type Settings } from "./options.js";
import { readProperty } from "./page-calls.js";
import type { FailureKind } from "./profile.js";
import { Connection, type TaskHost } from "./socket-task.js";
import { parseSocketUrl, type SocketUrl } from "./socket-url.js";
import { areSubprotocols, readProtocols } from "./subprotocols.js";
import type { CallSite, SlotHolder } from "./trace.js";
import type { DialRequest, Transport } from "./transport.js";
import { mapUrl, type UrlRule } from "./url-map.js";
import type { SocketTask } from "./wx-types.js";

/** The sockets of one app. */
export interface Sockets {
  connect(option: unknown): SocketTask | undefined;
  live(): Connection[];
}

export interface SocketsHost extends TaskHost {
  readonly settings: Settings;
  /** The rules as they are now. */
  readonly map: () => readonly UrlRule[];
  readonly transport: Transport;
  readonly localNetworks: () => readonly LocalNetwork[];
  readonly life: AppLife;
  readonly network: Network;
  readonly legacy: LegacySocket;
}

/** What a call of connectSocket comes to: where to dial, or why not. */
type Plan = { readonly request: ConnectRequest; readonly target: string } & (
  | { readonly refused: FailureKind; readonly dial: undefined }
  | { readonly refused: undefined; readonly dial: DialRequest }
);

interface Entry {
  readonly connection: Connection;
  readonly url: string;
  readonly callSite: CallSite;
}

export function createSockets(host: SocketsHost): Sockets {
  const { profile, settings, calls } = host;
  const limit = settings.maxConnections ?? profile.maxConnections.value;
  const identity: Identity = {
    appId: settings.appId,
    version: settings.version ?? profile.version.value,
    userAgent: settings.userAgent ?? profile.userAgent.value,
  };
  let entries: Entry[] = [];
  let lastTaskId = 0;

  function live(): Entry[] {
    if (entries.some(isClosed)) entries = entries.filter((entry) => !isClosed(entry));
    return entries;
  }

  const holdsSlot = ({ connection }: Entry): boolean =>
    profile.slotHolders.value.includes(connection.state());

  function isFull(): boolean {
    let held = 0;
    for (const entry of live()) if (holdsSlot(entry)) held += 1;
    return held >= limit;
  }

  function slotHolders(): SlotHolder[] {
    return entries
      .filter(holdsSlot)
      .map(({ connection, url, callSite }) => ({ taskId: connection.taskId, url, callSite }));
  }

  /** Why no connection is tried, or where to. */
  function check(request: ConnectRequest, target: string): FailureKind | SocketUrl {
    if (profile.lowerCaseScheme.value && !/^wss?:/.test(target)) return "scheme";
    const url = parseSocketUrl(target, profile.strictUrl.value);
    if (url === undefined) return "format";
    if (settings.urlCheck && !isAllowed(request.url)) return "domain";
    return host.network.type() === "none" ? "offline" : url;
  }

  function isAllowed(written: string): boolean {
    const url = parseSocketUrl(written, false);
    if (url === undefined) return false;
    if (profile.skipDomainCheckByQuery.value && url.query.split("&").includes("skip_domain_check=true"))
      return true;
    return isAllowedDomain(url, settings.socketDomains, host.localNetworks());
  }

  function dialRequest(request: ConnectRequest, url: SocketUrl): DialRequest {
    const heeds = profile.heedsConnectionOptions.value;
    const flag = (asked: unknown, otherwise: boolean): boolean =>
      heeds && typeof asked === "boolean" ? asked : otherwise;
    return {
      url: url.text,
      headers: handshakeHeaders(identity, url, request.header, profile),
      protocols: readProtocols(request.protocols, profile.protocolsAsText.value),
      timeoutMs: Math.min((heeds ? request.timeoutMs : undefined) ?? settings.timeoutMs, maxTimeoutMs),
      tcpNoDelay: flag(request.tcpNoDelay, profile.tcpNoDelay.value),
      perMessageDeflate: flag(request.perMessageDeflate, profile.perMessageDeflate.value),
    };
  }

  /** Everything that is read of what the page gave, once: getters and proxies of its own run meanwhile. */
  function read(option: unknown): Plan | { readonly refusal: ConnectRefusal } {
    try {
      const found = readConnectRequest(option, (url) => mapUrl(host.map(), url));
      if ("refusal" in found) return found;
      const checked = check(found.request, found.target);
      if (typeof checked === "string") return { ...found, refused: checked, dial: undefined };
      const dial = dialRequest(found.request, checked);
      return profile.strictProtocols.value && !areSubprotocols(dial.protocols)
        ? { ...found, refused: "request", dial: undefined }
        : { ...found, refused: undefined, dial };
    } catch (thrown) {
      return { refusal: exceptionRefusal(thrown) };
    }
  }

  function connect(option: unknown): SocketTask | undefined {
    const plan = read(option);
    if (host.life.state() === "destroyed") return undefined;
    lastTaskId += 1;
    const taskId = lastTaskId;
    const callSite = host.trace === undefined ? [] : findCallSite("connectSocket");

    const fail = (result: { errMsg: string }, url: unknown, holders?: SlotHolder[]): void => {
      host.trace?.(taskId, {
        type: "refused",
        url,
        errMsg: result.errMsg,
        callSite,
        ...(holders === undefined ? {} : { holders }),
      });
      calls.settle(option, false, result);
    };

    if ("refusal" in plan) {
      fail(plan.refusal, readProperty(option, "url"));
      return undefined;
    }
    const { request, target, refused, dial } = plan;
    const connection = new Connection(host, {
      taskId,
      enableProfile: request.enableProfile,
      needsSubprotocol: profile.needsSubprotocolAnswer.value && (dial?.protocols.length ?? 0) > 0,
    });

    const excess = isFull();
    const holders = excess ? slotHolders() : undefined;
    const refusedByCall = refusalOfCall(excess);
    if (refusedByCall !== undefined) {
      connection.startClosed();
      fail({ errMsg: refusedByCall }, request.url, holders);
      return connection.task;
    }

    entries.push({ connection, url: request.url, callSite });
    host.legacy.adopt(connection);
    if (holders !== undefined) {
      const failure = { errMsg: profile.excess.value.errMsg(limit), thenClose: false };
      connection.refuse({ kind: "limit", failure, detail: `more than ${limit} connections`, holders });
    } else if (dial === undefined) {
      const failure = profile.failures[refused].value;
      connection.refuse({ kind: refused, failure, detail: explain(refused, request.url) });
    } else {
      connection.start((events) => host.transport.dial(dial, events));
    }
    // Whoever listens may connect, suspend or destroy as well: the task is one of the app's by now.
    host.trace?.(taskId, {
      type: "connect",
      url: request.url,
      target,
      headers: dial?.headers ?? [],
      protocols: dial?.protocols ?? [],
      timeoutMs: dial?.timeoutMs ?? 0,
      callSite,
    });
    const warnings = [request.warning, refused === "domain" ? profile.domainWarning.value(request.url) : ""];
    for (const text of warnings) if (text !== "") host.trace?.(taskId, { type: "warning", text });
    const ok = { errMsg: "connectSocket:ok" };
    calls.settle(option, true, profile.tellsTaskId.value ? { socketTaskId: taskId, ...ok } : ok);
    return connection.task;
  }

  function refusalOfCall(excess: boolean): string | undefined {
    if (host.life.state() === "suspended") return profile.suspendedConnect.value;
    return excess && profile.excess.value.settle === "fail" ? profile.excess.value.errMsg(limit) : undefined;
  }

  return { connect, live: () => live().map(({ connection }) => connection) };
}

const isClosed = ({ connection }: Entry): boolean => connection.state() === "closed";

function explain(kind: FailureKind, url: string): string {
  const reasons: Partial<Record<FailureKind, string>> = {
    scheme: "the scheme must be in lower case",
    format: "the url cannot be parsed",
    domain:
      "a released mini program may not connect there: not wss to a host of socketDomains, nor an address in the LAN",
    offline: "the network type is none",
    request: "protocols must be different tokens",
  };
  return `${reasons[kind] ?? kind}: ${url}`;
}
