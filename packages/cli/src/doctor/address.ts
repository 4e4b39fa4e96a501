import { isIP } from "node:net";
import { type Check, fail, ok, warn } from "./check.js";

/**
 * What WeChat's domain rules say of an address, without asking the network. What only a released mini program refuses
 * is a warning: on the way there it is how everyone works.
 */
export function checkAddress(url: URL): Check[] {
  return [checkScheme(url), checkHost(url), checkPort(url), ...checkLeftovers(url)];
}

function checkScheme(url: URL): Check {
  if (url.protocol === "wss:") return ok("scheme", "wss://");
  return warn(
    "scheme",
    "ws:// is refused by a released mini program",
    "fine while you develop (urlCheck off, or a LAN address); put TLS in front before the release",
  );
}

function checkHost({ hostname }: URL): Check {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (host === "api.weixin.qq.com") {
    return fail(
      "host",
      "api.weixin.qq.com cannot be a socket domain",
      "call WeChat's API from your own server",
    );
  }
  if (isIP(host) !== 0 || host === "localhost" || host.endsWith(".localhost")) {
    return warn(
      "host",
      `${host} cannot be registered as a socket domain`,
      "a released mini program needs a domain name with an ICP filing, registered as socket 合法域名",
    );
  }
  if (!host.includes(".")) {
    return warn(
      "host",
      `${host} is no public name`,
      "a released mini program needs a registered domain name",
    );
  }
  return ok("host", `${host}: register this very name as socket 合法域名; a parent domain does not cover it`);
}

function checkPort(url: URL): Check {
  if (url.port === "") return ok("port", url.protocol === "wss:" ? "443" : "80");
  return warn(
    "port",
    `port ${url.port} is not the scheme's own`,
    "current WeChat takes any port of a registered wss:// domain, older versions only the one registered; 443 is safest",
  );
}

function checkLeftovers(url: URL): Check[] {
  const found: Check[] = [];
  if (url.username !== "" || url.password !== "") {
    found.push(
      fail("credentials", "the address carries a user name or password", "send a token in header instead"),
    );
  }
  if (url.hash !== "") {
    found.push(warn("fragment", `${url.hash} is not sent to a server`, "use a query"));
  }
  return found;
}
