import { answerOf, booleanField, textField } from "../fields.js";
import { formatOpenApi } from "../openapi.js";
import type { Metrics } from "../metrics.js";
import type { ReadinessProbe } from "../readiness.js";
import type { Route } from "../route.js";

export const healthRoute: Route = {
  method: "GET",
  path: "/healthz",
  scope: "public",
  operationId: "health",
  summary: "Whether the process runs",
  answer: { status: 200, description: "It does", schema: answerOf({ ok: booleanField }) },
  async handle() {
    return { status: 200, body: { ok: true } };
  },
};

export function createReadyRoute(probe: ReadinessProbe): Route {
  return {
    method: "GET",
    path: "/readyz",
    scope: "public",
    operationId: "ready",
    summary: "Whether this node can serve",
    description:
      "Publishes through the broker and waits to hear it, at most once a second. 503 while it does not come, and while this node drains.",
    answer: {
      status: 200,
      description: "It can",
      schema: answerOf({ ok: booleanField, deliveryMs: { type: "number" } }),
    },
    problems: ["not-ready"],
    async handle(_, host) {
      const {
        isReady,
        deliveryMs,
        reason = "",
      } = host.numbers().isDraining
        ? { isReady: false, deliveryMs: 0, reason: "the server is going away" }
        : await probe.ask();
      if (isReady) return { status: 200, body: { ok: true, deliveryMs } };
      return {
        status: 503,
        type: "application/problem+json",
        body: {
          type: "about:blank",
          title: "Service Unavailable",
          status: 503,
          code: "not-ready",
          detail: reason,
        },
      };
    },
  };
}

export function createMetricsRoute(metrics: Metrics): Route {
  return {
    method: "GET",
    path: "/metrics",
    scope: "read",
    operationId: "metrics",
    summary: "Numbers for Prometheus",
    answer: { status: 200, description: "Prometheus text format", schema: textField },
    async handle() {
      const { text, type } = await metrics.render();
      return { status: 200, body: text, type };
    },
  };
}

export function createOpenApiRoute(routes: () => readonly Route[]): Route {
  return {
    method: "GET",
    path: "/v1/openapi.json",
    scope: "public",
    operationId: "openapi",
    summary: "This document",
    answer: {
      status: 200,
      description: "OpenAPI 3.1",
      schema: { type: "object", properties: {}, additionalProperties: true },
    },
    async handle() {
      return { status: 200, body: formatOpenApi(routes()) };
    },
  };
}
