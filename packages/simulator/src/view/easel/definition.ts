/** A page's, component's or behavior's definition, as authors write it. */
export type Definition = Readonly<Record<string, unknown>>;

type Method = (this: Record<string, unknown>, ...args: readonly unknown[]) => unknown;

export interface DefinitionRules {
  /** "wx://form-field": the behavior of that name; undefined: there is none. */
  readonly behavior: (name: string) => object | undefined;
  /** What the framework itself knows a behavior by; anything else as it is. */
  readonly inner: (behavior: unknown) => unknown;
  readonly warn: (message: string) => void;
}

/**
 * What WeChat takes and the framework's adapter does not: behaviors and handlers by name, and what is missing. A name
 * that leads nowhere is a warning and nothing else, as in WeChat.
 */
export function adaptDefinition(
  definition: Definition,
  { behavior, inner, warn }: DefinitionRules,
): Definition {
  const adapted: Record<string, unknown> = { ...definition };
  const { behaviors, properties, observers, relations } = definition;
  if (behaviors !== undefined) {
    adapted["behaviors"] = (Array.isArray(behaviors) ? behaviors : [behaviors]).flatMap((each: unknown) => {
      const found = typeof each === "string" ? behavior(each) : each;
      if (typeof found === "object" && found !== null) return [found];
      warn(`behaviors: ${JSON.stringify(each) ?? "undefined"} is no behavior`);
      return [];
    });
  }
  if (isRecord(properties)) {
    adapted["properties"] = mapValues(properties, (property, name) => {
      if (!isRecord(property) || property["observer"] === undefined) return property;
      return { ...property, observer: handler(property["observer"], `properties.${name}.observer`, warn) };
    });
  }
  if (isRecord(observers)) {
    adapted["observers"] = mapValues(observers, (observer, fields) =>
      handler(observer, `observers["${fields}"]`, warn),
    );
  }
  if (isRecord(relations)) {
    adapted["relations"] = mapValues(relations, (relation, key) => {
      if (!isRecord(relation)) return relation;
      return mapValues(relation, (value, name) => {
        if (name === "target") return inner(value);
        const isHandler = name.startsWith("link") || name === "unlinked";
        return isHandler ? handler(value, `relations["${key}"].${name}`, warn) : value;
      });
    });
  }
  for (const group of ["lifetimes", "pageLifetimes", "methods"]) {
    const functions = definition[group];
    if (!isRecord(functions) || group === "methods") continue;
    adapted[group] = Object.fromEntries(
      Object.entries(functions).filter(([, each]) => typeof each === "function"),
    );
  }
  return adapted;
}

/** A handler given as a function or as the name of a method, which is looked for when it is called. */
function handler(value: unknown, where: string, warn: (message: string) => void): Method {
  if (typeof value === "function") return value as Method;
  let isWarned = false;
  return function call(...args) {
    const method = this[String(value)];
    if (typeof method === "function") return (method as Method).apply(this, [...args]);
    if (!isWarned) warn(`${where}: there is no method "${String(value)}"`);
    isWarned = true;
    return undefined;
  };
}

/**
 * Fields of a page that the framework would copy into something else: instances of classes, maps, dates. They are given
 * to the page as they are.
 */
export function instanceFields(definition: Definition): Definition {
  return Object.fromEntries(
    Object.entries(definition).filter(
      ([name, value]) => !KNOWN.has(name) && typeof value === "object" && value !== null && !isPlain(value),
    ),
  );
}

const KNOWN = new Set(["data", "behaviors", "methods", "properties", "observers", "lifetimes", "relations"]);

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as unknown;
  return Array.isArray(value) || prototype === null || prototype === Object.prototype;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mapValues(
  record: Readonly<Record<string, unknown>>,
  change: (value: unknown, name: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}
