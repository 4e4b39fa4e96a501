import { networkInterfaces } from "node:os";
import {
  createRuntime as createCoreRuntime,
  installRuntime,
  type Clock,
  type LocalNetwork,
  type Runtime,
  type RuntimeOptions,
  type Wx,
} from "../core/index.js";
import { createNodeClock } from "./clock.js";
import { createNodeTransport, type NodeTransportOptions } from "./transport.js";

export * from "../core/index.js";
export { createNodeClock } from "./clock.js";
export { createNodeTransport, type NodeTlsOptions, type NodeTransportOptions } from "./transport.js";

export interface NodeRuntimeOptions extends RuntimeOptions, NodeTransportOptions {
  /** Time and tasks. Default: Node's. */
  readonly clock?: Clock | undefined;
}

/** One mini program on Node's own sockets. Bad options: TypeError or RangeError that names the option. */
export function createRuntime(options: NodeRuntimeOptions = {}): Runtime {
  return createCoreRuntime({
    ...options,
    transport: createNodeTransport(options),
    clock: options.clock ?? createNodeClock(),
    localNetworks,
  });
}

/** `createRuntime(options).wx` */
export function createWx(options: NodeRuntimeOptions = {}): Wx {
  return createRuntime(options).wx;
}

/**
 * Puts `wx` on `target`, usually `globalThis`, and returns the undo: it puts back what was there and destroys the
 * runtime.
 */
export function install(target: object, runtime: Runtime = createRuntime()): () => void {
  return installRuntime(target, runtime);
}

/** The machine's own IPv4 addresses, as a phone has them: without loopback. */
function localNetworks(): LocalNetwork[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map(({ address, netmask }) => ({ address, netmask }));
}
