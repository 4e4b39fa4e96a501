import { createServer, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import assert from "node:assert/strict";
import { afterEach, beforeEach } from "vitest";
import { createTickets } from "../../src/auth/tickets.js";
import { createMemoryBroker, type MemoryBroker } from "../../src/broker/memory-broker.js";
import { ApiKeys, type ApiKey } from "../../src/http/api-key.js";
import { HttpApi } from "../../src/http/http-api.js";
import { problemsOf } from "../../src/http/openapi.js";
import { findFault } from "../../src/http/schema.js";
import { createManualClock, type ManualClock } from "../broker/manual-clock.js";
import { policyOf } from "../broker/suite/world.js";
import type { WxLogin } from "../../src/auth/wx-login.js";
import type { Broker } from "../../src/broker/broker.js";
import type { ApiHost, UserDirectory } from "../../src/http/api-host.js";
import type { Route } from "../../src/http/route.js";

export const KEYS = {
  publish: "key-that-may-publish",
  read: "key-that-may-read-only",
  admin: "key-that-may-everything",
} as const;

export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON, where it is. */
  readonly json: Readonly<Record<string, unknown>>;
}

export interface ApiRequest {
  readonly key?: string;
  /** JSON, unless it is a string or bytes. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The API on a port of its own, over a host that a test can look into. Every answer is held against the document. */
export class ApiWorld {
  clock: ManualClock = createManualClock();
  broker: MemoryBroker = createMemoryBroker({ clock: this.clock });
  /** What the API publishes through; tests may put a broken one here. */
  servingBroker: Broker = this.broker;
  users: UserDirectory | undefined;
  wxLogin: WxLogin | undefined;
  keys: readonly ApiKey[] = [
    { name: "publisher", key: KEYS.publish, scopes: ["publish"] },
    { name: "reader", key: KEYS.read, scopes: ["read"] },
    { name: "boss", key: KEYS.admin, scopes: ["admin"] },
  ];
  isDraining = false;
  drainedWithinMs: number | undefined;
  readonly logs: { readonly level: string; readonly fields: unknown; readonly message: string }[] = [];
  api!: HttpApi;
  port = 0;

  get host(): ApiHost {
    const log =
      (level: string) =>
      (fields: unknown, message: string): void => {
        this.logs.push({ level, fields, message });
      };
    const broker = this.servingBroker;
    return {
      broker,
      clock: this.clock,
      logger: { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") },
      nodeId: "n1",
      publish: (request) => broker.publish({ ...request, policy: policyOf(100) }),
      tickets: createTickets({ records: broker.records, clock: this.clock }),
      wxLogin: this.wxLogin,
      httpTimeoutMs: 30_000,
      users: this.users,
      channelOf: (target) => {
        if ("channel" in target) return target.channel;
        if ("all" in target) return "#all";
        return target.device === undefined
          ? `#user ${target.user}`
          : `#device ${target.user} ${target.device}`;
      },
      addressOf: (request) => request.socket.remoteAddress ?? "",
      drain: (withinMs) => {
        this.drainedWithinMs = withinMs;
      },
      numbers: () => ({
        connections: 7,
        channels: 3,
        isDraining: this.isDraining,
        counts: {
          accepted: 9,
          refused: new Map([["busy", 2]]),
          closed: new Map([[1000, 1]]),
          limited: new Map([["maxOutboundBytes", 1]]),
          messagesIn: 11,
          bytesIn: 22,
          publicationsOut: 33,
          writes: 44,
          bytesOut: 55,
          pings: 66,
          webhookDelivered: 0,
          webhookFailures: 0,
          webhookDropped: new Map(),
        },
      }),
    };
  }

  /** Asks, with the target exactly as it is written. */
  async ask(
    method: string,
    target: string,
    { key, body, headers = {} }: ApiRequest = {},
  ): Promise<ApiAnswer> {
    const isPlain = typeof body === "string" || body instanceof Uint8Array;
    const payload = body === undefined || isPlain ? body : JSON.stringify(body);
    const answer = await new Promise<ApiAnswer>((resolve, reject) => {
      const request = httpRequest(
        {
          host: "127.0.0.1",
          port: this.port,
          method,
          path: target,
          headers: {
            ...(key !== undefined && { authorization: `Bearer ${key}` }),
            ...(payload !== undefined && { "content-type": "application/json" }),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => {
            const text = Buffer.concat(chunks).toString();
            const isJson = text !== "" && /json/.test(response.headers["content-type"] ?? "");
            const json = (isJson ? JSON.parse(text) : {}) as Record<string, unknown>;
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
          });
        },
      );
      request.on("error", reject);
      request.end(payload);
    });
    if (method !== "HEAD") this.holdAgainstDocument(method, target, answer);
    return answer;
  }

  /** The route that a target belongs to, found in another way than the router does. */
  routeOf(method: string, target: string): Route | undefined {
    const path = target.split("?")[0] ?? "";
    return this.api.routes.find((route) => {
      const pattern = route.path.replaceAll(/\{\w+\}/g, "[^/]*");
      return route.method === method && new RegExp(`^${pattern}$`).test(path);
    });
  }

  private holdAgainstDocument(
    method: string,
    target: string,
    { status, headers, json, text }: ApiAnswer,
  ): void {
    const route = this.routeOf(method, target);
    const type = headers["content-type"] ?? "";
    if (type === "application/problem+json") {
      assert.deepEqual(Object.keys(json).toSorted(), ["code", "detail", "status", "title", "type"]);
      assert.equal(json["type"], "about:blank");
      assert.equal(json["status"], status);
      if (route !== undefined) assert.ok(problemsOf(route).includes(String(json["code"])), text);
    } else if (route !== undefined) {
      assert.equal(status, route.answer.status);
      const body: unknown = route.answer.schema.type === "string" ? text : json;
      assert.equal(findFault(route.answer.schema, body, "answer"), undefined);
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["x-content-type-options"], "nosniff");
    }
  }
}

/** A fresh world for every test; `set` changes it before the API is made. */
export function useApi(set: (world: ApiWorld) => void = () => undefined): { readonly world: ApiWorld } {
  const current: { world: ApiWorld } = { world: new ApiWorld() };
  let close: () => void;

  beforeEach(async () => {
    const world = new ApiWorld();
    current.world = world;
    set(world);
    world.api = new HttpApi(world.host, {
      keys: new ApiKeys(world.keys),
      maxBodyBytes: 64 * 1024,
      loginLimits: { perAddress: 5, total: 100 },
    });
    const server = createServer((request, response) => {
      if (!world.api.handle(request, response)) response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    world.port = (server.address() as AddressInfo).port;
    close = () => {
      server.closeAllConnections();
      server.close();
    };
  });

  afterEach(async () => {
    close();
    await current.world.broker.close();
  });

  return current;
}
