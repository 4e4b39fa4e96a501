import { generateKeyPairSync } from "node:crypto";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type JWK } from "jose";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { createJwtAuthenticate, type JwtAlgorithm, type JwtKeys } from "../../src/auth/jwt.js";
import { firstOf } from "../../src/auth/identity.js";
import { createManualClock } from "../broker/manual-clock.js";
import { handshakeOf } from "./handshakes.js";
import { startHttpOrigin, type HttpOrigin } from "./http-origin.js";

const SECRET = "0123456789abcdef0123456789abcdef";
const secret = new TextEncoder().encode(SECRET);
const clock = createManualClock();
const nowSeconds = Math.floor(clock.now() / 1000);

type Claims = Readonly<Record<string, unknown>>;
const good: Claims = { sub: "u1", aud: "push", exp: nowSeconds + 600, iss: "https://a.example" };

async function signHmac(claims: Claims, alg = "HS256", key: Uint8Array = secret): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader({ alg }).sign(key);
}

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("JWT", () => {
  const authenticate = createJwtAuthenticate({ keys: { secret: SECRET }, audience: "push", clock });
  const ask = async (token: string, device?: string) =>
    authenticate(handshakeOf(), device === undefined ? { token } : { token, device });

  it("knows the user of a good token", async () => {
    const token = await signHmac({ ...good, appid: "wx1234", role: "admin" });
    expect(await ask(token)).toEqual({
      user: "u1",
      appId: "wx1234",
      expiresAtMs: (nowSeconds + 600) * 1000,
      claims: { ...good, appid: "wx1234", role: "admin" },
    });
  });

  it.each(["", "ticket0123456789", "a.b", "a.b.c.d", "not a token", "\u0000.a.b"])(
    "leaves %j to others",
    async (token) => {
      expect(await ask(token)).toBeUndefined();
      expect(await authenticate(handshakeOf(), {})).toBeUndefined();
    },
  );

  it.each<[string, Claims]>([
    ["another audience", { ...good, aud: "pull" }],
    ["no audience", { ...good, aud: undefined }],
    ["no end", { ...good, exp: undefined }],
    ["an end too far away", { ...good, exp: nowSeconds + 3700 }],
    ["a beginning in the future", { ...good, nbf: nowSeconds + 60 }],
    ["no user", { ...good, sub: undefined }],
    ["an empty user", { ...good, sub: "" }],
    ["a user with a line break", { ...good, sub: "u1\r\nx: y" }],
    ["a user that would leave its place in a path or a channel", { ...good, sub: "u1*" }],
    ["a user that is no text", { ...good, sub: 7 }],
    ["a long user", { ...good, sub: "u".repeat(129) }],
  ])("refuses %s", async (_, claims) => {
    await expect(ask(await signHmac(claims))).rejects.toMatchObject({
      code: "unauthorized",
      retryable: false,
    });
  });

  it("says when a token has expired, but not before the clocks can be apart", async () => {
    await expect(ask(await signHmac({ ...good, exp: nowSeconds - 5 }))).rejects.toMatchObject({
      code: "token-expired",
    });
    expect(await ask(await signHmac({ ...good, exp: nowSeconds - 4 }))).toMatchObject({ user: "u1" });
  });

  it("refuses a token whose words were changed, and one that another key signed", async () => {
    const [head, body, signature] = (await signHmac(good)).split(".");
    const forged = `${head}.${base64url({ ...good, sub: "admin" })}.${signature}`;
    await expect(ask(forged)).rejects.toMatchObject({ code: "unauthorized" });
    await expect(ask(`${head}.${body}.`)).rejects.toMatchObject({ code: "unauthorized" });
    const other = await signHmac(good, "HS256", new TextEncoder().encode("x".repeat(32)));
    await expect(ask(other)).rejects.toMatchObject({ code: "unauthorized" });
  });

  it.each(["none", "None", "NONE", "nOnE"])("refuses alg %s, with and without a signature", async (alg) => {
    const head = base64url({ alg, typ: "JWT" });
    for (const signature of ["", "AAAA"]) {
      await expect(ask(`${head}.${base64url(good)}.${signature}`)).rejects.toMatchObject({
        code: "unauthorized",
      });
    }
  });

  it("refuses algorithms that it was not told to take", async () => {
    await expect(ask(await signHmac(good, "HS512", new Uint8Array(64)))).rejects.toThrow(
      "token: signed with an algorithm that is not allowed",
    );
  });

  it("refuses garbage in the form of a token", async () => {
    for (const token of ["a.b.c", "e30.e30.e30", `${base64url({ alg: "HS256" })}.${"A".repeat(100)}.AAAA`]) {
      await expect(ask(token)).rejects.toMatchObject({ code: "unauthorized" });
    }
    expect(await ask(`${"a".repeat(8000)}.${"b".repeat(200)}.c`)).toBeUndefined();
  });

  it("takes a token that is bound to a device from that device alone", async () => {
    const token = await signHmac({ ...good, device: "d1" });
    expect(await ask(token, "d1")).toMatchObject({ device: "d1" });
    await expect(ask(token, "d2")).rejects.toThrow("token: bound to another device");
    await expect(ask(token)).rejects.toThrow("token: bound to another device");
    const odd = await signHmac({ ...good, device: 1 });
    await expect(ask(odd, "1")).rejects.toThrow("token: device: expected a string");
    await expect(ask(odd)).rejects.toThrow("token: device: expected a string");
  });

  it("refuses what was called back, and another issuer", async () => {
    const strict = createJwtAuthenticate({
      keys: { secret },
      audience: ["other", "push"],
      issuer: "https://a.example",
      clock,
      isRevoked: async ({ jti }) => jti === "bad",
    });
    const askStrict = async (claims: Claims) => strict(handshakeOf(), { token: await signHmac(claims) });
    expect(await askStrict({ ...good, jti: "fine" })).toMatchObject({ user: "u1" });
    await expect(askStrict({ ...good, jti: "bad" })).rejects.toThrow("token: revoked");
    await expect(askStrict({ ...good, iss: "https://b.example" })).rejects.toThrow("token: iss is not");
  });

  it("never has the token in an error", async () => {
    const token = await signHmac({ ...good, aud: "pull" });
    const error: unknown = await (async () => ask(token))().catch((reason: unknown) => reason);
    expect(String(error)).not.toContain(token.slice(0, 20));
    expect(JSON.stringify(error)).not.toContain(token.split(".")[2]);
  });

  describe("with public keys", () => {
    let rsa: Awaited<ReturnType<typeof generateKeyPair>>;
    let ec: Awaited<ReturnType<typeof generateKeyPair>>;
    let rsaPem: string;

    beforeAll(async () => {
      rsa = await generateKeyPair("RS256", { extractable: true });
      ec = await generateKeyPair("ES256", { extractable: true });
      rsaPem = await exportSPKI(rsa.publicKey);
    });

    const sign = async (alg: string, key: CryptoKey, kid?: string) =>
      new SignJWT({ ...good }).setProtectedHeader(kid === undefined ? { alg } : { alg, kid }).sign(key);

    const jwk = async (key: CryptoKey, kid: string, alg: string): Promise<JWK> => ({
      ...(await exportJWK(key)),
      kid,
      alg,
      use: "sig",
    });

    it("verifies RS256 with PEM and ES256 with JWKS", async () => {
      const byPem = createJwtAuthenticate({ keys: { publicKey: rsaPem }, audience: "push", clock });
      expect(await byPem(handshakeOf(), { token: await sign("RS256", rsa.privateKey) })).toMatchObject({
        user: "u1",
      });
      await expect(
        (async () => byPem(handshakeOf(), { token: await sign("ES256", ec.privateKey) }))(),
      ).rejects.toMatchObject({ code: "unauthorized" });

      const keys: JwtKeys = {
        jwks: { keys: [await jwk(ec.publicKey, "e1", "ES256"), await jwk(rsa.publicKey, "r1", "RS256")] },
      };
      const bySet = createJwtAuthenticate({ keys, audience: "push", clock });
      expect(await bySet(handshakeOf(), { token: await sign("ES256", ec.privateKey, "e1") })).toMatchObject({
        user: "u1",
      });
      expect(await bySet(handshakeOf(), { token: await sign("RS256", rsa.privateKey, "r1") })).toMatchObject({
        user: "u1",
      });
      await expect(
        (async () => bySet(handshakeOf(), { token: await sign("RS256", rsa.privateKey, "r2") }))(),
      ).rejects.toMatchObject({ code: "unauthorized" });
    });

    it("is not confused: a public key is no secret", async () => {
      const publicBytes = new TextEncoder().encode(rsaPem);
      const forged = await signHmac(good, "HS256", publicBytes);
      const keySets: JwtKeys[] = [
        { publicKey: rsaPem },
        { jwks: { keys: [await jwk(rsa.publicKey, "r1", "RS256")] } },
      ];
      for (const keys of keySets) {
        const byPublic = createJwtAuthenticate({ keys, audience: "push", clock });
        await expect((async () => byPublic(handshakeOf(), { token: forged }))()).rejects.toMatchObject({
          code: "unauthorized",
        });
      }
    });

    it.each<[string, JwtKeys, readonly string[] | undefined]>([
      ["HMAC with a public key", { jwks: { keys: [] } }, ["HS256"]],
      ["RSA with a secret", { secret }, ["RS256"]],
      ["none", { secret }, ["none"]],
      ["no algorithm", { secret }, []],
      ["a short secret", { secret: "short" }, undefined],
      ["a public key as secret", { secret: "-----BEGIN PUBLIC KEY-----\n0123456789abcdef" }, undefined],
      ["keys from an open network", { jwksUrl: "http://keys.example/jwks.json" }, undefined],
      ["keys from a file", { jwksUrl: "file:///etc/keys" }, undefined],
    ])("refuses to be set up with %s", (_, keys, algorithms) => {
      expect(() =>
        createJwtAuthenticate({
          keys,
          audience: "push",
          ...(algorithms !== undefined && { algorithms: algorithms as readonly JwtAlgorithm[] }),
        }),
      ).toThrow(/expected/);
    });

    it("refuses to be set up without an audience, or with what is no public key", () => {
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
      expect(() => createJwtAuthenticate({ keys: { publicKey: pem }, audience: "push" })).toThrow(
        "publicKey: expected a public key, got a private one",
      );
      expect(() => createJwtAuthenticate({ keys: { publicKey: "nonsense" }, audience: "push" })).toThrow(
        "publicKey: expected a public key in PEM",
      );
      expect(() => createJwtAuthenticate({ keys: { jwksUrl: "keys" }, audience: "push" })).toThrow(
        "jwksUrl: expected an address",
      );
      expect(() =>
        createJwtAuthenticate({ keys: { secret }, audience: ["a", 5 as unknown as string] }),
      ).toThrow("audience: expected a name, or a list of names, got 5");
      expect(() => createJwtAuthenticate({ keys: { secret }, audience: "" })).toThrow(
        "audience: expected a name",
      );
      expect(() => createJwtAuthenticate({ keys: { secret }, audience: [] })).toThrow(
        "audience: expected a name",
      );
    });

    describe("from a URL", () => {
      let issuer: HttpOrigin | undefined;
      let served: { keys: JWK[] } | undefined;
      let requests = 0;

      afterEach(async () => {
        await issuer?.close();
        issuer = undefined;
      });

      async function serve(): Promise<string> {
        requests = 0;
        issuer = await startHttpOrigin((_, response) => {
          requests++;
          if (served === undefined) response.writeHead(500);
          else response.setHeader("content-type", "application/json");
          response.end(JSON.stringify(served ?? {}));
        });
        return `${issuer.url}/jwks.json`;
      }

      it("fetches the keys once for many tokens", async () => {
        served = { keys: [await jwk(ec.publicKey, "e1", "ES256")] };
        const byUrl = createJwtAuthenticate({ keys: { jwksUrl: await serve() }, audience: "push", clock });
        const token = await sign("ES256", ec.privateKey, "e1");
        const all = await Promise.all(
          Array.from({ length: 20 }, async () => byUrl(handshakeOf(), { token })),
        );
        expect(all.every((identity) => identity?.user === "u1")).toBe(true);
        expect(requests).toBe(1);
      });

      it("says that it could not ask when the keys cannot be had", async () => {
        served = undefined;
        const jwksUrl = await serve();
        const byUrl = createJwtAuthenticate({ keys: { jwksUrl }, audience: "push", clock });
        const token = await sign("ES256", ec.privateKey, "e1");
        const attempt = async () => byUrl(handshakeOf(), { token });
        await expect(attempt()).rejects.toMatchObject({ code: "unavailable", retryable: true });
        await issuer?.close();
        issuer = undefined;
        await expect(attempt()).rejects.toMatchObject({ code: "unavailable", retryable: true });
      });
    });
  });

  it("is one of several", async () => {
    const both = firstOf(authenticate, (_, { token }) =>
      token === "dev" ? { user: "developer" } : undefined,
    );
    expect(await both(handshakeOf(), { token: "dev" })).toEqual({ user: "developer" });
    expect(await both(handshakeOf(), { token: await signHmac(good) })).toMatchObject({ user: "u1" });
    expect(await both(handshakeOf(), { token: "else" })).toBeUndefined();
    await expect((async () => both(handshakeOf(), { token: "a.b.c" }))()).rejects.toMatchObject({
      code: "unauthorized",
    });
  });
});
