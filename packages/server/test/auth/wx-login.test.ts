import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { createWxLogin, type WxLoginOptions } from "../../src/auth/wx-login.js";
import { startHttpOrigin, type HttpOrigin } from "./http-origin.js";

const SECRET = "the-secret-of-the-mini-program";

const json = (value: unknown) => (_: IncomingMessage, response: ServerResponse) => {
  // WeChat answers JSON as text/plain.
  response.setHeader("content-type", "text/plain");
  response.end(JSON.stringify(value));
};

describe("wx.login", () => {
  let weixin: HttpOrigin | undefined;
  afterEach(async () => {
    await weixin?.close();
    weixin = undefined;
  });

  async function login(
    answer: (request: IncomingMessage, response: ServerResponse) => void,
    more: Partial<WxLoginOptions> = {},
  ) {
    weixin = await startHttpOrigin(answer);
    return createWxLogin({ appId: "wx0123456789abcdef", secret: SECRET, baseUrl: weixin.url, ...more });
  }

  it("asks WeChat as its documentation says, and keeps the session key to itself", async () => {
    let target = "";
    const exchange = await login((request, response) => {
      target = request.url ?? "";
      json({ openid: "oABC", unionid: "uXYZ", session_key: "kEy==" })(request, response);
    });
    const user = await exchange("the code");
    expect(user).toEqual({ appId: "wx0123456789abcdef", openId: "oABC", unionId: "uXYZ" });
    expect(JSON.stringify(user)).not.toContain("kEy");
    const url = new URL(target, "http://x");
    expect(url.pathname).toBe("/sns/jscode2session");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      appid: "wx0123456789abcdef",
      secret: SECRET,
      js_code: "the code",
      grant_type: "authorization_code",
    });
  });

  it("gives the session key to who asked for it in this process", async () => {
    const keys: string[] = [];
    const exchange = await login(json({ errcode: 0, openid: "oABC", session_key: "kEy==" }), {
      onSessionKey: (openId, key) => keys.push(`${openId} ${key}`),
    });
    expect(await exchange("c")).toEqual({ appId: "wx0123456789abcdef", openId: "oABC" });
    expect(keys).toEqual(["oABC kEy=="]);
  });

  it.each([
    [40029, "bad-code", false],
    [40163, "bad-code", false],
    [45011, "rate-limited", true],
    [40226, "forbidden", false],
    [-1, "unavailable", true],
    [40125, "misconfigured", false],
    [99_999, "unavailable", true],
  ])("tells what error %d means: %s", async (errcode, code, retryable) => {
    const exchange = await login(json({ errcode, errmsg: "whatever WeChat says" }));
    await expect(exchange("c")).rejects.toMatchObject({ name: "RequestError", code, retryable });
  });

  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ["an HTTP error", (_, response) => void response.writeHead(502).end()],
    ["no JSON", (_, response) => void response.end("<html>")],
    ["null", json(null)],
    ["no openid", json({ session_key: "k" })],
    ["an openid that is no text", json({ openid: 7 })],
    [
      "a redirect",
      (request, response) => {
        if (request.url === "/elsewhere") json({ openid: "oABC" })(request, response);
        else response.writeHead(302, { location: "/elsewhere" }).end();
      },
    ],
    ["a cut connection", (request) => void request.socket.destroy()],
    ["silence", () => undefined],
  ])("says that it could not ask, for %s, and never the secret", async (_, answer) => {
    const exchange = await login(answer, { timeoutMs: 200 });
    const error: unknown = await exchange("c").catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "unavailable", retryable: true });
    const { message, stack, cause } = error as Error;
    expect(`${message} ${stack} ${String(cause)} ${JSON.stringify(error)}`).not.toContain(SECRET);
  });

  it("does not bother WeChat with what is no code", async () => {
    let asked = 0;
    const exchange = await login(() => asked++);
    for (const code of ["", "x".repeat(257), "a\r\nb", "码"]) {
      await expect(exchange(code)).rejects.toMatchObject({ code: "bad-code" });
    }
    expect(asked).toBe(0);
  });

  it("refuses to be set up without an app", () => {
    expect(() => createWxLogin({ appId: "", secret: SECRET })).toThrow("appId: expected");
    expect(() => createWxLogin({ appId: "wx12", secret: "" })).toThrow("secret: expected");
  });
});
