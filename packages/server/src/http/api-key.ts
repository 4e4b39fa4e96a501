import { createHash, timingSafeEqual } from "node:crypto";

/** What a key may do. `admin` may do everything. */
export type Scope = "publish" | "read" | "admin";

export interface ApiKey {
  /** At least 16 characters of what a header can carry. */
  readonly key: string;
  readonly scopes: readonly Scope[];
  /** How the key is called in logs. */
  readonly name: string;
}

const MIN_KEY_LENGTH = 16;
const SCOPES: readonly Scope[] = ["publish", "read", "admin"];

/** Who holds which key, found out in a time that tells nothing about the keys. */
export class ApiKeys {
  private readonly keys: readonly { readonly digest: Buffer; readonly key: ApiKey }[];

  /** @throws TypeError, RangeError for keys that cannot be. */
  constructor(keys: readonly ApiKey[]) {
    for (const each of keys) checkKey(each);
    this.keys = keys.map((key) => ({ digest: digestOf(key.key), key }));
    const known = new Map<string, string>();
    for (const { digest, key } of this.keys) {
      const text = digest.toString("base64");
      const other = known.get(text);
      // Which of the two somebody is, and may what, nobody could tell.
      if (other !== undefined) {
        throw new TypeError(`apiKeys: ${key.name}: expected a key of its own, got the same as ${other}`);
      }
      known.set(text, key.name);
    }
  }

  get isEmpty(): boolean {
    return this.keys.length === 0;
  }

  /** The key in an `Authorization: Bearer` header. */
  find(authorization: string | undefined): ApiKey | undefined {
    const match = /^bearer +(\S+) *$/i.exec(authorization ?? "");
    const digest = digestOf(match?.[1] ?? "");
    let found: ApiKey | undefined;
    for (const each of this.keys) if (timingSafeEqual(each.digest, digest)) found = each.key;
    return match === null ? undefined : found;
  }
}

export function mayUse(key: ApiKey, scope: Scope): boolean {
  return key.scopes.includes(scope) || key.scopes.includes("admin");
}

function checkKey({ key, scopes, name }: ApiKey): void {
  // The key itself is in no message.
  if (typeof key !== "string" || key.length < MIN_KEY_LENGTH || !/^[\x21-\x7e]+$/.test(key)) {
    throw new TypeError(
      `apiKeys: ${name}: expected at least ${MIN_KEY_LENGTH} printable characters without spaces`,
    );
  }
  const wrong = scopes.find((scope) => !SCOPES.includes(scope));
  if (wrong !== undefined || scopes.length === 0) {
    throw new RangeError(`apiKeys: ${name}: expected scopes of ${SCOPES.join(", ")}, got ${wrong ?? "none"}`);
  }
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
