import type { CallHandler } from "../relay/host/relay-session.js";
import type { HostCall } from "../wx/request.js";

/** The host's calls without a relay between. */
export function createHostCall(handlers: ReadonlyMap<string, CallHandler>): HostCall {
  return async (method, params, options = {}) => {
    const handler = handlers.get(method);
    if (handler === undefined) throw new Error(`there is no method "${method}"`);
    const { body, onEvent, signal = new AbortController().signal } = options;
    const reply = await handler({
      params,
      bodies: body === undefined ? [] : [new Uint8Array(body)],
      signal,
      emit: (name, data, bytes) => onEvent?.(name, data, bytes === undefined ? null : bufferOf(bytes)),
    });
    return { result: reply.result, body: reply.body === undefined ? null : bufferOf(reply.body) };
  };
}

/** Bytes of its own: a pooled buffer's memory is not the page's to see. */
function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
