import type { LinkFailure, LinkFailureCause } from "../core/index.js";

/** How far an attempt has come. */
export type DialPhase = "dns" | "tcp" | "tls" | "upgrade";

const byCode: Readonly<Record<string, LinkFailureCause>> = {
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  EAI_FAIL: "dns",
  EAI_NODATA: "dns",
  EAI_NONAME: "dns",
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  EPIPE: "reset",
  ETIMEDOUT: "timeout",
};

/** Names the cause of a socket's error. Anything that goes wrong during TLS is TLS's failure. */
export function failureOf(error: unknown, phase: DialPhase): LinkFailure {
  const codes = codesOf(error);
  const text = error instanceof Error && error.message !== "" ? error.message : codes.join(", ");
  const detail = `${phase}: ${text}`;
  if (phase === "tls") return { cause: "tls", detail };
  // Several addresses may have been tried; the first cause that we can name is told. Of all but the last address Node
  // says that they timed out after a quarter of a second.
  const known = codes.flatMap((code) => byCode[code] ?? []);
  const cause = known.find((one) => one !== "timeout") ?? known[0];
  return { cause: cause ?? (phase === "dns" ? "dns" : "unknown"), detail };
}

function codesOf(error: unknown): string[] {
  if (typeof error !== "object" || error === null) return [];
  const { code, errors } = error as { readonly code?: unknown; readonly errors?: unknown };
  const own = typeof code === "string" ? [code] : [];
  return Array.isArray(errors) ? [...own, ...errors.flatMap(codesOf)] : own;
}

export function timeoutOf(phase: DialPhase, timeoutMs: number): LinkFailure {
  return {
    cause: phase === "tls" ? "tls-timeout" : "timeout",
    detail: `${phase}: expected an open connection within ${timeoutMs} ms`,
  };
}
