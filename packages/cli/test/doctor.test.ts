import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsOptions } from "node:tls";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import { runCli } from "./cli-process.js";

interface Check {
  readonly id: string;
  readonly outcome: string;
  readonly text: string;
  readonly advice?: string;
}

interface Diagnosis {
  readonly code: number | null;
  readonly checks: Readonly<Record<string, Check>>;
  readonly outcomes: Readonly<Record<string, string>>;
}

async function doctor(args: readonly string[], env: Record<string, string> = {}): Promise<Diagnosis> {
  const { code, out, err } = await runCli(["doctor", ...args, "--json"], { env });
  expect(err).toBe("");
  const events = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Check & { event: string });
  expect(events.at(-1)!.event).toBe("examined");
  const checks = Object.fromEntries(events.slice(0, -1).map((check) => [check.id, check]));
  const outcomes = Object.fromEntries(Object.values(checks).map(({ id, outcome }) => [id, outcome]));
  return { code, checks, outcomes };
}

async function listening(server: Server): Promise<number> {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => open.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const answering =
  (status: number, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, headers).end("no");

test("a good server on this machine: nothing failed, and what a release would refuse is said", async () => {
  const http = createHttpServer();
  const seen: Record<string, unknown>[] = [];
  new WebSocketServer({ server: http }).on("connection", (_socket, request) => seen.push(request.headers));
  const url = `ws://127.0.0.1:${await listening(http)}/path?a=1`;
  const { code, outcomes } = await doctor([url, "--appid", "wx0123", "--header", "Authorization: Bearer t"]);
  expect({ code, outcomes }).toEqual({
    code: 0,
    outcomes: {
      scheme: "warn",
      host: "warn",
      port: "warn",
      dns: "ok",
      tcp: "ok",
      upgrade: "ok",
      ping: "ok",
      close: "ok",
      subprotocol: "ok",
    },
  });
  expect(seen[0]).toMatchObject({
    referer: "https://servicewechat.com/wx0123/0/page-frame.html",
    origin: `http://${new URL(url).host}`,
    authorization: "Bearer t",
  });
  expect(seen[0]).not.toHaveProperty("sec-websocket-protocol");
  expect(seen[1]).toMatchObject({ "sec-websocket-protocol": "protocol1" });
});

test("for people: a line a check, and the sum", async () => {
  const { code, out } = await runCli(["doctor", "ws://127.0.0.1:1"]);
  expect(code).toBe(1);
  expect(out).toMatch(
    /^ {2}FAIL {2}tcp +cannot connect to 127\.0\.0\.1 port 1 \(ECONNREFUSED\)\n +nothing listens there/m,
  );
  expect(out).toMatch(/\n1 ok, 3 warnings, 1 failed\n$/);
});

test.each([
  [
    301,
    { location: "https://elsewhere.example/" },
    "the answer is 301 Moved Permanently, to https://elsewhere.example/",
    "follows no redirect",
  ],
  [403, {}, "the answer is 403 Forbidden", "Referer"],
  [404, {}, "the answer is 404 Not Found", "check the path"],
  [502, {}, "the answer is 502 Bad Gateway", "behind it"],
  [200, {}, "the answer is 200 OK", "proxy_set_header Upgrade"],
])("an answer of %i", async (status, headers, text, advice) => {
  const port = await listening(createHttpServer(answering(status, headers)));
  const { code, checks } = await doctor([`ws://127.0.0.1:${port}`]);
  expect(code).toBe(1);
  expect(checks["upgrade"]).toMatchObject({ outcome: "fail", text });
  expect(checks["upgrade"]!.advice).toContain(advice);
  expect(checks["upgrade"]!.advice).toContain("_code:20,_msg:Invalid HTTP status.");
  expect(checks).not.toHaveProperty("ping");
});

test.each([
  [
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "a 101 that is none: Sec-WebSocket-Accept",
  ],
  ["SSH-2.0-OpenSSH_9.2p1\r\n\r\n", "no HTTP answer: status line"],
  ["", "the server ended the connection without an answer"],
])("an answer of %j", async (answer, text) => {
  const port = await listening(
    createTcpServer((socket) => socket.once("data", () => void socket.end(answer))),
  );
  const { checks } = await doctor([`ws://127.0.0.1:${port}`]);
  expect(checks["upgrade"]).toMatchObject({ outcome: "fail", text: expect.stringContaining(text) as string });
});

test("a server that leaves offered subprotocols unanswered, and one that ends the connection while it is idle", async () => {
  const http = createHttpServer();
  const server = new WebSocketServer({ server: http, handleProtocols: () => false });
  // It ends the connection once the ping is answered, as a proxy ends an idle one.
  server.on("connection", (socket) =>
    socket.on("ping", () => setTimeout(() => socket.close(1001, "idle"), 50)),
  );
  const { code, checks } = await doctor([`ws://127.0.0.1:${await listening(http)}`, "--idle", "5"]);
  expect(code).toBe(1);
  expect(checks["idle"]).toMatchObject({
    outcome: "fail",
    text: "the server ended the connection: 1001 idle",
  });
  expect(checks["subprotocol"]).toMatchObject({ outcome: "warn" });
});

test("a name without an address", async () => {
  const { code, checks } = await doctor(["wss://no-such-host.invalid/"]);
  expect(code).toBe(1);
  expect(checks["dns"]).toMatchObject({
    outcome: "fail",
    text: expect.stringContaining("has no address") as string,
  });
  expect(checks["scheme"]).toMatchObject({ outcome: "ok" });
});

test.each([
  ["ws://api.weixin.qq.com/", "host", "fail"],
  ["ws://user:secret@127.0.0.1:1/", "credentials", "fail"],
  ["ws://127.0.0.1:1/#part", "fragment", "warn"],
  ["ws://intranet.invalid:1/", "port", "warn"],
])("the address %s: %s is a %s", async (url, id, outcome) => {
  const { outcomes } = await doctor([url]);
  expect(outcomes[id]).toBe(outcome);
});

describe("TLS", () => {
  let dir: string;
  const file = (name: string): string => join(dir, name);
  const pem = (...names: string[]): string =>
    names.map((name) => readFileSync(file(`${name}.crt`), "utf8")).join("");
  const openssl = (...args: string[]): void =>
    void execFileSync("openssl", args, { stdio: "pipe", cwd: dir });

  /** A key and a certificate for `name`, signed by `issuer` or by itself. */
  function certify(
    id: string,
    name: string,
    issuer: string | undefined,
    extensions: string,
    days = "30",
  ): void {
    writeFileSync(file(`${id}.ext`), extensions);
    openssl(
      "req",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-subj",
      `/O=Test/CN=${name}`,
      "-keyout",
      `${id}.key`,
      "-out",
      `${id}.csr`,
    );
    const signer =
      issuer === undefined
        ? ["-key", `${id}.key`]
        : ["-CA", `${issuer}.crt`, "-CAkey", `${issuer}.key`, "-CAcreateserial"];
    openssl(
      "x509",
      "-req",
      "-in",
      `${id}.csr`,
      ...signer,
      "-days",
      days,
      "-extfile",
      `${id}.ext`,
      "-out",
      `${id}.crt`,
    );
  }

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "weapp-socket-doctor-"));
    const authority = "basicConstraints=critical,CA:TRUE";
    certify("root", "Root", undefined, authority);
    certify("middle", "Middle", "root", authority);
    certify("good", "localhost", "middle", "subjectAltName=DNS:localhost");
    certify("soon", "localhost", "root", "subjectAltName=DNS:localhost", "5");
    certify("expired", "localhost", "root", "subjectAltName=DNS:localhost", "-1");
    certify("other", "other.example", "root", "subjectAltName=DNS:other.example");
    certify("own", "localhost", undefined, "subjectAltName=DNS:localhost");
  });

  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  async function diagnose(options: TlsOptions): Promise<Diagnosis> {
    const https = createHttpsServer(options);
    const server = new WebSocketServer({ server: https });
    onTestFinished(() => server.close());
    return doctor([`wss://localhost:${await listening(https)}`], { NODE_EXTRA_CA_CERTS: file("root.crt") });
  }
  const served = (id: string, ...chain: string[]): TlsOptions => ({
    key: readFileSync(file(`${id}.key`)),
    cert: pem(id, ...chain),
  });

  test("a whole chain of known authority", async () => {
    const { code, outcomes, checks } = await diagnose(served("good", "middle"));
    expect(code).toBe(0);
    expect(outcomes).toMatchObject({
      scheme: "ok",
      "tls-version": "ok",
      "certificate-chain": "ok",
      "certificate-name": "ok",
      "certificate-dates": "ok",
      "tls-1.2": "ok",
      upgrade: "ok",
      subprotocol: "ok",
    });
    expect(checks["tls-version"]!.text).toBe("TLS 1.3");
    expect(checks["certificate-dates"]!.text).toBe("29 days left");
  });

  test.each([
    ["without the intermediate", () => served("good"), "certificate-chain", "fail", "fullchain.pem"],
    ["signed by itself", () => served("own"), "certificate-chain", "fail", "public authority"],
    ["expired", () => served("expired"), "certificate-dates", "fail", "renew it"],
    ["about to expire", () => served("soon"), "certificate-dates", "warn", "renew it now"],
    ["for another name", () => served("other"), "certificate-name", "fail", "names this host"],
    [
      "with TLS 1.3 alone",
      () => ({ ...served("good", "middle"), minVersion: "TLSv1.3" as const }),
      "tls-1.2",
      "warn",
      "TLSv1.2",
    ],
  ])("%s: only that is amiss", async (_name, options, id, outcome, advice) => {
    const { code, checks, outcomes } = await diagnose(options());
    expect(checks[id]).toMatchObject({ outcome, advice: expect.stringContaining(advice) as string });
    expect(code).toBe(outcome === "fail" ? 1 : 0);
    const amiss = Object.keys(outcomes).filter(
      (name) => outcomes[name] !== "ok" && !["host", "port"].includes(name),
    );
    expect(amiss).toEqual([id]);
    expect(outcomes["upgrade"]).toBe("ok");
  });

  test("a port that speaks no TLS", async () => {
    const port = await listening(createHttpServer());
    const { code, outcomes } = await doctor([`wss://localhost:${port}`]);
    expect(code).toBe(1);
    expect(outcomes["tls"]).toBe("fail");
  });
});
