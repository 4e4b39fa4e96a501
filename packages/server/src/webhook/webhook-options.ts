/** Where to tell a backend what became of pushes: docs/webhook.md. */
export interface WebhookOptions {
  /** `https:` or `http:`. Redirects are not followed. */
  readonly url: string;
  /** `whsec_` and 24 to 64 bytes in base64, which the receiver knows too. No log and no error has it. */
  readonly secret: string;
  /**
   * How long one request may take, its answer included.
   * @defaultValue 10000
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Wait before the second try; twice as long before each further one, at most a minute, each between half and all of it.
   * @defaultValue 1000
   */
  readonly retryDelayMs?: number | undefined;
  /**
   * Tries of one request, after which its events are dropped.
   * @defaultValue 30
   */
  readonly maxAttempts?: number | undefined;
  /**
   * Age beyond which events are not tried again.
   * @defaultValue 3600000, one hour
   */
  readonly maxAgeMs?: number | undefined;
  /**
   * Events that wait. Beyond it new ones are dropped.
   * @defaultValue 10000
   */
  readonly maxQueued?: number | undefined;
  /**
   * Events of one request.
   * @defaultValue 100
   */
  readonly maxBatch?: number | undefined;
  /**
   * How long `close` goes on delivering what waits.
   * @defaultValue 5000
   */
  readonly closeTimeoutMs?: number | undefined;
}

type Numbers = Omit<{ readonly [Name in keyof WebhookOptions]-?: number }, "url" | "secret">;

export interface WebhookSettings extends Numbers {
  readonly url: string;
  readonly key: Uint8Array;
}

/** Default, least and largest value. */
const NUMBERS: Readonly<Record<keyof Numbers, readonly [fallback: number, least: number, most: number]>> = {
  timeoutMs: [10_000, 1, 300_000],
  retryDelayMs: [1000, 1, 60_000],
  maxAttempts: [30, 1, 1000],
  maxAgeMs: [3_600_000, 1, 86_400_000],
  maxQueued: [10_000, 1, 1_000_000],
  maxBatch: [100, 1, 1000],
  closeTimeoutMs: [5000, 0, 600_000],
};

export const webhookNumberNames: readonly (keyof Numbers)[] = Object.keys(NUMBERS) as (keyof Numbers)[];

const PREFIX = "whsec_";
const MIN_KEY_BYTES = 24;
const MAX_KEY_BYTES = 64;

/** @throws TypeError, RangeError where an option is not what it must be. */
export function resolveWebhook(options: WebhookOptions): WebhookSettings {
  const numbers = Object.fromEntries(
    webhookNumberNames.map((name) => [name, resolveNumber(name, options[name])]),
  ) as unknown as Numbers;
  return { ...numbers, url: resolveUrl(options.url), key: resolveSecret(options.secret) };
}

function resolveUrl(text: string): string {
  const url = typeof text === "string" && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new TypeError("webhook.url: expected an address that begins with https:// or http://");
  }
  // fetch refuses them, with an error that tells them.
  if (url.username !== "" || url.password !== "") {
    throw new TypeError("webhook.url: expected an address without user and password");
  }
  return url.href;
}

function resolveSecret(text: string): Uint8Array {
  const isForm = typeof text === "string" && /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text);
  const key = isForm ? Buffer.from(text.slice(PREFIX.length), "base64") : undefined;
  if (key === undefined || key.length < MIN_KEY_BYTES || key.length > MAX_KEY_BYTES) {
    throw new TypeError(
      `webhook.secret: expected whsec_ and ${MIN_KEY_BYTES} to ${MAX_KEY_BYTES} bytes in base64`,
    );
  }
  return key;
}

function resolveNumber(name: keyof Numbers, given: number | undefined): number {
  const [fallback, least, most] = NUMBERS[name];
  const value = given ?? fallback;
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`webhook.${name}: expected an integer from ${least} to ${most}, got ${value}`);
  }
  return value;
}
