import type { SessionInfo } from "../host/session-info.js";

/**
 * The session as the page that holds the frame wants it: "?profile=devtools&urlCheck=on". What it does not name, or
 * names wrongly, is as the simulator was started.
 */
export function withWishes(session: SessionInfo, search: string): SessionInfo {
  const wishes = new URLSearchParams(search);
  const profile = wishes.get("profile");
  const urlCheck = wishes.get("urlCheck");
  return {
    ...session,
    ...((profile === "device" || profile === "devtools") && { profile }),
    ...((urlCheck === "on" || urlCheck === "off") && { urlCheck: urlCheck === "on" }),
  };
}
