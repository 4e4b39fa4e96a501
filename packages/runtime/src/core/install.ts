import type { Runtime } from "./runtime.js";

/**
 * Puts the runtime's `wx` on `target`, usually `globalThis`. The returned undo puts back what was there and destroys
 * the runtime, so that no socket keeps a process alive; calling it again does nothing.
 */
export function installRuntime(target: object, runtime: Runtime): () => void {
  const before = Object.getOwnPropertyDescriptor(target, "wx");
  Object.defineProperty(target, "wx", {
    value: runtime.wx,
    configurable: true,
    enumerable: true,
    writable: true,
  });
  let installed = true;
  return () => {
    if (!installed) return;
    installed = false;
    if (before === undefined) Reflect.deleteProperty(target, "wx");
    else Object.defineProperty(target, "wx", before);
    runtime.destroy();
  };
}
