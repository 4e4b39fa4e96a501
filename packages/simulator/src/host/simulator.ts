import { randomBytes, timingSafeEqual } from "node:crypto";
import { EventEmitter } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { join, resolve } from "node:path";
import type { Duplex } from "node:stream";
import { createNodeTransport } from "@weapp-socket/runtime";
import { createCompiler, type Compiler } from "../compiler/compiler.js";
import { TOURIST_APP_ID } from "../compiler/project-config.js";
import { objectAt } from "../compiler/tolerant-json.js";
import type { Scenario } from "../faults/scenario.js";
import type { Program, ProgramFiles } from "../program.js";
import { acceptRelay } from "../relay/host/accept.js";
import { RelaySession, type CallHandler } from "../relay/host/relay-session.js";
import { RELAY_PATH, TOKEN_PARAMETER } from "../relay/relay-message.js";
import type { UrlMapping } from "../url-rule.js";
import { EDITOR_PATH, TOKEN_HEADER } from "./editor-request.js";
import { answerEditor, type OpenInEditor } from "./editor-route.js";
import { createFileCalls } from "./file-calls.js";
import { FileStore } from "./file-store.js";
import { createHttpCalls } from "./http-calls.js";
import { ListenError } from "./listen-error.js";
import { ProgramWatcher } from "./program-watcher.js";
import { isLoopback, refuseAction, refuseRequest } from "./request-guard.js";
import { answer, sendText, type RouteSources } from "./routes.js";
import type { SessionInfo } from "./session-info.js";
import type { SimulatorEvents } from "./simulator-events.js";

export interface SimulatorOptions {
  /** Folder of a mini program, or of a project whose project.config.json names its `miniprogramRoot`. */
  readonly dir: string;
  /** Addresses that begin with `from` lead to `to`, for sockets and requests. Default: none. */
  readonly map?: readonly UrlMapping[];
  /** Faults to play from the start of every page (`parseScenario` reads a file of them). Default: none. */
  readonly scenario?: Scenario;
  /** How sockets behave: as on phones, or as in WeChat DevTools. Default: "device". */
  readonly profile?: SessionInfo["profile"];
  /** Shows files of the program in an editor; asked for by the inspector, and only while listening on a loopback address. Default: nobody does. */
  readonly openInEditor?: OpenInEditor;
  /** Hears what goes wrong inside the host itself. Default: nobody. */
  readonly logger?: SimulatorLogger;
}

export interface SimulatorLogger {
  warn(message: string): void;
}

export interface ListenOptions {
  /** Default: 3100. 0: any free one. */
  readonly port?: number;
  /** Default: "127.0.0.1". On any other address everyone who reaches it can run the program and use its sockets. */
  readonly host?: string;
}

/** The simulator of one mini program: compiles and watches its folder, serves its pages, carries their sockets. */
export interface Simulator {
  /**
   * Compiles, then listens. Rejects with a `ListenError`; a program with errors is served with its diagnostics.
   *
   * @returns the address to open in a browser: "http://127.0.0.1:3100"
   */
  listen(options?: ListenOptions): Promise<{ readonly url: string }>;
  /** Ends every page's relay with its sockets, stops listening and watching. */
  close(): Promise<void>;
  on<Name extends keyof SimulatorEvents>(
    name: Name,
    listener: (...args: SimulatorEvents[Name]) => void,
  ): this;
  off<Name extends keyof SimulatorEvents>(
    name: Name,
    listener: (...args: SimulatorEvents[Name]) => void,
  ): this;
}

const DEFAULT_PORT = 3100;
const LOOPBACK = "127.0.0.1";
const WRONG_TOKEN = "the token is not that of this start";
/** src/host and dist/host stand equally deep. */
const PAGES_DIRECTORY = join(import.meta.dirname, "../../dist");

/** Does nothing until `listen`. */
export function createSimulator(options: SimulatorOptions): Simulator {
  return new HttpSimulator(options);
}

class HttpSimulator extends EventEmitter<SimulatorEvents> implements Simulator {
  readonly #compiler: Compiler;
  readonly #watcher: ProgramWatcher;
  readonly #logger: SimulatorLogger | undefined;
  readonly #token = randomBytes(24).toString("base64url");
  readonly #map: readonly UrlMapping[];
  readonly #profile: SessionInfo["profile"];
  readonly #scenario: Scenario | null;
  readonly #sources: RouteSources;
  readonly #openInEditor: OpenInEditor | undefined;
  readonly #transport = createNodeTransport();
  readonly #calls: ReadonlyMap<string, CallHandler>;
  readonly #relays = new Set<RelaySession>();
  readonly #sockets = new Set<Socket>();
  #files: ProgramFiles | undefined;
  #server: Server | undefined;
  #hostName = LOOPBACK;
  #isLoopback = false;

