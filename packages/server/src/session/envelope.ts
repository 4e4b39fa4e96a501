import type { Json } from "@weapp-socket/protocol";
import type { PresenceEvent, Publication } from "../broker/publication.js";
import { toMember } from "./requests.js";

/**
 * The JSON of a publication as session clients get it (PROTOCOL.md 2.4), the same for all of them. What is JSON already
 * is put in as it is.
 */
export function messageText(name: string, publication: Publication): string {
  const { position, previous, publishedAtMs } = publication;
  const place = `{"t":"message","c":"${name}","p":"${position}","prev":"${previous}"`;
  return `${place},${dataField(publication)},"at":${publishedAtMs}}`;
}

/** Moves a client's position over what it is not to have. */
export function skipText(name: string, position: string, previous: string): string {
  return `{"t":"skip","c":"${name}","p":"${position}","prev":"${previous}"}`;
}

/** Who came and who went, in a turn of the event loop. */
export function presenceText(name: string, changes: readonly PresenceEvent[]): string {
  const those = (type: PresenceEvent["type"]): readonly Json[] =>
    changes.filter((change) => change.type === type).map((change) => toMember(change));
  return JSON.stringify({ t: "presence", c: name, joined: those("join"), left: those("leave") });
}

/** Bytes are told in base64, and that they are. */
function dataField({ data, format }: Publication): string {
  if (typeof data !== "string") return `"d":"${Buffer.from(data).toString("base64")}","base64":true`;
  return format === "json" ? `"d":${data}` : `"d":${JSON.stringify(data)}`;
}
