/** Listeners by event, called in the order in which they came. One that throws stops no other. */
export interface Listeners {
  /** The returned function takes the listener away again. */
  readonly on: (event: string, listener: (...values: never[]) => void) => () => void;
  /** Whether somebody listened. */
  emit(event: string, first?: unknown, second?: unknown): boolean;
  has(event: string): boolean;
}

export function createListeners(rethrow: (error: unknown) => void): Listeners {
  const byEvent: Record<string, Array<Array<(...values: unknown[]) => void>>> = {};
  const of = (event: string): Array<Array<(...values: unknown[]) => void>> => byEvent[event] || [];

  return {
    on(event, listener) {
      // A list of its own: the same function added twice is two listeners.
      const added = [listener as (...values: unknown[]) => void];
      byEvent[event] = of(event).concat([added]);
      return () => {
        byEvent[event] = of(event).filter((other) => other !== added);
      };
    },
    emit(event, first, second) {
      const listeners = of(event);
      listeners.forEach((listener) => {
        try {
          listener[0]!(first, second);
        } catch (error) {
          rethrow(error);
        }
      });
      return listeners.length > 0;
    },
    has: (event) => of(event).length > 0,
  };
}
