import type { SuiteProfile, SuiteWorld } from "./world.js";

/** The texts of the specification, written down once more: a test that borrows the code's table proves nothing. */

export const connectOk = (profile: SuiteProfile, taskId: number): object =>
  profile === "device"
    ? { errMsg: "connectSocket:ok" }
    : { socketTaskId: taskId, errMsg: "connectSocket:ok" };

const deviceFailures = {
  refused: [111, "Connection refused"],
  reset: [2, "Underlying Transport Error"],
  status: [20, "Invalid HTTP status."],
  upgrade: [21, "A required HTTP header is missing"],
  timeout: [9, "Timer Expired"],
  request: [2, "Underlying Transport Error"],
  unknown: [2, "Underlying Transport Error"],
} as const;

export type Cause = keyof typeof deviceFailures;

/** The payload of the error event. */
export function failure({ profile, abilities }: SuiteWorld, cause: Cause): object {
  if (profile === "devtools") {
    return { errMsg: cause === "timeout" ? "Timed out connecting to server." : "未完成的操作" };
  }
  const known = abilities.namesCauses || cause === "timeout" || cause === "request";
  const [code, text] = deviceFailures[known ? cause : "unknown"];
  return { errCode: 1004, errMsg: `open fail: _code:${code},_msg:${text}` };
}

export const notOpen = { errMsg: "SocketTask.send:fail SocketTask.readyState is not OPEN" };
export const sendOk = { errMsg: "sendSocketMessage:ok" };
export const closeOk = { errMsg: "closeSocket:ok" };
export const globalSendFail = { errMsg: "sendSocketMessage:fail WebSocket is not connected" };
export const globalCloseFail = { errMsg: "closeSocket:fail WebSocket is not connected" };

/** DevTools' words for close codes that came without a reason. */
export const devtoolsReasons: Readonly<Record<number, string>> = {
  1000: "normal closure",
  1001: "going away",
  1002: "protocol error",
  1003: "unsupported data",
  1005: "no status rcvd",
  1006: "abnormal closure",
  1007: "invalid frame payload data",
  1008: "policy violation",
  1009: "message too big",
  1010: "mandatory ext.",
  1011: "internal server error",
  4000: "",
};

/** The close event of a connection that ended with `code` and no reason. */
export function ending(profile: SuiteProfile, code: number): { code: number; reason: string } {
  if (profile === "devtools") return { code, reason: devtoolsReasons[code] ?? "" };
  return { code, reason: code === 1006 ? "abnormal closure" : "" };
}
