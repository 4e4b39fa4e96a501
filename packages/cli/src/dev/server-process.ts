import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { answers } from "../port.js";

export interface ServerProcessOptions {
  /** Absolute path of the server's file. */
  readonly file: string;
  readonly port: number;
  /** Added to the environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly onEvent: (event: ServerProcessEvent) => void;
}

export type ServerProcessEvent =
  | { readonly type: "line"; readonly stream: "out" | "err"; readonly text: string }
  /** The port answers. */
  | { readonly type: "ready"; readonly pid: number }
  /** It ended, and nobody had asked it to. */
  | { readonly type: "ended"; readonly code: number | null; readonly signal: string | null };

export interface ServerProcess {
  /** Ends the running one, if any, and starts anew. Resolves when the port answers (true) or it has ended (false). */
  restart(): Promise<boolean>;
  stop(): Promise<void>;
}

const pollMs = 25;
/** A server that has not ended this long after it was asked to is killed. */
const killAfterMs = 2000;
const exitWithParent = new URL("../../bin/exit-with-parent.js", import.meta.url);

/** The server's file as a process of its own, its port in `PORT`. */
export function createServerProcess({ file, port, env, onEvent }: ServerProcessOptions): ServerProcess {
  let running: ChildProcess | undefined;
  const askedToEnd = new WeakSet<ChildProcess>();
  /** One start or stop at a time, in order. */
  let turn: Promise<unknown> = Promise.resolve();

  const end = async (): Promise<void> => {
    if (running === undefined) return;
    askedToEnd.add(running);
    await ended(running);
  };
  const start = async (): Promise<boolean> => {
    const child = spawn(process.execPath, ["--import", exitWithParent.href, file], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: { ...process.env, ...env, PORT: String(port) },
      // Ctrl-C reaches a whole process group; this one is ended by us, in order. Windows would open a console for it.
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    running = child;
    const lines = (stream: "out" | "err"): Promise<void> => {
      const input = child[stream === "out" ? "stdout" : "stderr"]!;
      const reader = createInterface({ input, crlfDelay: Infinity });
      reader.on("line", (text) => onEvent({ type: "line", stream, text }));
      return new Promise((resolve) => void reader.once("close", resolve));
    };
    const said = Promise.all([lines("out"), lines("err")]);
    child.once("exit", (code, signal) => {
      if (running === child) running = undefined;
      if (askedToEnd.has(child)) return;
      // Its last words come first.
      void said.then(() => onEvent({ type: "ended", code, signal }));
    });
    const ready = await answersBefore(child, port);
    if (ready && running === child) onEvent({ type: "ready", pid: child.pid! });
    return ready;
  };
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    // At once as well: a start that waits for a port in vain must not hold up what comes after it.
    void end();
    const result = turn.then(end).then(work);
    turn = result.catch(() => undefined);
    return result;
  };
  return {
    restart: () => inTurn(start),
    stop: () => inTurn(async () => undefined),
  };
}

/** True once the port answers, false once the process has ended. */
async function answersBefore(child: ChildProcess, port: number): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    if ((await answers(port, "127.0.0.1")) || (await answers(port, "::1"))) return true;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return false;
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill("SIGTERM");
  });
}
