import { MAX_POSITION_LENGTH } from "@weapp-socket/protocol";
import { DEVICE_FORMAT, DEVICE_PATTERN, USER_FORMAT, USER_PATTERN } from "../auth/identity.js";
import type { NumberSchema, ObjectSchema, Schema, StringSchema } from "./schema.js";

/** Schemas that several routes share. */

export const channelField: StringSchema = {
  type: "string",
  description: "1 to 200 characters of A-Z a-z 0-9 _ - : . ~ / @, not starting with ~",
  pattern: "^(?!~)[A-Za-z0-9_\\-:.~/@]{1,200}$",
};

export const userField: StringSchema = {
  type: "string",
  description: USER_FORMAT,
  pattern: USER_PATTERN,
};

/** What a client can name in its handshake. */
export const deviceField: StringSchema = {
  type: "string",
  description: DEVICE_FORMAT,
  pattern: DEVICE_PATTERN,
};

export const connectionField: StringSchema = {
  type: "string",
  description: "a connection's id, as `sessions` tells it",
  pattern: "^[A-Za-z0-9_\\-:.]{1,128}$",
};

export const keyField: StringSchema = {
  type: "string",
  description:
    "idempotency key: 1 to 64 printable characters; a repetition within 10 minutes takes effect once",
  pattern: "^[\\x21-\\x7e]{1,64}$",
};

export const positionField: StringSchema = {
  type: "string",
  description: "a position, as this server gave it",
  minLength: 1,
  maxLength: MAX_POSITION_LENGTH,
};

export const ttlField: NumberSchema = {
  type: "integer",
  description: "milliseconds after which it is not delivered any more",
  minimum: 1,
  maximum: 2_592_000_000,
};

export const limitField: NumberSchema = { type: "integer", minimum: 1, maximum: 1000, default: 100 };

/** What to publish: any JSON value, or bytes. */
export const contentFields: Readonly<Record<string, Schema>> = {
  data: { description: "any JSON value; a string is sent as text, everything else as its JSON" },
  base64: {
    type: "string",
    description: "bytes in base64, instead of data: sent as binary",
    pattern: "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
  },
};

export const integerField: NumberSchema = { type: "integer" };
export const textField: StringSchema = { type: "string" };
export const booleanField: Schema = { type: "boolean" };

/** An answer: every field is there unless it is named as optional. */
export function answerOf(
  properties: Readonly<Record<string, Schema>>,
  optional: readonly string[] = [],
): ObjectSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, required, additionalProperties: false };
}

export function objectOf(
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
): ObjectSchema {
  return { type: "object", properties, required, additionalProperties: false };
}
