/**
 * A value where the engine has it at once, a promise where it must wait. Test with `instanceof Promise`: the memory
 * engine never makes one, so a publish through it costs no turn of the microtask queue.
 */
export type MaybePromise<T> = T | Promise<T>;
