import type { ClientOutput, ClientRequest, Json } from "@weapp-socket/protocol";
import type { RequestOptions } from "./client.js";
import type { Core } from "./core.js";
import { createError } from "./failure.js";

/** What a server takes unless it says less; the rest is for what we write around the data. */
const MAX_BYTES = 65_536 - 1_024;

/** What was asked of the server and has not been answered. */
export interface Requests {
  ask<Answer>(what: ClientRequest, map: (ok: Json) => Answer): Promise<Answer>;
  settle(output: Extract<ClientOutput, { type: "settled" }>): void;
  /** The caller's key, or a new one. */
  key(options: RequestOptions | undefined): string;
  /** A copy, as it is now. Throws TypeError on what JSON cannot carry, or a server would not take. */
  check(data: Json): Json;
}

/** `life` begins every key: nobody else's begins so. */
export function createRequests(core: Core, life: string): Requests {
  const waiting: Record<number, (output: Extract<ClientOutput, { type: "settled" }>) => void> = {};
  let requests = 0;

  return {
    ask(what, map) {
      return new Promise<Json>((resolve, reject) => {
        requests += 1;
        waiting[requests] = ({ ok, error }) => {
          if (error === undefined) resolve(ok as Json);
          else reject(createError(error.code, error.message, error.retry));
        };
        core.run(core.machine.request(requests, what, core.now()));
      }).then(map);
    },
    settle(output) {
      waiting[output.request]!(output);
      delete waiting[output.request];
    },
    key(options) {
      return (options && options.key) || `${life}:${requests}`;
    },
    check(data) {
      const text = (JSON.stringify(data) as string | undefined) || "";
      const bytes = encodeURIComponent(text).replace(/%../g, "-").length;
      if (bytes === 0 || bytes > MAX_BYTES) {
        throw new TypeError(`data: expected 1 to ${MAX_BYTES} bytes of JSON, got ${bytes}`);
      }
      return JSON.parse(text) as Json;
    },
  };
}
