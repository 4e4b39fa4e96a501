import { RequestError } from "../request-error.js";

export interface WxLoginOptions {
  readonly appId: string;
  /** The mini program's secret. Stays in this process; no error and no log has it. */
  readonly secret: string;
  /** Where `sns/jscode2session` is below. Default `https://api.weixin.qq.com`. */
  readonly baseUrl?: string;
  /** Longest time to wait for WeChat. Default: 5 seconds. */
  readonly timeoutMs?: number;
  /**
   * Gets the `session_key`, for a backend that decrypts what the mini program sends with it. Default: it is dropped.
   * It must never reach the mini program.
   */
  readonly onSessionKey?: (openId: string, sessionKey: string) => unknown;
  /** Default: Node's. */
  readonly fetch?: typeof fetch;
}

/** Who a mini program's user is, as WeChat told. */
export interface WxUser {
  readonly appId: string;
  readonly openId: string;
  readonly unionId?: string;
}

/** Exchanges the code of `wx.login` for the user, once per code. */
export type WxLogin = (code: string) => Promise<WxUser>;

interface Refusal {
  readonly code: string;
  readonly retryable: boolean;
  readonly message: string;
}

/** WeChat's error codes of code2Session, and what they mean to the mini program that sent the code. */
const REFUSALS: ReadonlyMap<number, Refusal> = new Map([
  [-1, { code: "unavailable", retryable: true, message: "WeChat is busy" }],
  [40029, { code: "bad-code", retryable: false, message: "the code is not valid: call wx.login again" }],
  [40163, { code: "bad-code", retryable: false, message: "the code was used before: call wx.login again" }],
  [41008, { code: "bad-code", retryable: false, message: "the code is missing" }],
  [45011, { code: "rate-limited", retryable: true, message: "this user logs in too often: wait a minute" }],
  [40226, { code: "forbidden", retryable: false, message: "WeChat has blocked this user" }],
  [40013, { code: "misconfigured", retryable: false, message: "the server's appId is not valid" }],
  [40125, { code: "misconfigured", retryable: false, message: "the server's secret is not valid" }],
  [41002, { code: "misconfigured", retryable: false, message: "the server's appId is missing" }],
  [41004, { code: "misconfigured", retryable: false, message: "the server's secret is missing" }],
]);

const CODE = /^[\x20-\x7e]{1,256}$/;

/** @throws TypeError where the options cannot be right. */
export function createWxLogin(options: WxLoginOptions): WxLogin {
  const { appId, secret, baseUrl = "https://api.weixin.qq.com", timeoutMs = 5000, onSessionKey } = options;
  const request = options.fetch ?? fetch;
  if (!/^wx[0-9a-zA-Z]{1,30}$/.test(appId)) throw new TypeError("appId: expected wx and letters or digits");
  if (secret.length === 0) throw new TypeError("secret: expected the mini program's secret, got none");
  if (!/^https?:\/\//i.test(baseUrl) || !URL.canParse(baseUrl)) {
    throw new TypeError("baseUrl: expected an address that begins with https:// or http://");
  }
  const endpoint = new URL("sns/jscode2session", baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`);

  return async (code) => {
    if (!CODE.test(code)) {
      throw new RequestError("bad-code", false, "code: expected the code that wx.login gave");
    }
    const url = new URL(endpoint);
    url.search = new URLSearchParams({
      appid: appId,
      secret,
      js_code: code,
      grant_type: "authorization_code",
    }).toString();
    const answer = await ask(request, url, timeoutMs);
    const errorCode = Number(answer["errcode"] ?? 0);
    if (errorCode !== 0) throw refuse(errorCode);
    const { openid, unionid, session_key: sessionKey } = answer;
    if (typeof openid !== "string" || openid.length === 0) {
      throw new RequestError("unavailable", true, "code2Session: expected an openid in WeChat's answer");
    }
    if (onSessionKey !== undefined && typeof sessionKey === "string") await onSessionKey(openid, sessionKey);
    return typeof unionid === "string"
      ? { appId, openId: openid, unionId: unionid }
      : { appId, openId: openid };
  };
}

function refuse(errorCode: number): RequestError {
  const refusal = REFUSALS.get(errorCode);
  if (refusal === undefined) {
    return new RequestError("unavailable", true, `code2Session: WeChat answered ${errorCode}`);
  }
  const { code, retryable, message } = refusal;
  return new RequestError(code, retryable, `code2Session: ${message} (${errorCode})`);
}

/** The address has the secret in it, so no error of the platform is passed on: some name the address. */
async function ask(request: typeof fetch, url: URL, timeoutMs: number): Promise<Record<string, unknown>> {
  let text: string;
  try {
    const response = await request(url, { signal: AbortSignal.timeout(timeoutMs), redirect: "error" });
    if (!response.ok) {
      throw new RequestError(
        "unavailable",
        true,
        `code2Session: WeChat answered with HTTP status ${response.status}`,
      );
    }
    text = await response.text();
  } catch (error) {
    if (error instanceof RequestError) throw error;
    const reason =
      (error as Error).name === "TimeoutError" ? `no answer within ${timeoutMs} ms` : "no connection";
    throw new RequestError("unavailable", true, `code2Session: ${reason}`);
  }
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    throw new RequestError("unavailable", true, "code2Session: expected JSON from WeChat");
  }
}
