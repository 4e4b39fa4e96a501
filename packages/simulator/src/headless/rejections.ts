/** Listeners of programs that run: what is left when there are no others is Node's own way. */
const listeners = new WeakSet();

/**
 * Hears of the rejected promises of a program that nobody waited for. All others are left as they would be without this
 * listener.
 *
 * @param origin what the stacks of the program's scripts say: "weapp://3f2a/"
 * @param isTold whether the program was told of an error already, whose stack then says another thing
 * @returns the undo
 */
export function hearRejections(
  origin: string,
  isTold: (reason: unknown) => boolean,
  hear: (reason: unknown, promise: unknown) => void,
): () => void {
  const listener = (reason: unknown, promise: unknown): void => {
    const all = process.listeners("unhandledRejection");
    const programs = all.filter((each) => listeners.has(each));
    const { stack, errMsg } = (reason ?? {}) as { readonly stack?: unknown; readonly errMsg?: unknown };
    // What wx rejects with has no stack: it is the program's if there is only one.
    const isOurs =
      typeof stack === "string"
        ? stack.includes(origin) || isTold(reason)
        : typeof errMsg === "string" && programs.length === 1;
    if (isOurs) hear(reason, promise);
    else if (programs.length === all.length && !isOfAnother(stack)) throw reason;
  };
  listeners.add(listener);
  process.on("unhandledRejection", listener);
  return () => void process.off("unhandledRejection", listener);
}

function isOfAnother(stack: unknown): boolean {
  return typeof stack === "string" && /weapp:\/\/|https:\/\/usr\//u.test(stack);
}
