/** Listeners by event, called in the order in which they came. One that throws stops no other. */
export interface Listeners {
  /** The returned function takes the listener away again. */
  readonly on: (event: string, listener: (...values: never[]) => void) => () => void;
  /** Whether somebody listened. */
  emit(event: string, first?: unknown, second?: unknown): boolean;
  has(event: string): boolean;
}

export function createListeners(rethrow: (error: unknown) => void): Listeners {
  const byEvent: Record<string, Array<(...values: unknown[]) => void>> = {};
  const of = (event: string): Array<(...values: unknown[]) => void> => byEvent[event] || [];

  return {
    on(event, listener) {
      // A wrapper of its own: the same function added twice is two listeners.
      const added = (first: unknown, second: unknown): void =>
        (listener as (...values: unknown[]) => void)(first, second);
      byEvent[event] = of(event).concat(added as never);
      return () => {
        byEvent[event] = of(event).filter((other) => other !== added);
      };
    },
    emit(event, first, second) {
      const listeners = of(event);
      listeners.forEach((listener) => {
        try {
          listener(first, second);
        } catch (error) {
          rethrow(error);
        }
      });
      return listeners.length > 0;
    },
    has: (event) => of(event).length > 0,
  };
}
