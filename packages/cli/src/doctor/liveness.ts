import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { encodeClosePayload, encodeFrame, FrameReader, OPCODE, type Opcode } from "@weapp-socket/wire";
import { type Check, fail, ok, warn } from "./check.js";
import { since } from "./dial.js";

/** An open connection as far as a doctor needs it: it answers pings as WeChat does, and drops messages. */
export class PatientSocket {
  readonly #socket: Socket;
  readonly #reader = new FrameReader({ role: "client", maxMessageBytes: 16 * 1024 * 1024 });
  #heard: (what: Heard) => void = () => undefined;
  #ended: Extract<Heard, { type: "end" }> | undefined;

  constructor(socket: Socket, rest: Buffer) {
    this.#socket = socket;
    const end = (code: number, reason: string): void => {
      this.#ended ??= { type: "end", code, reason };
      this.#heard(this.#ended);
    };
    const sink = {
      message: () => undefined,
      ping: (bytes: Uint8Array, from: number, to: number) => this.send(OPCODE.pong, bytes.slice(from, to)),
      pong: () => this.#heard({ type: "pong" }),
      close: end,
    };
    const read = (chunk: Buffer): void => {
      try {
        this.#reader.push(chunk, sink);
      } catch (error) {
        end(1006, (error as Error).message);
        socket.destroy();
      }
    };
    socket.on("data", read);
    socket.on("error", (error) => end(1006, error.message));
    socket.on("close", () => end(1006, "the connection was cut"));
    if (rest.length > 0) read(rest);
    socket.resume();
  }

  send(opcode: Opcode, payload: Uint8Array): void {
    this.#socket.write(encodeFrame(opcode, payload, randomBytes(4).readUInt32BE()));
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** The first thing of this kind that is heard, the end, or undefined where neither comes in time. */
  wait(type: Heard["type"], timeoutMs: number, stop: AbortSignal): Promise<Heard | undefined> {
    if (this.#ended !== undefined) return Promise.resolve(this.#ended);
    return new Promise((resolve) => {
      const settle = (what: Heard | undefined): void => {
        clearTimeout(timer);
        this.#heard = () => undefined;
        stop.removeEventListener("abort", abort);
        resolve(what);
      };
      const abort = (): void => settle(undefined);
      const timer = setTimeout(abort, timeoutMs);
      stop.addEventListener("abort", abort, { once: true });
      this.#heard = (what) => {
        if (what.type === type || what.type === "end") settle(what);
      };
    });
  }
}

export type Heard =
  | { readonly type: "pong" }
  | { readonly type: "end"; readonly code: number; readonly reason: string };

export async function checkPing(socket: PatientSocket, timeoutMs: number, stop: AbortSignal): Promise<Check> {
  const start = performance.now();
  socket.send(OPCODE.ping, Buffer.from("doctor"));
  const heard = await socket.wait("pong", timeoutMs, stop);
  if (heard?.type === "pong") return ok("ping", `answered in ${since(start)}`);
  if (heard?.type === "end") return ended("ping", heard, "the server should stay open until the page closes");
  return warn("ping", `not answered within ${timeoutMs} ms`, "answer pings (RFC 6455 section 5.5.2)");
}

/** Waits without sending anything, as a page does that only listens. */
export async function checkIdle(socket: PatientSocket, idleMs: number, stop: AbortSignal): Promise<Check> {
  const start = performance.now();
  const heard = await socket.wait("end", idleMs, stop);
  if (heard?.type !== "end") return ok("idle", `still open after ${since(start)} without a message`);
  const advice =
    "a proxy cuts idle connections (nginx: proxy_read_timeout 60s): raise it, and ping from the server";
  return ended("idle", heard, advice);
}

export async function checkClose(
  socket: PatientSocket,
  timeoutMs: number,
  stop: AbortSignal,
): Promise<Check> {
  socket.send(OPCODE.close, encodeClosePayload(1000));
  const heard = await socket.wait("end", timeoutMs, stop);
  if (heard?.type === "end" && heard.code === 1000)
    return ok("close", "the closing handshake is answered with 1000");
  const text =
    heard?.type === "end" ? `the answer to a close of 1000 is ${heard.code}` : "a close is not answered";
  return warn("close", text, "answer a close frame with the same code (RFC 6455 section 5.5.1)");
}

function ended(id: string, { code, reason }: Extract<Heard, { type: "end" }>, advice: string): Check {
  return fail(id, `the server ended the connection: ${code}${reason === "" ? "" : ` ${reason}`}`, advice);
}
