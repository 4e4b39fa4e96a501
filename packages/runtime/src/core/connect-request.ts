import { readProperty } from "./page-calls.js";
import { thrownText } from "./thrown-text.js";
import { typeName } from "./type-name.js";

/** The options of connectSocket as they count; functions and unknown ones left where they are. */
export interface ConnectRequest {
  /** As the page wrote it. */
  readonly url: string;
  readonly header: unknown;
  readonly protocols: unknown;
  readonly timeoutMs: number | undefined;
  readonly tcpNoDelay: unknown;
  readonly perMessageDeflate: unknown;
  readonly enableProfile: boolean;
  /** What WeChat would print, or "". */
  readonly warning: string;
}

export type ConnectRefusal = { readonly errno?: number; readonly errMsg: string };

/** The JavaScript checks of connectSocket: evidence OBSERVED lib, errno 1001 OFFICIAL S6. */
export function readConnectRequest(
  option: unknown,
  map: (url: string) => string,
): { readonly request: ConnectRequest; readonly target: string } | { readonly refusal: ConnectRefusal } {
  if (typeName(option) !== "Object") {
    return { refusal: parameterError(`parameter should be Object instead of ${typeName(option)};`) };
  }
  const url = readProperty(option, "url");
  if (typeof url !== "string") {
    return { refusal: parameterError(`parameter.url should be String instead of ${typeName(url)};`) };
  }
  const target = map(url);
  if (!/^wss?:\/\//i.test(target)) return { refusal: { errMsg: `connectSocket:fail invalid url "${url}"` } };
  const timeout = readProperty(option, "timeout");
  const cellular = readProperty(option, "forceCellularNetwork");
  return {
    target,
    request: {
      url,
      header: readProperty(option, "header"),
      protocols: readProperty(option, "protocols"),
      timeoutMs: typeof timeout === "number" && timeout > 0 ? timeout : undefined,
      tcpNoDelay: readProperty(option, "tcpNoDelay"),
      perMessageDeflate: readProperty(option, "perMessageDeflate"),
      enableProfile: readProperty(option, "enableProfile") !== false,
      warning:
        Boolean(cellular) && typeof cellular !== "boolean"
          ? `connectSocket argument forceCellularNetwork must be boolean but accept ${typeof cellular}`
          : "",
    },
  };
}

/** What the page gave threw while it was read: the evidence is OBSERVED lib for `fail`, INFERRED for the text. */
export function exceptionRefusal(thrown: unknown): ConnectRefusal {
  return { errMsg: `connectSocket:fail ${thrownText(thrown)}` };
}

function parameterError(text: string): ConnectRefusal {
  return { errno: 1001, errMsg: `connectSocket:fail parameter error: ${text}` };
}
