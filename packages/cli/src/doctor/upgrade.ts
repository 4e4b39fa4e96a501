import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import {
  checkUpgradeResponse,
  encodeBase64,
  findHeadEnd,
  formatUpgradeRequest,
  HeadError,
  parseResponseHead,
  type ResponseHead,
} from "@weapp-socket/wire";
import { type Check, fail, ok } from "./check.js";

export interface UpgradeWish {
  readonly url: URL;
  readonly appId: string;
  readonly protocols: readonly string[];
  /** The caller's own. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly timeoutMs: number;
}

export interface Upgraded {
  readonly protocol: string | undefined;
  /** What came behind the head. */
  readonly rest: Buffer;
}

/** Shakes hands as a phone does: with WeChat's Referer and Origin. */
export async function upgrade(socket: Socket, wish: UpgradeWish): Promise<Upgraded | Check> {
  const key = encodeBase64(randomBytes(16));
  const request = { key, protocols: wish.protocols, extensions: undefined };
  const { url, appId } = wish;
  const origin = `${url.protocol === "wss:" ? "https" : "http"}://${url.host}`;
  socket.write(
    formatUpgradeRequest({
      ...request,
      host: url.host,
      target: `${url.pathname}${url.search}`,
      headers: [
        ["User-Agent", "weapp-socket doctor"],
        ["Referer", `https://servicewechat.com/${appId}/0/page-frame.html`],
        ["Origin", origin],
        ...wish.headers,
      ],
    }),
  );
  try {
    const { head, rest } = await readHead(socket, wish.timeoutMs);
    const answer = checkUpgradeResponse(head, request);
    if (!("cause" in answer)) return { protocol: answer.protocol, rest };
    if (answer.cause === "status") return fail("upgrade", statusText(head), statusAdvice(head));
    return fail(
      "upgrade",
      `a 101 that is none: ${answer.message}`,
      "mend the server's handshake (RFC 6455 section 4.2.2)",
    );
  } catch (error) {
    const text = error instanceof HeadError ? `no HTTP answer: ${error.message}` : (error as Error).message;
    return fail(
      "upgrade",
      text,
      "is this a WebSocket server? A phone says _code:9,_msg:Timer Expired or the like",
    );
  }
}

/** Whether the server answers an offered subprotocol; asked on a connection of its own. */
export function checkSubprotocol(offered: string, answer: Upgraded | Check): Check {
  if (!("outcome" in answer) && answer.protocol === offered)
    return ok("subprotocol", "an offered one is answered");
  const text = "outcome" in answer ? `with one offered, ${answer.text}` : "an offered one is not answered";
  const advice =
    "only if your pages pass protocols: answer with one of them, for DevTools fails without\n" +
    "(Sent non-empty 'Sec-WebSocket-Protocol' header but no response was received)";
  return { id: "subprotocol", outcome: "warn", text, advice };
}

function statusText({ status, reason, headers }: ResponseHead): string {
  const to = headers.get("location");
  return `the answer is ${status} ${reason}`.trim() + (to === undefined ? "" : `, to ${to}`);
}

function statusAdvice({ status }: ResponseHead): string {
  const phone = "a phone says _code:20,_msg:Invalid HTTP status.";
  if (status >= 300 && status < 400)
    return `WeChat follows no redirect: use the address that it leads to; ${phone}`;
  if (status === 401 || status === 403) {
    return `the server refuses this client: it must take WeChat's Referer and this Origin, and may want a --header; ${phone}`;
  }
  if (status === 404) return `check the path; ${phone}`;
  if (status >= 502 && status <= 504) return `the proxy cannot reach the server behind it; ${phone}`;
  return (
    `a proxy that does not pass the upgrade on? nginx needs proxy_http_version 1.1;\n` +
    `proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; ${phone}`
  );
}

function readHead(socket: Socket, timeoutMs: number): Promise<{ head: ResponseHead; rest: Buffer }> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    const timer = setTimeout(
      () => finish(() => reject(new Error(`no answer within ${timeoutMs} ms`))),
      timeoutMs,
    );
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      socket.off("data", onData).off("error", onEnd).off("close", onEnd);
      socket.pause();
      settle();
    };
    const onEnd = (error?: Error | boolean): void =>
      finish(() =>
        reject(
          error instanceof Error ? error : new Error("the server ended the connection without an answer"),
        ),
      );
    const onData = (chunk: Buffer): void => {
      const from = bytes.length;
      bytes = Buffer.concat([bytes, chunk]);
      try {
        const end = findHeadEnd(bytes, from, bytes.length);
        if (end === -1) return;
        const head = parseResponseHead(bytes, 0, end);
        finish(() => resolve({ head, rest: bytes.subarray(end) }));
      } catch (error) {
        finish(() => reject(error));
      }
    };
    socket.on("data", onData).once("error", onEnd).once("close", onEnd);
    socket.resume();
  });
}
