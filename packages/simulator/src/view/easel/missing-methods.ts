import * as glassEasel from "glass-easel";

type Warn = (message: string, where: string) => void;

const listeners = new WeakMap<glassEasel.ComponentSpace, Warn>();
const getMethod = glassEasel.Component.getMethod.bind(glassEasel.Component) as (
  component: glassEasel.GeneralComponent,
  name: string,
) => ((...args: never[]) => unknown) | undefined;

/** A template that names a handler which is not there: the framework says nothing, WeChat's tool warns. */
export function warnOfMissingMethods(space: glassEasel.ComponentSpace, warn: Warn): void {
  listeners.set(space, warn);
  (glassEasel.Component as { getMethod: typeof getMethod }).getMethod = lookUp;
}

function lookUp(
  component: glassEasel.GeneralComponent,
  name: string,
): ((...args: never[]) => unknown) | undefined {
  const method = getMethod(component, name);
  if (method === undefined) {
    const warn = listeners.get(component.getRootBehavior().ownerSpace);
    warn?.(`there is no method "${name}" to handle an event`, component.is);
  }
  return method;
}
