/**
 * An object of an interface that is not implemented: every member is a function that does nothing, so that a program
 * that makes one goes on.
 */
export function inert(name: string): object {
  return new Proxy(
    {},
    {
      get(_, member) {
        // A promise's `then` would make `await` wait for ever.
        if (typeof member === "symbol" || member === "then" || member === "toJSON") return undefined;
        return () => undefined;
      },
      has: () => true,
      getOwnPropertyDescriptor: () => undefined,
      ownKeys: () => [],
      getPrototypeOf: () => ({ [Symbol.toStringTag]: name }),
    },
  );
}
