/**
 * The listeners of one event of one object: nothing while there is none, the function itself while there is one.
 * A hundred thousand connections with a listener each carry no arrays.
 */
export type ListenerList<Listener> = Listener | readonly Listener[] | undefined;

type AnyFunction = (...args: never[]) => unknown;

export function addListener<Listener extends AnyFunction>(
  list: ListenerList<Listener>,
  listener: Listener,
): ListenerList<Listener> {
  if (list === undefined) return listener;
  return typeof list === "function" ? [list, listener] : [...list, listener];
}

/** Without the newest registration of `listener`. */
export function removeListener<Listener extends AnyFunction>(
  list: ListenerList<Listener>,
  listener: Listener,
): ListenerList<Listener> {
  if (list === undefined || list === listener) return undefined;
  if (typeof list === "function") return list;
  const at = list.lastIndexOf(listener);
  if (at < 0) return list;
  const rest = [...list.slice(0, at), ...list.slice(at + 1)];
  return rest.length === 1 ? rest[0] : rest;
}

/** Calls every listener that is there now. One that throws or rejects goes to `onError`, and the others are called. */
export function tell<Listener extends AnyFunction>(
  list: ListenerList<Listener>,
  call: (listener: Listener) => unknown,
  onError: (error: unknown) => void,
): void {
  if (list === undefined) return;
  if (typeof list === "function") {
    tellOne(list, call, onError);
    return;
  }
  for (const listener of list) tellOne(listener, call, onError);
}

function tellOne<Listener>(
  listener: Listener,
  call: (listener: Listener) => unknown,
  onError: (error: unknown) => void,
): void {
  try {
    const result = call(listener);
    if (result instanceof Promise) result.catch(onError);
  } catch (error) {
    onError(error);
  }
}
