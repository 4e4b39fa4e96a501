import type { Scope } from "./api-key.js";
import type { ApiHost } from "./api-host.js";
import type { Problem } from "./problem.js";
import type { ObjectSchema, Schema } from "./schema.js";

/** One operation of the API. The document and the checks are both made of it. */
export interface Route {
  readonly method: "GET" | "POST" | "DELETE";
  /** With parameters in braces: `/v1/channels/{channel}/history`. */
  readonly path: string;
  /** `public`: without a key. */
  readonly scope: Scope | "public";
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  /** A schema for each parameter in the path. */
  readonly params?: Readonly<Record<string, Schema>>;
  readonly query?: ObjectSchema;
  readonly body?: ObjectSchema;
  /** Takes an `Idempotency-Key` header. */
  readonly takesIdempotencyKey?: boolean;
  readonly answer: { readonly status: number; readonly description: string; readonly schema: Schema };
  /** Words that it answers problems with, beside those that any operation has. */
  readonly problems?: readonly string[];
  handle(call: ApiCall, host: ApiHost): Promise<Answer>;
}

/** A request whose parts fit the route's schemas. */
export interface ApiCall {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly idempotencyKey: string | undefined;
  readonly remoteAddress: string;
}

/** `body` is sent as JSON; a string as it is, with `type`. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly type?: string;
}

/** Ends the handling of a request with a problem. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

export function badRequest(detail: string): ProblemError {
  return new ProblemError({ status: 400, detail });
}

export function unsupported(detail: string): ProblemError {
  return new ProblemError({ status: 501, detail });
}
