import { createHash, timingSafeEqual } from "node:crypto";

/** Whether an `Authorization` header carries the key, found out in a time that tells nothing about it. */
export function carriesKey(authorization: string | undefined, key: string): boolean {
  const match = /^bearer +(\S+) *$/i.exec(authorization ?? "");
  return match !== null && timingSafeEqual(digest(match[1]!), digest(key));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
