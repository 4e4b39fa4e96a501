import { answerOf, booleanField, integerField, objectOf, textField } from "../fields.js";
import { readReceipt } from "../receipts.js";
import { ProblemError, type Route } from "../route.js";

export const receiptRoute: Route = {
  method: "GET",
  path: "/v1/receipts/{receipt}",
  scope: "read",
  operationId: "receipt",
  summary: "What has become of a push",
  description: "Never more than is known. Kept for a day.",
  params: { receipt: { type: "string", description: "a receipt's id", pattern: "^[\\w-]{43}$" } },
  answer: {
    status: 200,
    description: "The receipt",
    schema: answerOf({
      channel: textField,
      position: textField,
      state: { type: "string", enum: ["accepted", "sent", "received", "processed", "expired"] },
      acceptedAtMs: integerField,
      changedAtMs: integerField,
    }),
  },
  problems: ["not-found"],
  async handle({ params }, host) {
    const receipt = await readReceipt(host, params["receipt"]!);
    if (receipt === undefined) {
      throw new ProblemError({
        status: 404,
        detail: "receipt: there is none with this id, or it is older than a day",
      });
    }
    return { status: 200, body: receipt };
  },
};

export const drainRoute: Route = {
  method: "POST",
  path: "/v1/drain",
  scope: "admin",
  operationId: "drain",
  summary: "Send everybody away, spread over a time, and stop",
  description: "This node alone. It accepts nobody any more.",
  body: objectOf({
    withinMs: {
      type: "integer",
      description: "over how long to spread it",
      minimum: 0,
      maximum: 3_600_000,
      default: 15_000,
    },
  }),
  answer: { status: 202, description: "Begun", schema: answerOf({ connections: integerField }) },
  async handle({ body }, host) {
    const { withinMs = 15_000 } = body as { withinMs?: number };
    const { connections } = host.numbers();
    host.drain(withinMs);
    return { status: 202, body: { connections } };
  },
};

export function createInfoRoute(startedAtMs: number): Route {
  return {
    method: "GET",
    path: "/v1/info",
    scope: "read",
    operationId: "info",
    summary: "This node, and the nodes that it knows",
    answer: {
      status: 200,
      description: "Now",
      schema: answerOf({
        node: textField,
        nodes: { type: "array", items: textField },
        uptimeMs: integerField,
        connections: integerField,
        channels: integerField,
        draining: booleanField,
        durability: { ...textField, description: "the strongest that the broker reaches" },
      }),
    },
    async handle(_, { broker, clock, nodeId, numbers }) {
      const { connections, channels, isDraining } = numbers();
      const body = {
        node: nodeId,
        nodes: await broker.nodes(),
        uptimeMs: clock.now() - startedAtMs,
        connections,
        channels,
        draining: isDraining,
        durability: broker.durability,
      };
      return { status: 200, body };
    },
  };
}
