import type { ControlListener, ControlMessage } from "./broker.js";

/** Control messages among the nodes of one process. */
export class ControlBus {
  private readonly listeners: Map<string, ControlListener> = new Map();

  add(nodeId: string, listener: ControlListener): void {
    if (this.listeners.has(nodeId)) {
      throw new RangeError(`node id: expected one that is not in use, got ${nodeId}`);
    }
    this.listeners.set(nodeId, listener);
  }

  delete(nodeId: string): void {
    this.listeners.delete(nodeId);
  }

  nodes(): readonly string[] {
    return [...this.listeners.keys()].sort();
  }

  send(message: ControlMessage): void {
    const { to } = message;
    const targets = to === undefined ? [...this.listeners.values()] : [this.listeners.get(to)];
    for (const listener of targets) {
      try {
        listener?.(message);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
