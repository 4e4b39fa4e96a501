import { createPublicKey, KeyObject } from "node:crypto";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  jwtVerify,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyResult,
} from "jose";
import { systemClock, type Clock } from "../clock.js";
import { RequestError } from "../request-error.js";
import { requireUser, unauthorized, type Authenticate, type Identity } from "./identity.js";

/** What the signatures are checked with: exactly one of these. */
export type JwtKeys =
  /** For HS256, HS384, HS512: at least 32 bytes that only the backend and this server know. */
  | { readonly secret: string | Uint8Array }
  /** A public key, as PEM or KeyObject. */
  | { readonly publicKey: string | KeyObject }
  /** Public keys by `kid`. */
  | { readonly jwks: JSONWebKeySet }
  /** Where to fetch public keys from; `https:`, or `http:` on the loopback address. */
  | { readonly jwksUrl: string };

export interface JwtOptions {
  readonly keys: JwtKeys;
  /** What `aud` must name, so that a token made for another service or mini program is refused. */
  readonly audience: string | readonly string[];
  /** What `iss` must be. Default: anything. */
  readonly issuer?: string;
  /** Default: HS256 for a secret, RS256 and ES256 otherwise. */
  readonly algorithms?: readonly JwtAlgorithm[];
  /** The claim that is the user. Default `sub`. */
  readonly userClaim?: string;
  /** The claim that is the device, which the client's own word must match then. Default `device`. */
  readonly deviceClaim?: string;
  /** The claim that is the mini program's id. Default `appid`. */
  readonly appIdClaim?: string;
  /** Longest time that a token may have left. Default: 1 hour. */
  readonly maxLifetimeMs?: number;
  /** How far the clocks of issuer and server may be apart. Default: 5 seconds. */
  readonly clockToleranceMs?: number;
  /** Longest time to wait for `jwksUrl`. Default: 5 seconds. */
  readonly timeoutMs?: number;
  /** Whether a token that is good otherwise was called back: by `jti`, or by user and `iat`. */
  readonly isRevoked?: (claims: Readonly<Record<string, unknown>>) => boolean | Promise<boolean>;
  readonly clock?: Clock;
}

const HMAC = ["HS256", "HS384", "HS512"] as const;
const PUBLIC = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
] as const;

export type JwtAlgorithm = (typeof HMAC)[number] | (typeof PUBLIC)[number];

const MIN_SECRET_BYTES = 32;
const MAX_TOKEN_LENGTH = 8192;

/**
 * Knows users by JSON Web Tokens. The algorithms are this server's choice and never the token's: `none` does not exist,
 * a secret verifies nothing but HMAC, and a public key is never taken for a secret.
 *
 * @throws TypeError, RangeError where the options cannot be right.
 */
export function createJwtAuthenticate(options: JwtOptions): Authenticate {
  const { audience, issuer, clock = systemClock, isRevoked } = options;
  const { userClaim = "sub", deviceClaim = "device", appIdClaim = "appid" } = options;
  const { maxLifetimeMs = 3_600_000, clockToleranceMs = 5000 } = options;
  checkAudience(audience);
  const algorithms = checkAlgorithms(options);
  const verify = createVerifier(options);

  return async (_, { token, device }) => {
    if (token === undefined || !isJwt(token)) return undefined;
    const nowMs = clock.now();
    const { payload } = await explain(() =>
      verify(token, {
        algorithms: [...algorithms],
        audience: typeof audience === "string" ? audience : [...audience],
        currentDate: new Date(nowMs),
        clockTolerance: clockToleranceMs / 1000,
        requiredClaims: ["exp", userClaim],
        ...(issuer !== undefined && { issuer }),
      }),
    );
    const expiresAtMs = payload.exp! * 1000;
    if (expiresAtMs - nowMs > maxLifetimeMs + clockToleranceMs) {
      throw unauthorized(`token: expected to end within ${maxLifetimeMs} ms`);
    }
    const identity = toIdentity(payload, { userClaim, deviceClaim, appIdClaim }, expiresAtMs);
    if (identity.device !== undefined && identity.device !== device) {
      throw unauthorized("token: bound to another device");
    }
    if (isRevoked !== undefined && (await isRevoked(payload))) throw unauthorized("token: revoked");
    return identity;
  };
}

type VerifyOptions = Parameters<typeof jwtVerify>[2];
type Verifier = (token: string, options: VerifyOptions) => Promise<JWTVerifyResult>;

