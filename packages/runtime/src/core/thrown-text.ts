import { readProperty } from "./page-calls.js";

/** The message of whatever was thrown; never throws itself. */
export function thrownText(thrown: unknown): string {
  const message = typeof thrown === "string" ? thrown : readProperty(thrown, "message");
  return typeof message === "string" && message !== "" ? message : "exception";
}
