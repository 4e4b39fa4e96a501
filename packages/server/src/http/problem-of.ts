import { ClosedError } from "../closed-error.js";
import { RequestError } from "../request-error.js";
import { codeOf, goingAway, toProblem, type Problem } from "./problem.js";
import { ProblemError } from "./route.js";
import type { Logger } from "../logger.js";

/** The answer for an error. What nobody expected is logged, and nobody outside learns more than that it failed. */
export function problemOf(
  error: unknown,
  { logger }: { readonly logger: Logger },
): Problem & { readonly code: string } {
  const problem = knownProblem(error);
  if (problem !== undefined) return { ...problem, code: codeOf(problem) };
  const fields =
    error instanceof Error ? { error: error.message, stack: error.stack } : { error: String(error) };
  logger.error(fields, "an API request failed");
  return { status: 500, code: "failed", detail: "the server failed" };
}

function knownProblem(error: unknown): Problem | undefined {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof ClosedError) return goingAway();
  if (error instanceof RequestError) return toProblem(error);
  return undefined;
}
