import { PROBLEM_TYPE } from "./problem.js";
import type { Route } from "./route.js";
import type { ObjectSchema, Schema } from "./schema.js";

const VERSION = "1.0.0";

/** Words of problems that any operation with a key may answer with. */
const COMMON = ["bad-request", "disabled", "unauthorized", "forbidden", "busy", "going-away", "failed"];
const WITH_BODY = ["bad-json", "unsupported-media-type", "too-large"];

const problemSchema: ObjectSchema = {
  type: "object",
  description: "RFC 9457, with a word in `code` that programs can rely on",
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { type: "string" },
    detail: { type: "string", description: "for people: what was expected and what came" },
  },
  required: ["type", "title", "status", "code", "detail"],
  additionalProperties: false,
};

/** The OpenAPI 3.1 document of the routes. */
export function formatOpenApi(routes: readonly Route[]): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: formatOperation(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "weapp-socket push server",
      version: VERSION,
      description: "Publish, push and look inside. Every refusal is application/problem+json.",
      license: { name: "MIT", identifier: "MIT" },
    },
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: {
        key: {
          type: "http",
          scheme: "bearer",
          description: "A key with the scope that the operation names, or admin",
        },
      },
      schemas: { Problem: problemSchema },
    },
  };
}

/** The words that an operation may answer a problem with. */
export function problemsOf(route: Route): readonly string[] {
  const keyless = ["bad-request", "busy", "going-away", "failed"];
  return [
    ...(route.scope === "public" ? keyless : COMMON),
    ...(route.body === undefined ? [] : WITH_BODY),
    ...(route.problems ?? []),
  ];
}

function formatOperation(route: Route): unknown {
  const { scope, operationId, summary, description, body, answer } = route;
  const notes = [description, scope === "public" ? undefined : `Scope: ${scope}.`].filter(
    (text) => text !== undefined,
  );
  const isText = answer.schema.type === "string";
  const type = isText ? "text/plain" : "application/json";
  return {
    operationId,
    summary,
    ...(notes.length > 0 && { description: notes.join(" ") }),
    ...(scope === "public" && { security: [] }),
    parameters: formatParameters(route),
    ...(body !== undefined && {
      requestBody: {
        required: (body.required?.length ?? 0) > 0,
        content: { "application/json": { schema: body } },
      },
    }),
    responses: {
      [answer.status]: { description: answer.description, content: { [type]: { schema: answer.schema } } },
      default: {
        description: `A problem; code is one of ${problemsOf(route).join(", ")}`,
        content: { [PROBLEM_TYPE]: { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

function formatParameters({ params = {}, query, takesIdempotencyKey }: Route): readonly unknown[] {
  return [
    ...Object.entries(params).map(([name, schema]) => parameter("path", name, schema, true)),
    ...Object.entries(query?.properties ?? {}).map(([name, schema]) =>
      parameter("query", name, schema, query?.required?.includes(name) === true),
    ),
    ...(takesIdempotencyKey === true
      ? [
          parameter(
            "header",
            "Idempotency-Key",
            { type: "string", description: "as `key` in the body" },
            false,
          ),
        ]
      : []),
  ];
}

function parameter(where: string, name: string, schema: Schema, required: boolean): unknown {
  return { name, in: where, required, schema };
}
