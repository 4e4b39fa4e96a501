import { performance } from "node:perf_hooks";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pathOf } from "../handshake.js";
import { mayUse, type ApiKey, type ApiKeys } from "./api-key.js";
import { readJsonBody } from "./json-body.js";
import { Metrics } from "./metrics.js";
import { problemOf } from "./problem-of.js";
import { sendProblem } from "./problem.js";
import { ReadinessProbe } from "./readiness.js";
import { badRequest, ProblemError, type Answer, type ApiCall, type Route } from "./route.js";
import { Router } from "./router.js";
import { callRoute } from "./routes/call.js";
import { channelsRoute, historyRoute, positionRoute, presenceRoute } from "./routes/channels.js";
import {
  createMetricsRoute,
  createOpenApiRoute,
  createReadyRoute,
  healthRoute,
} from "./routes/operations.js";
import { publishBatchRoute, publishRoute, pushRoute } from "./routes/publish.js";
import { createInfoRoute, drainRoute, receiptRoute } from "./routes/server.js";
import { createWxLoginRoute, ticketsRoute, type LoginLimits } from "./routes/tickets.js";
import { disconnectRoute, forgetRoute, kickRoute, sessionsRoute } from "./routes/users.js";
import { findFault, type ObjectSchema, type Schema } from "./schema.js";
import type { ApiHost } from "./api-host.js";

export interface HttpApiOptions {
  readonly keys: ApiKeys;
  readonly maxBodyBytes: number;
  readonly loginLimits: LoginLimits;
}

const HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" };
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,64}$/;

/** The HTTP API: finds the route, the key and the fault, and answers. */
export class HttpApi {
  readonly routes: readonly Route[];
  private readonly host: ApiHost;
  private readonly options: HttpApiOptions;
  private readonly router: Router;
  private readonly publicRouter: Router;
  private readonly metrics: Metrics;

  constructor(host: ApiHost, options: HttpApiOptions) {
    this.host = host;
    this.options = options;
    this.metrics = new Metrics(host);
    this.routes = [
      publishRoute,
      publishBatchRoute,
      pushRoute,
      receiptRoute,
      channelsRoute,
      positionRoute,
      historyRoute,
      presenceRoute,
      sessionsRoute,
      callRoute,
      kickRoute,
      disconnectRoute,
      forgetRoute,
      ticketsRoute,
      createWxLoginRoute(host.clock, options.loginLimits),
      drainRoute,
      createInfoRoute(host.clock.now()),
      createOpenApiRoute(() => this.routes),
      createMetricsRoute(this.metrics),
      healthRoute,
      createReadyRoute(new ReadinessProbe(host.broker, host.clock, host.nodeId)),
    ];
    this.router = new Router(this.routes);
    this.publicRouter = new Router(this.routes.filter(({ scope }) => scope === "public"));
  }

