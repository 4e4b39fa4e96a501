import type { ByeName, ErrorBody } from "@weapp-socket/protocol";
import { RequestError } from "../request-error.js";

/** The protocol's words for a no; a fault of ours or of the application is `failed`, and nothing of it is told. */
export function errorBodyOf(error: unknown): ErrorBody {
  if (!(error instanceof RequestError)) {
    return { code: "failed", message: "the application failed", retry: false };
  }
  return { code: error.code, message: error.message.slice(0, 1024), retry: error.retryable };
}

const BYES: Readonly<Record<string, ByeName>> = {
  unauthorized: "unauthorized",
  "token-expired": "token-expired",
  forbidden: "forbidden",
  "rate-limited": "rate-limited",
  unavailable: "unavailable",
};

/** How a connection ends whose proof was refused. */
export function byeOfRefusal(error: unknown): ByeName {
  if (!(error instanceof RequestError)) return "unavailable";
  return BYES[error.code] ?? (error.retryable ? "unavailable" : "unauthorized");
}

export function forbidden(message: string): RequestError {
  return new RequestError("forbidden", false, message);
}
