/** Why something did not work, in English and in Chinese, and what to do. */
export interface ClientError extends Error {
  /** One word of the tables below, of PROTOCOL.md 2.8 and 2.9, or a newer one of the server. */
  readonly code: string;
  /** Whether trying again can help. */
  readonly retry: boolean;
}

export function createError(code: string, detail: string, retry: boolean): ClientError {
  const advice = advices[code];
  const error = new Error(`${code}: ${detail}${advice === undefined ? "" : `; ${advice}`}`) as {
    -readonly [Name in keyof ClientError]: ClientError[Name];
  };
  error.name = "ClientError";
  error.code = code;
  error.retry = retry;
  return error;
}

/** Why no socket came to be, from the texts that phones and DevTools have for it. */
export function connectError(text: string): ClientError {
  const cause = causes.filter((candidate) => candidate[1].test(text))[0];
  return createError(cause === undefined ? "connect" : cause[0], text, true);
}

const causes: ReadonlyArray<readonly [code: string, pattern: RegExp]> = [
  ["domain", /domain|check url/i],
  ["too-many-sockets", /max/i],
];

/** What to do, for what has something to be done. */
const advices: Readonly<Record<string, string>> = {
  connect: "check server and certificate 请检查服务器与证书",
  domain: "add the host to the socket domains 请配置 socket 合法域名",
  "too-many-sockets": "5 at most, close others 请关闭多余连接",
  token: "check getToken 请检查 getToken",
  unauthorized: "log in again 请重新登录",
  superseded: "connect once only 请勿重复连接",
  "upgrade-required": "update 请升级",
  "too-large": "send less 消息过大",
  "rate-limited": "send slower 请降低频率",
  unavailable: "try again 请重试",
  "unknown-outcome": "repeat with the same key 请用同一 key 重试",
  gap: "load it again 请重新加载",
};
