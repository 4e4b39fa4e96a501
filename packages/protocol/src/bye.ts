/** Why the server ends a connection (PROTOCOL.md 2.9). The name and `retry` rule; the code is the fallback. */
export type ByeName =
  | "drain"
  | "heartbeat"
  | "slow"
  | "token-expired"
  | "rate-limited"
  | "unavailable"
  | "bad-message"
  | "unauthorized"
  | "forbidden"
  | "hello-timeout"
  | "kicked"
  | "superseded"
  | "too-large"
  | "upgrade-required";

/** Close code of each bye. 4000-4499: reconnect; 4500-4999: do not. */
export const byeCodes: Readonly<Record<ByeName, number>> = {
  drain: 4000,
  heartbeat: 4002,
  slow: 4003,
  "token-expired": 4005,
  "rate-limited": 4029,
  unavailable: 4040,
  "bad-message": 4500,
  unauthorized: 4501,
  forbidden: 4503,
  "hello-timeout": 4508,
  kicked: 4509,
  superseded: 4510,
  "too-large": 4513,
  "upgrade-required": 4526,
};

/** What a close code alone says: only 4500-4999 forbid another attempt; no code, and every other, allow it. */
export function mayReconnect(code: number | undefined): boolean {
  return code === undefined || code < 4500 || code > 4999;
}