  constructor({ dir, map = [], profile = "device", scenario, openInEditor, logger }: SimulatorOptions) {
    super();
    this.#compiler = createCompiler(resolve(dir));
    this.#watcher = new ProgramWatcher(this.#compiler, (files) => this.#take(files));
    this.#logger = logger;
    this.#calls = new Map([...createHttpCalls(), ...createFileCalls(() => this.#store(resolve(dir)))]);
    this.#map = map;
    this.#profile = profile;
    this.#scenario = scenario ?? null;
    this.#openInEditor = openInEditor;
    this.#sources = {
      files: () => this.#files!,
      locate: (path) => this.#compiler.locate(path),
      session: () => this.#session(),
      pagesDirectory: PAGES_DIRECTORY,
    };
  }

  async listen({ port = DEFAULT_PORT, host = LOOPBACK }: ListenOptions = {}): Promise<{
    readonly url: string;
  }> {
    if (this.#server !== undefined) throw new Error("the simulator listens already");
    this.#hostName = host;
    const server = createServer((request, response) => this.#request(request, response));
    this.#server = server;
    server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    try {
      await startListening(server, port, host);
      this.#take(await this.#watcher.start());
    } catch (error) {
      this.#server = undefined;
      throw error;
    }
    const { address, port: actual, family } = server.address() as AddressInfo;
    this.#isLoopback = isLoopback(address);
    return { url: `http://${family === "IPv6" ? `[${address}]` : address}:${actual}` };
  }

  async close(): Promise<void> {
    this.#watcher.close();
    for (const relay of this.#relays) relay.closed();
    this.#relays.clear();
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    await new Promise<void>((done) => {
      server.close(() => done());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  #take(files: ProgramFiles): void {
    const before = this.#files?.program;
    this.#files = files;
    const { program } = files;
    if (program.version !== before?.version) this.emit("program", program);
    const changed = JSON.stringify(program.diagnostics) !== JSON.stringify(before?.diagnostics ?? []);
    if (changed) this.emit("diagnostics", program.diagnostics);
    if (before === undefined || program.version === before.version) return;
    for (const relay of this.#relays) relay.tell(this.#programMessage());
  }

  /** Each appid keeps its own, as on a phone; beside the program, where its author finds and removes it. */
  #store(dir: string): FileStore {
    const { appId } = this.#files!.program;
    return new FileStore(join(dir, ".weapp-socket", "files", appId.replaceAll(/[^\w-]/gu, "_")));
  }

  #session(): SessionInfo {
    const { domains, map } = this.#compiler.settings;
    return {
      token: this.#token,
      // What was asked for at the start comes before what the file says.
      map: [...this.#map, ...map],
      profile: this.#profile,
      urlCheck: domains !== null && asksForUrlCheck(this.#files!.program),
      domains: domains ?? { request: [], socket: [], uploadFile: [], downloadFile: [] },
      scenario: this.#scenario,
      hasEditor: this.#openInEditor !== undefined && this.#isLoopback,
      localNetworks: localNetworks(),
    };
  }

  #programMessage(): {
    type: "program";
    version: number;
    diagnostics: ProgramFiles["program"]["diagnostics"];
  } {
    const { version, diagnostics } = this.#files!.program;
    return { type: "program", version, diagnostics };
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    const refusal = refuseRequest(request.headers, this.#hostName);
    if (refusal !== null) return sendText(request, response, 403, `${refusal}\n`);
    if (this.#files === undefined) {
      response.setHeader("retry-after", "1");
      return sendText(request, response, 503, "the program is being compiled\n");
    }
    this.#answer(request, response).catch((error: unknown) => {
      this.#logger?.warn(`${request.url}: ${String(error)}`);
      if (response.headersSent) response.destroy();
      else sendText(request, response, 500, "the simulator failed here\n");
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isForEditor = request.method === "POST" && request.url?.split("?", 1)[0] === EDITOR_PATH;
    const open = this.#isLoopback ? this.#openInEditor : undefined;
    if (!isForEditor || open === undefined) return answer(this.#sources, request, response);
    const refusal = refuseAction(request.headers, this.#hostName) ?? this.#refuseToken(request);
    if (refusal !== null) return sendText(request, response, 403, `${refusal}\n`);
    const locate = (file: string): string | null => this.#compiler.locateSource(file);
    return answerEditor({ open, locate, sendText }, request, response);
  }

  #refuseToken({ headers }: IncomingMessage): string | null {
    const token = headers[TOKEN_HEADER];
    return typeof token === "string" && sameText(token, this.#token) ? null : WRONG_TOKEN;
  }

  #refuseRelay(target: string): string | null {
    const [path = "", query = ""] = target.split("?", 2);
    if (path !== RELAY_PATH) return "there is no WebSocket here";
    const token = new URLSearchParams(query).get(TOKEN_PARAMETER) ?? "";
    return sameText(token, this.#token) ? null : WRONG_TOKEN;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = refuseAction(request.headers, this.#hostName) ?? this.#refuseRelay(request.url ?? "");
    if (refusal !== null) {
      this.#logger?.warn(`relay refused: ${refusal}`);
      socket.end(
        `HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n${refusal}\n`,
      );
      return;
    }
    acceptRelay(request, socket as Socket, head, (relaySocket) => {
      const relay = new RelaySession(relaySocket, { transport: this.#transport, calls: this.#calls });
      this.#relays.add(relay);
      return {
        text: (text) => relay.text(text),
        binary: (frame) => relay.binary(frame),
        closed: () => {
          relay.closed();
          this.#relays.delete(relay);
        },
      };
    });
  }
}

/** A program without an appid of its own has no lists, and DevTools checks nothing. */
function asksForUrlCheck({ appId, project }: Program): boolean {
  return appId !== TOURIST_APP_ID && objectAt(project, "setting")["urlCheck"] === true;
}

function localNetworks(): SessionInfo["localNetworks"] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.flatMap(({ family, internal, address, netmask }) =>
      family === "IPv4" && !internal ? [{ address, netmask }] : [],
    ),
  );
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function startListening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((done, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(new ListenError(error.code === "EADDRINUSE" ? "port-in-use" : "address", host, port, error));
    });
    server.listen(port, host, () => done());
  });
}
