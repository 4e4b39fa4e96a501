import { row, type Ending, type Failure, type Profile, type Row } from "./profile.js";

const openFail = (code: number, text: string): Failure => ({
  errCode: 1004,
  errMsg: `open fail: _code:${code},_msg:${text}`,
  thenClose: false,
});
const bare = (errMsg: string): Failure => ({ errMsg, thenClose: false });

const transportError = openFail(2, "Underlying Transport Error");
const gone = row({ ok: false, errMsg: "closeSocket:fail wcwss taskID not exist" } as const, "COMMUNITY C-9");
const taskGone = row("sendSocketMessage:fail:taskID not exist", "OBSERVED android, COMMUNITY");

const ending = (code: number, reason: string): Ending => ({
  code,
  reason: code === 1006 && reason === "" ? "abnormal closure" : reason,
});

const domain: Row<Failure> = row(bare("fail:url not in domain list"), "OBSERVED lib");

/** Current phones: WeChat's own network engine behind the base library. */
export const deviceProfile: Profile = {
  name: "device",

  maxConnections: row(5, "OFFICIAL S1, S4, S10"),
  slotHolders: row(["connecting", "open"], "OBSERVED android"),
  excess: row(
    {
      settle: "fail",
      errMsg: (limit) => `connectSocket:fail fail reach max websocket connect count ${limit}`,
    },
    "OBSERVED lib",
  ),
  suspendedConnect: row(
    "connectSocket:fail: jsapi has no permission, event=createSocketTask, runningState=suspend, " +
      "permissionMsg=permission ok, detail=network api interrupted in suspend state",
    "OBSERVED android",
  ),
  tellsTaskId: row(false, "OBSERVED lib"),

  strictUrl: row(true, "OBSERVED android"),
  lowerCaseScheme: row(true, "OBSERVED android"),
  heedsConnectionOptions: row(true, "OFFICIAL S1"),
  tcpNoDelay: row(false, "OFFICIAL S1"),
  perMessageDeflate: row(false, "OFFICIAL S1"),
  lowerCaseHeaderNames: row(true, "OBSERVED android"),
  protocolsAsText: row(false, "OBSERVED android, COMMUNITY MQTT.js#969"),
  strictProtocols: row(false, "OBSERVED android: joined as they are"),
  needsSubprotocolAnswer: row(false, "INFERRED: websocketpp accepts a missing answer"),
  userAgent: row(
    "Mozilla/5.0 (Linux; Android 14; weapp-socket) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 " +
      "Chrome/126.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.49 MiniProgramEnv/android",
    "ASSUMED",
  ),
  version: row("0", "OFFICIAL S4: develop, trial and audit builds"),
  skipDomainCheckByQuery: row(false, "OBSERVED android"),

  domainWarning: row(() => "", "OBSERVED android"),

  tellsOpen: row(true, "OFFICIAL S2, TYPINGS"),
  mutedWhenClosed: row(true, "OBSERVED lib"),
  failures: {
    dns: row(transportError, "INFERRED"),
    refused: row(openFail(111, "Connection refused"), "COMMUNITY, public app tests"),
    reset: row(transportError, "INFERRED"),
    tls: row(openFail(8, "TLS handshake failed"), "COMMUNITY C-12"),
    "tls-timeout": row(openFail(5, "TLS handshake timed out"), "COMMUNITY C-13"),
    timeout: row(openFail(9, "Timer Expired"), "INFERRED from OBSERVED android code 9"),
    status: row(openFail(20, "Invalid HTTP status."), "COMMUNITY C-12"),
    upgrade: row(openFail(21, "A required HTTP header is missing"), "INFERRED"),
    request: row(transportError, "ASSUMED"),
    unknown: row(transportError, "ASSUMED"),
    domain,
    format: row(bare("fail:url not well format"), "OBSERVED android"),
    scheme: row(bare("fail:url not ws or wss"), "OBSERVED android"),
    offline: row(transportError, "INFERRED: as a name that cannot be resolved"),
    subprotocol: row(transportError, "ASSUMED; never asked for"),
  },
  domainReadyState: row(3, "OBSERVED lib"),

  ending: row(ending, "OBSERVED android for 1006, COMMUNITY for the rest"),
  interrupted: row({ code: 1000, reason: "interrupted" }, "COMMUNITY: 0, 1000 and 1006 are seen"),
  offlineEnding: row({ code: 1006, reason: "abnormal closure" }, "INFERRED: as a TCP drop"),
  dropsOnNetworkChange: row(true, "COMMUNITY"),
  suspends: row(true, "OFFICIAL S7"),
  suspendAfterMs: row(5_000, "OFFICIAL S7"),
  destroyAfterMs: row(30 * 60_000, "OFFICIAL S7"),

  sendNotOpen: row("SocketTask.send:fail SocketTask.readyState is not OPEN", "OBSERVED lib, COMMUNITY"),
  send: {
    connecting: row("sendSocketMessage:fail:don't send before socket connected", "OBSERVED android"),
    leaving: taskGone,
    closing: taskGone,
    severed: taskGone,
    lost: taskGone,
    spent: taskGone,
    closed: taskGone,
  },
  sendsAsBrowser: row(false, "COMMUNITY"),
  sendNothing: row("sendSocketMessage:fail:message is null or nil", "OBSERVED android"),
  sendOther: row("sendSocketMessage:fail invalid data type", "COMMUNITY"),
  sendException: row((message) => `sendSocketMessage:fail:${message}`, "OBSERVED android"),

  close: { leaving: gone, closing: gone, severed: gone, lost: gone, spent: gone, closed: gone },
  codeMustBeNumber: row(true, "OBSERVED lib"),
  closeCode: row(
    () => "closeSocket:fail:The code must be either 1000, or between 3000 and 4999",
    "OBSERVED android",
  ),
  closeReason: row("closeSocket:fail:reason must not be longer than 123 bytes", "ASSUMED"),
  taskCallsPromise: row(false, "OBSERVED lib"),
};
