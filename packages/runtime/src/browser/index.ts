import {
  createRuntime as createCoreRuntime,
  installRuntime,
  type Clock,
  type Runtime,
  type RuntimeOptions,
  type Wx,
} from "../core/index.js";
import { createBrowserClock } from "./clock.js";
import { createBrowserTransport } from "./transport.js";

export * from "../core/index.js";
export { createBrowserClock } from "./clock.js";
export { createBrowserTransport } from "./transport.js";

export interface BrowserRuntimeOptions extends RuntimeOptions {
  /** Time and tasks. Default: the browser's. */
  readonly clock?: Clock | undefined;
}

/** One mini program on the browser's own WebSocket. What a browser cannot do stands in SPEC.md. */
export function createRuntime(options: BrowserRuntimeOptions = {}): Runtime {
  return createCoreRuntime({
    ...options,
    transport: createBrowserTransport(),
    clock: options.clock ?? createBrowserClock(),
  });
}

/** `createRuntime(options).wx` */
export function createWx(options: BrowserRuntimeOptions = {}): Wx {
  return createRuntime(options).wx;
}

/**
 * Puts `wx` on `target`, usually `globalThis`, and returns the undo: it puts back what was there and destroys the
 * runtime.
 */
export function install(target: object, runtime: Runtime = createRuntime()): () => void {
  return installRuntime(target, runtime);
}