  /**
   * Serves a request. Answers false where it is not for the API, or needs a key where what is public is served alone:
   * nothing was done then.
   */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    { isPublicOnly = false }: { readonly isPublicOnly?: boolean } = {},
  ): boolean {
    const path = pathOf(request.url ?? "");
    const router = isPublicOnly ? this.publicRouter : this.router;
    const match = router.find(request.method ?? "", path);
    if (match === undefined) return false;
    if ("route" in match) {
      void this.serve(match.route, match.params, request, response);
    } else {
      const detail = `method: expected ${match.allow.join(" or ")}, got ${request.method ?? "none"}`;
      sendProblem(response, { status: 405, detail, headers: { ...HEADERS, allow: match.allow.join(", ") } });
    }
    return true;
  }

  private async serve(
    route: Route,
    params: Readonly<Record<string, string>>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const startedAt = performance.now();
    const key = this.options.keys.find(request.headers.authorization);
    let status: number;
    try {
      this.checkAccess(route, key);
      const call = await this.readCall(route, params, request);
      const answer = await route.handle(call, this.host);
      ({ status } = answer);
      send(response, answer);
    } catch (error) {
      // Who went away in the middle of a body gets no answer, and it is nobody's fault.
      if (request.destroyed && !request.complete) return;
      const problem = problemOf(error, this.host);
      ({ status } = problem);
      if (response.headersSent) response.destroy();
      else sendProblem(response, { ...problem, headers: { ...HEADERS, ...problem.headers } });
    }
    const seconds = (performance.now() - startedAt) / 1000;
    this.metrics.count(route.operationId, status, seconds);
    this.log(route, params, key, status, seconds);
  }

  private checkAccess({ scope }: Route, key: ApiKey | undefined): void {
    if (scope === "public") return;
    if (this.options.keys.isEmpty) {
      const detail = "the HTTP API is off: the server has no adminKey and no apiKeys";
      throw new ProblemError({ status: 403, code: "disabled", detail });
    }
    if (key === undefined) {
      const detail = "authorization: expected Bearer and a key of this server";
      throw new ProblemError({ status: 401, detail, headers: { "www-authenticate": "Bearer" } });
    }
    if (!mayUse(key, scope)) {
      const detail = `authorization: expected a key with the scope ${scope}`;
      throw new ProblemError({ status: 403, detail });
    }
  }

  private async readCall(
    route: Route,
    params: Readonly<Record<string, string>>,
    request: IncomingMessage,
  ): Promise<ApiCall> {
    for (const [name, schema] of Object.entries(route.params ?? {})) {
      const fault = findFault(schema, params[name], name);
      if (fault !== undefined) throw badRequest(fault);
    }
    return {
      params,
      query: readQuery(route.query, request.url ?? ""),
      body: route.body === undefined ? {} : await this.readBody(route.body, request),
      idempotencyKey: readIdempotencyKey(route, request),
      remoteAddress: this.host.addressOf(request),
    };
  }

  private async readBody(schema: ObjectSchema, request: IncomingMessage): Promise<Record<string, unknown>> {
    // A POST whose body says nothing may leave it out.
    const isEmpty =
      request.headers["content-type"] === undefined &&
      request.headers["transfer-encoding"] === undefined &&
      Number(request.headers["content-length"] ?? 0) === 0;
    if (isEmpty && schema.required?.length === 0) return {};
    const body = await readJsonBody(request, this.options.maxBodyBytes);
    if (!body.ok) throw new ProblemError(body.problem);
    const fault = findFault(schema, body.value, "body");
    if (fault !== undefined) throw badRequest(fault);
    return body.value as Record<string, unknown>;
  }

  /** Neither query nor body nor key, but its name: they have secrets in them. Whom it was about is in the path. */
  private log(
    route: Route,
    params: Readonly<Record<string, string>>,
    key: ApiKey | undefined,
    status: number,
    seconds: number,
  ): void {
    const fields = {
      operation: route.operationId,
      ...(route.scope === "admin" && status < 400 && params),
      status,
      caller: key?.name,
      durationMs: Math.round(seconds * 1e6) / 1000,
    };
    if (route.scope === "admin") this.host.logger.info(fields, "api");
    else this.host.logger.debug(fields, "api");
  }
}

function readQuery(schema: ObjectSchema | undefined, target: string): Readonly<Record<string, unknown>> {
  const at = target.indexOf("?");
  const search = new URLSearchParams(at < 0 ? "" : target.slice(at + 1));
  const query: Record<string, unknown> = {};
  const properties: Readonly<Record<string, Schema>> = schema?.properties ?? {};
  for (const [name, property] of Object.entries(properties)) {
    if ("default" in property && property.default !== undefined) query[name] = property.default;
  }
  const seen = new Set<string>();
  for (const [name, text] of search) {
    if (seen.has(name)) throw badRequest(`query: expected ${JSON.stringify(name.slice(0, 60))} once`);
    seen.add(name);
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    // Parameters that nobody knows are left alone: proxies and clients add their own.
    if (property !== undefined) query[name] = readParameter(property, text);
  }
  if (schema !== undefined) {
    const fault = findFault(schema, query, "query");
    if (fault !== undefined) throw badRequest(fault);
  }
  return query;
}

function readParameter(schema: Schema, text: string): unknown {
  if (schema.type !== "integer") return text;
  return /^-?\d{1,16}$/.test(text) ? Number(text) : text;
}

function readIdempotencyKey({ takesIdempotencyKey }: Route, request: IncomingMessage): string | undefined {
  const key = request.headers["idempotency-key"];
  if (takesIdempotencyKey !== true || key === undefined) return undefined;
  if (typeof key !== "string" || !IDEMPOTENCY_KEY.test(key)) {
    throw badRequest("idempotency-key: expected 1 to 64 printable characters without spaces");
  }
  return key;
}

function send(response: ServerResponse, { status, body, type }: Answer): void {
  const text = typeof body === "string" ? body : `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    ...HEADERS,
    "content-type": type ?? "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}
