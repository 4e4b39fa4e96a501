import { createHash } from "node:crypto";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { frame, FrameScanner } from "./scripted-frames.js";
import { headLines, type Script, type Seen, type ServerView, type Step } from "./suites/script.js";

export interface ScriptPlayer extends ServerView {
  close(): Promise<void>;
}

interface Session extends Seen {
  head: string;
  messages: Array<string | readonly number[]>;
  close: { code: number | undefined; reason: string } | undefined;
  ended: boolean;
}

/**
 * A WebSocket server that does what the address of each connection tells it to, mistakes included. It stands on
 * node:net alone, so that it proves our wire rather than repeating it. On 127.0.0.1, any port.
 */
export async function openScriptPlayer(tls?: { key: string; cert: string }): Promise<ScriptPlayer> {
  const sessions = new Map<string, Session>();
  const sockets = new Set<Socket>();
  const watchers = new Set<() => void>();
  const changed = (): void => {
    for (const watch of watchers) watch();
  };

  function sessionOf(id: string): Session {
    let session = sessions.get(id);
    if (session === undefined) {
      session = { head: "", messages: [], close: undefined, ended: false };
      sessions.set(id, session);
    }
    return session;
  }

  function accept(socket: Socket): void {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    let text = "";
    const readHead = (chunk: Buffer): void => {
      text += chunk.toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) return;
      socket.off("data", readHead);
      const head = Buffer.from(text.slice(0, end), "latin1").toString("utf8");
      const query = new URL(head.split(" ")[1] ?? "/", "http://a").searchParams;
      const session = sessionOf(query.get("id") ?? "");
      session.head = head;
      changed();
      const rest = Buffer.from(text.slice(end + 4), "latin1");
      void play(socket, session, JSON.parse(query.get("script") ?? "{}") as Script, changed, rest);
    };
    socket.on("data", readHead);
  }

  const server: Server = tls === undefined ? createServer(accept) : createTlsServer(tls, accept);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;

  function isEnough(id: string, what: "head" | "message" | "close" | "end", count: number): boolean {
    const session = sessionOf(id);
    if (what === "head") return session.head !== "";
    if (what === "message") return session.messages.length >= count;
    return what === "close" ? session.close !== undefined : session.ended;
  }

  return {
    base: `${tls === undefined ? "ws" : "wss"}://127.0.0.1:${port}`,
    seen: (id, what, count = 1) =>
      new Promise((resolve) => {
        const watch = (): void => {
          if (!isEnough(id, what, count)) return;
          watchers.delete(watch);
          resolve(structuredClone(sessionOf(id)));
        };
        watchers.add(watch);
        watch();
      }),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

/** `rest`: what the client sent behind its request. */
async function play(
  socket: Socket,
  session: Session,
  script: Script,
  changed: () => void,
  rest: Uint8Array,
): Promise<void> {
  const steps = [...(script.steps ?? [])];
  const saidClose = steps.some((step) => "close" in step);
  let echoes = false;
  const scanner = new FrameScanner({
    message(data) {
      session.messages.push(data);
      if (echoes) socket.write(frame(data));
      changed();
    },
    ping: (payload) => void socket.write(frame(payload, 0xa)),
    close(code, reason, payload) {
      session.close = { code, reason };
      changed();
      if (saidClose) socket.end();
      else if (script.ignoreClose !== true) socket.end(frame(payload, 0x8));
    },
  });
  socket.on("data", (chunk) => scanner.push(chunk));
  scanner.push(rest);
  const ended = (): void => {
    session.ended = true;
    changed();
  };
  socket.on("end", ended);
  socket.on("close", ended);

  const refuse = refusalOf(script);
  if (refuse !== undefined) return refuse(socket);

  let first: Buffer = Buffer.from(answerHead(session.head, script));
  while (steps[0] !== undefined && isGlued(steps[0])) first = Buffer.concat([first, bytesOf(steps.shift()!)]);
  if (script.slow === true) {
    for (const byte of first) {
      socket.write(Uint8Array.of(byte));
      await nextTurn();
    }
  } else socket.write(first);

  for (const step of steps) {
    if ("echo" in step) echoes = true;
    else if ("waitMs" in step) await pause(step.waitMs);
    else if ("awaitMessages" in step) {
      while (session.messages.length < step.awaitMessages && !session.ended) await nextTurn();
    } else if ("end" in step) socket.end();
    else if ("reset" in step) socket.resetAndDestroy();
    else socket.write(bytesOf(step));
  }
}

const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

function refusalOf(script: Script): ((socket: Socket) => void) | undefined {
  const { answer } = script;
  if (answer === undefined) return undefined;
  if (answer === "nothing") return () => undefined;
  if (answer === "reset") return (socket) => void socket.resetAndDestroy();
  if (answer === "end") return (socket) => void socket.end();
  if (answer === "garbage") return (socket) => void socket.end("220 mail.example ESMTP\r\n\r\n");
  const lines = (script.headers ?? []).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return (socket) => void socket.end(`HTTP/1.1 ${answer} No\r\nContent-Length: 0\r\n${lines}\r\n`);
}

function answerHead(requestHead: string, script: Script): string {
  const request = headLines(requestHead);
  const key = script.wrongAccept === true ? "another" : (request["sec-websocket-key"] ?? "");
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const offered = request["sec-websocket-protocol"]?.split(",")[0]?.trim();
  const protocol = script.protocol === undefined ? offered : script.protocol;
  const lines: Array<readonly [string, string]> = [
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Accept", accept],
    ...(protocol === undefined || protocol === null ? [] : [["Sec-WebSocket-Protocol", protocol] as const]),
    ...(script.headers ?? []),
  ];
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `HTTP/1.1 101 Switching Protocols\r\n${head}\r\n`;
}

const isGlued = (step: Step): boolean => "send" in step || "sendLetters" in step || "close" in step;

function bytesOf(step: Step): Buffer {
  if ("send" in step) return frame(step.send);
  if ("sendLetters" in step) return frame("x".repeat(step.sendLetters));
  if (!("close" in step)) return Buffer.alloc(0);
  const [code, reason = ""] = step.close;
  if (code === undefined) return frame([], 0x8);
  return frame([code >> 8, code & 0xff, ...Buffer.from(reason)], 0x8);
}
