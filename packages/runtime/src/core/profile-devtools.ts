import { row, type Ending, type Failure, type Profile } from "./profile.js";

const unfinished: Failure = { errMsg: "未完成的操作", thenClose: true };
const timedOut: Failure = { errMsg: "Timed out connecting to server.", thenClose: false };
const refusedAtOnce = (errMsg: string): Failure => ({ errMsg, thenClose: false });

const network = row(unfinished, "OBSERVED devtools, COMMUNITY C-6");
const timer = row(timedOut, "OBSERVED devtools");
const notConnected = row("sendSocketMessage:fail webSocket is not connected", "OBSERVED devtools");
const notFound = row("sendSocketMessage:fail task not found", "OBSERVED devtools");
const closeOk = row({ ok: true, errMsg: "closeSocket:ok" } as const, "OBSERVED devtools");

const reasons: Readonly<Record<number, string>> = {
  1000: "normal closure",
  1001: "going away",
  1002: "protocol error",
  1003: "unsupported data",
  1004: "reserved",
  1005: "no status rcvd",
  1006: "abnormal closure",
  1007: "invalid frame payload data",
  1008: "policy violation",
  1009: "message too big",
  1010: "mandatory ext.",
  1011: "internal server error",
  1015: "tls handshake",
};

const ending = (code: number, reason: string): Ending => ({
  code,
  reason: reason === "" ? (reasons[code] ?? "") : reason,
});

/** The simulator of WeChat's own DevTools: a browser's WebSocket behind the base library. */
export const devtoolsProfile: Profile = {
  name: "devtools",

  maxConnections: row(10, "OBSERVED devtools"),
  slotHolders: row(["connecting", "open", "leaving", "closing"], "OBSERVED devtools"),
  excess: row({ settle: "success", errMsg: () => "exceed max task count" }, "OBSERVED devtools"),
  suspendedConnect: row("connectSocket:fail runtime invalidated", "ASSUMED; DevTools never suspends"),
  tellsTaskId: row(true, "COMMUNITY C-1, OBSERVED devtools"),

  strictUrl: row(false, "OBSERVED devtools"),
  lowerCaseScheme: row(false, "OBSERVED devtools"),
  heedsConnectionOptions: row(false, "OBSERVED devtools"),
  tcpNoDelay: row(true, "INFERRED: Chromium"),
  perMessageDeflate: row(true, "INFERRED: Chromium"),
  lowerCaseHeaderNames: row(false, "INFERRED"),
  protocolsAsText: row(true, "INFERRED: new WebSocket(url, protocols)"),
  strictProtocols: row(true, "INFERRED: new WebSocket(url, protocols) throws"),
  needsSubprotocolAnswer: row(true, "COMMUNITY"),
  userAgent: row(
    "Mozilla/5.0 (weapp-socket) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 " +
      "wechatdevtools MicroMessenger/8.0.49",
    "ASSUMED",
  ),
  version: row("devtools", "OFFICIAL S4"),
  skipDomainCheckByQuery: row(true, "OBSERVED devtools"),

  domainWarning: row(
    (url) =>
      `${url} 不在以下 socket 合法域名列表中，请参考文档：` +
      "https://developers.weixin.qq.com/miniprogram/dev/framework/ability/network.html",
    "OBSERVED devtools; the address of the document INFERRED",
  ),

  tellsOpen: row(false, "OBSERVED devtools"),
  mutedWhenClosed: row(false, "OBSERVED lib"),
  failures: {
    dns: network,
    refused: network,
    reset: network,
    tls: network,
    "tls-timeout": timer,
    timeout: timer,
    status: network,
    upgrade: network,
    request: row(refusedAtOnce("未完成的操作"), "OBSERVED devtools"),
    unknown: network,
    domain: row(refusedAtOnce("url not in domain list"), "OBSERVED devtools"),
    format: row(refusedAtOnce("未完成的操作"), "OBSERVED devtools"),
    scheme: row(refusedAtOnce("未完成的操作"), "ASSUMED; never asked for"),
    offline: row(refusedAtOnce("network is down"), "OBSERVED devtools"),
    subprotocol: row(unfinished, "COMMUNITY"),
  },
  domainReadyState: row(3, "OBSERVED lib"),

  ending: row(ending, "OBSERVED devtools"),
  interrupted: row({ code: 1000, reason: "interrupted" }, "ASSUMED; DevTools never suspends"),
  offlineEnding: row({ code: 1005, reason: "no status rcvd" }, "INFERRED"),
  dropsOnNetworkChange: row(false, "COMMUNITY"),
  suspends: row(false, "COMMUNITY"),
  suspendAfterMs: row(5_000, "ASSUMED; DevTools never suspends"),
  destroyAfterMs: row(30 * 60_000, "ASSUMED; DevTools never suspends"),

  sendNotOpen: row("SocketTask.send:fail SocketTask.readyState is not OPEN", "OBSERVED lib, COMMUNITY"),
  send: {
    connecting: notConnected,
    leaving: notConnected,
    closing: notConnected,
    severed: notConnected,
    lost: notConnected,
    spent: notConnected,
    closed: notFound,
  },
  sendsAsBrowser: row(true, "OBSERVED devtools, COMMUNITY"),
  sendNothing: row("sendSocketMessage:fail invalid data type", "ASSUMED; sends the text undefined"),
  sendOther: row("sendSocketMessage:fail invalid data type", "ASSUMED; only for what has no text"),
  sendException: row((message) => `sendSocketMessage:fail ${message}`, "INFERRED: as close"),

  close: {
    leaving: closeOk,
    closing: closeOk,
    severed: closeOk,
    lost: closeOk,
    spent: closeOk,
    closed: row({ ok: false, errMsg: "closeSocket:fail task not found" } as const, "OBSERVED devtools"),
  },
  codeMustBeNumber: row(false, "OBSERVED lib"),
  closeCode: row(
    (code) =>
      "closeSocket:fail Failed to execute 'close' on 'WebSocket': The code must be either 1000, or between " +
      `3000 and 4999. ${code} is neither.`,
    "OBSERVED devtools: Chromium's text",
  ),
  closeReason: row(
    "closeSocket:fail Failed to execute 'close' on 'WebSocket': The message must not be greater than 123 bytes.",
    "INFERRED: older Chromium's text",
  ),
  taskCallsPromise: row(true, "OBSERVED lib"),
};
