export type Outcome = "ok" | "failed" | "pending";

/** WeChat's convention: "api:ok", "api:fail reason", "api:cancel". */
export function outcomeOf(errMsg: string | undefined): Outcome {
  if (errMsg === undefined) return "pending";
  return errMsg.endsWith(":ok") ? "ok" : "failed";
}