function createVerifier({ keys, timeoutMs = 5000 }: JwtOptions): Verifier {
  if ("secret" in keys) {
    const secret = typeof keys.secret === "string" ? new TextEncoder().encode(keys.secret) : keys.secret;
    if (secret.length < MIN_SECRET_BYTES) {
      throw new RangeError(`secret: expected at least ${MIN_SECRET_BYTES} bytes, got ${secret.length}`);
    }
    if (Buffer.from(secret).includes("-----BEGIN")) {
      throw new TypeError("secret: expected random bytes, got a key in PEM; give it as publicKey");
    }
    return (token, options) => jwtVerify(token, secret, options);
  }
  if ("publicKey" in keys) {
    const key = keys.publicKey instanceof KeyObject ? keys.publicKey : readPublicKey(keys.publicKey);
    if (key.type !== "public") throw new TypeError(`publicKey: expected a public key, got a ${key.type} one`);
    return (token, options) => jwtVerify(token, key, options);
  }
  const getKey: JWTVerifyGetKey =
    "jwks" in keys ? createLocalJWKSet(keys.jwks) : createRemoteKeys(keys.jwksUrl, timeoutMs);
  return (token, options) => jwtVerify(token, getKey, options);
}

/** A private key in PEM is taken for its public half by Node: it has no business here. */
function readPublicKey(pem: string): KeyObject {
  if (pem.includes("PRIVATE KEY")) throw new TypeError("publicKey: expected a public key, got a private one");
  try {
    return createPublicKey(pem);
  } catch (error) {
    throw new TypeError("publicKey: expected a public key in PEM", { cause: error });
  }
}

function createRemoteKeys(text: string, timeoutMs: number): JWTVerifyGetKey {
  if (!URL.canParse(text)) {
    throw new TypeError("jwksUrl: expected an address such as https://id.example.com/keys");
  }
  const url = new URL(text);
  const isLoopback = ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback)) {
    throw new TypeError(
      `jwksUrl: expected https:, or http: on the loopback address, got ${url.protocol}//${url.host}`,
    );
  }
  return createRemoteJWKSet(url, {
    timeoutDuration: timeoutMs,
    [customFetch]: async (resource, init) => {
      try {
        return await fetch(resource, init);
      } catch (error) {
        throw unavailable(error);
      }
    },
  });
}

function checkAudience(audience: JwtOptions["audience"]): void {
  const names: readonly unknown[] = Array.isArray(audience) ? audience : [audience];
  const wrong = names.find((name) => typeof name !== "string" || name === "");
  if (names.length > 0 && wrong === undefined) return;
  const got = names.length === 0 ? "none" : JSON.stringify(wrong);
  throw new TypeError(`audience: expected a name, or a list of names, got ${got}`);
}

function checkAlgorithms({ keys, algorithms }: JwtOptions): readonly string[] {
  const possible: readonly string[] = "secret" in keys ? HMAC : PUBLIC;
  const chosen = algorithms ?? ("secret" in keys ? ["HS256"] : ["RS256", "ES256"]);
  const wrong = chosen.find((algorithm) => !possible.includes(algorithm));
  if (wrong !== undefined || chosen.length === 0) {
    throw new TypeError(
      `algorithms: expected some of ${possible.join(", ")} for these keys, got ${wrong ?? "none"}`,
    );
  }
  return chosen;
}

/** Three parts of base64url: anything else is somebody else's kind of token. */
function isJwt(token: string): boolean {
  return token.length <= MAX_TOKEN_LENGTH && /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);
}

interface ClaimNames {
  readonly userClaim: string;
  readonly deviceClaim: string;
  readonly appIdClaim: string;
}

function toIdentity(payload: JWTPayload, names: ClaimNames, expiresAtMs: number): Identity {
  const user = requireUser(payload[names.userClaim], `token: ${names.userClaim}`);
  const device = textClaim(payload, names.deviceClaim);
  const appId = textClaim(payload, names.appIdClaim);
  return {
    user,
    expiresAtMs,
    claims: payload,
    ...(device !== undefined && { device }),
    ...(appId !== undefined && { appId }),
  };
}

/** A bond that cannot be read is no reason to do without it. */
function textClaim(payload: JWTPayload, name: string): string | undefined {
  const claim = payload[name];
  if (claim === undefined || typeof claim === "string") return claim;
  throw unauthorized(`token: ${name}: expected a string`);
}

/** Says no in our words. jose's own texts name claims and algorithms, never the token. */
async function explain(verify: () => Promise<JWTVerifyResult>): Promise<JWTVerifyResult> {
  try {
    return await verify();
  } catch (error) {
    if (error instanceof RequestError) throw error;
    if (error instanceof errors.JWTExpired) {
      throw new RequestError("token-expired", false, "token: expired", { cause: error });
    }
    if (error instanceof errors.JWKSTimeout) throw unavailable(error);
    if (error instanceof errors.JWTClaimValidationFailed) {
      throw unauthorized(`token: ${error.claim} is not what it must be`, { cause: error });
    }
    if (error instanceof errors.JOSEAlgNotAllowed) {
      throw unauthorized("token: signed with an algorithm that is not allowed", { cause: error });
    }
    if (error instanceof errors.JOSEError && error.code === "ERR_JOSE_GENERIC") throw unavailable(error);
    throw unauthorized("token: not signed by who it must be", { cause: error });
  }
}

function unavailable(cause: unknown): RequestError {
  return new RequestError("unavailable", true, "jwksUrl: the keys could not be fetched", { cause });
}
