/**
 * What WeChat's Referer says: a mark for logs, counters and filters. Anybody can send it, so it proves nothing.
 */
export interface MiniProgramReferer {
  readonly appId: string;
  /** The release number, as it came; `0` for development, trial and review, `devtools` for the DevTools. */
  readonly version: string;
  readonly kind: "release" | "preview" | "devtools";
}

const REFERER =
  /^https:\/\/servicewechat\.com\/(wx[0-9a-zA-Z]{1,30}|touristappid)\/(devtools|[0-9]{1,9})\/page-frame\.html$/;

/** `undefined` where it is none that WeChat sends. */
export function parseReferer(referer: string | undefined): MiniProgramReferer | undefined {
  const match = REFERER.exec(referer ?? "");
  if (match === null) return undefined;
  const [, appId = "", version = ""] = match;
  const kind = version === "devtools" ? "devtools" : version === "0" ? "preview" : "release";
  return { appId, version, kind };
}
