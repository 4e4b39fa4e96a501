/** The part of JSON Schema (2020-12) that the API's document uses. What is written here is also what is checked. */
export type Schema =
  | ObjectSchema
  | ArraySchema
  | StringSchema
  | NumberSchema
  | { readonly type: "boolean"; readonly description?: string }
  /** Any JSON value. */
  | { readonly type?: undefined; readonly description?: string };

export interface ObjectSchema {
  readonly type: "object";
  readonly description?: string;
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** False: a name that is not in `properties` is refused, which finds misspelt options. */
  readonly additionalProperties: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
}

export interface ArraySchema {
  readonly type: "array";
  readonly description?: string;
  readonly items: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export interface StringSchema {
  readonly type: "string";
  readonly description?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

export interface NumberSchema {
  readonly type: "integer" | "number";
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: number;
}

/** What is wrong with the value, in words that name the place; `undefined` where it is right. */
export function findFault(schema: Schema, value: unknown, place: string): string | undefined {
  switch (schema.type) {
    case undefined:
      return undefined;
    case "boolean":
      return typeof value === "boolean" ? undefined : expected("true or false", value, place);
    case "string":
      return stringFault(schema, value, place);
    case "integer":
    case "number":
      return numberFault(schema, value, place);
    case "array":
      return arrayFault(schema, value, place);
    case "object":
      return objectFault(schema, value, place);
  }
}

function stringFault(schema: StringSchema, value: unknown, place: string): string | undefined {
  const { minLength = 0, maxLength = Infinity, pattern, enum: words, description } = schema;
  if (typeof value !== "string") return expected("a string", value, place);
  if (words !== undefined && !words.includes(value)) return expected(words.join(" or "), value, place);
  if (value.length < minLength || value.length > maxLength) {
    return `${place}: expected ${rangeOf(minLength, maxLength)} characters, got ${value.length}`;
  }
  if (pattern !== undefined && !new RegExp(pattern, "u").test(value)) {
    return expected(description ?? `text that matches ${pattern}`, value, place);
  }
  return undefined;
}

function numberFault(schema: NumberSchema, value: unknown, place: string): string | undefined {
  const { type, minimum = -Infinity, maximum = Infinity } = schema;
  const isRight =
    typeof value === "number" &&
    value >= minimum &&
    value <= maximum &&
    (type === "number" || Number.isSafeInteger(value));
  return isRight
    ? undefined
    : expected(
        `${type === "integer" ? "an integer" : "a number"} ${maximum === Infinity ? "of" : "from"} ${rangeOf(minimum, maximum)}`,
        value,
        place,
      );
}

function rangeOf(least: number, most: number): string {
  return most === Infinity ? `at least ${least}` : `${least} to ${most}`;
}

function arrayFault(schema: ArraySchema, value: unknown, place: string): string | undefined {
  const { items, minItems = 0, maxItems = Infinity } = schema;
  if (!Array.isArray(value)) return expected("an array", value, place);
  if (value.length < minItems || value.length > maxItems) {
    return `${place}: expected ${rangeOf(minItems, maxItems)} items, got ${value.length}`;
  }
  for (const [index, item] of value.entries()) {
    const fault = findFault(items, item, `${place}[${index}]`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function objectFault(schema: ObjectSchema, value: unknown, place: string): string | undefined {
  const {
    properties,
    required = [],
    additionalProperties,
    minProperties = 0,
    maxProperties = Infinity,
  } = schema;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return expected("an object", value, place);
  }
  const entries = Object.entries(value);
  for (const [name, inner] of entries) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property === undefined && !additionalProperties) {
      return `${place}: expected ${Object.keys(properties).join(", ")}, got ${quote(name)}`;
    }
    const fault = property === undefined ? undefined : findFault(property, inner, join(place, name));
    if (fault !== undefined) return fault;
  }
  for (const name of required) {
    if (!Object.hasOwn(value, name)) {
      return `${join(place, name)}: expected ${kindOf(properties[name])}, got none`;
    }
  }
  if (entries.length < minProperties || entries.length > maxProperties) {
    const names = Object.keys(properties).join(", ");
    return `${place}: expected ${minProperties === maxProperties ? minProperties : `${minProperties} to ${maxProperties}`} of ${names}, got ${entries.length}`;
  }
  return undefined;
}

function kindOf(schema: Schema | undefined): string {
  switch (schema?.type) {
    case "string":
      return schema.enum?.join(" or ") ?? "a string";
    case "integer":
      return "an integer";
    case "number":
      return "a number";
    case "boolean":
      return "true or false";
    case "array":
      return "an array";
    case "object":
      return `an object with ${Object.keys(schema.properties).join(", ")}`;
    default:
      return "a value";
  }
}

function join(place: string, name: string): string {
  return place === "body" || place === "query" ? name : `${place}.${name}`;
}

function expected(what: string, value: unknown, place: string): string {
  const got =
    typeof value === "object"
      ? value === null
        ? "null"
        : Array.isArray(value)
          ? "an array"
          : "an object"
      : quote(value);
  return `${place}: expected ${what}, got ${got}`;
}

function quote(value: unknown): string {
  return value === undefined ? "none" : JSON.stringify(value).slice(0, 60);
}
