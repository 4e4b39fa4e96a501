/** What of `wx` is here, in the grammar of wx.canIUse: `api`, `api.object.option`, `api.callback.field`. */
const connectOptions = [
  "url",
  "header",
  "protocols",
  "tcpNoDelay",
  "perMessageDeflate",
  "timeout",
  "forceCellularNetwork",
];
const callbacks = ["success", "fail", "complete"];

const known: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  connectSocket: { object: [...connectOptions, ...callbacks], return: ["SocketTask"], success: ["errMsg"] },
  sendSocketMessage: { object: ["data", ...callbacks], success: ["errMsg"] },
  closeSocket: { object: ["code", "reason", ...callbacks], success: ["errMsg"] },
  onSocketOpen: { callback: ["header"] },
  onSocketMessage: { callback: ["data"] },
  onSocketError: { callback: ["errMsg"] },
  onSocketClose: { callback: ["code", "reason"] },
  SocketTask: { send: [], close: [], onOpen: [], onMessage: [], onError: [], onClose: [] },
  onAppShow: { callback: ["path", "query", "scene", "referrerInfo"] },
  offAppShow: {},
  onAppHide: {},
  offAppHide: {},
  onNetworkStatusChange: { callback: ["isConnected", "networkType"] },
  offNetworkStatusChange: {},
  getNetworkType: {
    object: callbacks,
    success: ["networkType", "hasSystemProxy", "signalStrength", "weakNet", "errMsg"],
  },
  canIUse: {},
};

export function canIUse(schema: unknown): boolean {
  if (typeof schema !== "string") return false;
  const [api, part, field, ...rest] = schema.split(".");
  const parts = Object.hasOwn(known, api!) ? known[api!] : undefined;
  if (parts === undefined) return false;
  if (part === undefined) return true;
  const fields = Object.hasOwn(parts, part) ? parts[part] : undefined;
  if (fields === undefined) return false;
  return field === undefined || (fields.includes(field) && rest.length === 0);
}
