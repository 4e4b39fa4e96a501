import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, onTestFinished } from "vitest";

const bin = join(import.meta.dirname, "../bin/weapp-socket.js");

export interface CliResult {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
  /** `err` without the lines that only say what takes its time, which a slow machine makes it print. */
  readonly complaints: string;
}

/** The real command as a child process. `close` kills it. */
export class CliProcess {
  readonly child: ChildProcess;
  out = "";
  err = "";
  readonly #exit: Promise<CliResult>;
  readonly #waiting = new Set<() => void>();

  constructor(
    args: readonly string[],
    options: { cwd?: string; env?: Record<string, string>; input?: string } = {},
  ) {
    const { WEAPP_SOCKET_KEY: _, ...inherited } = process.env;
    this.child = spawn(process.execPath, [bin, ...args], {
      cwd: options.cwd ?? emptyFolder(),
      env: { ...inherited, ...options.env },
    });
    this.child.stdin!.end(options.input ?? "");
    this.child.stdout!.setEncoding("utf8").on("data", (text: string) => this.#said("out", text));
    this.child.stderr!.setEncoding("utf8").on("data", (text: string) => this.#said("err", text));
    this.#exit = once(this.child, "close").then(([code, signal]) => {
      for (const check of this.#waiting) check();
      const complaints = this.err.replaceAll(/^.* …\n/gm, "");
      const ended = { code: code as number | null, signal: signal as string | null };
      return { ...ended, out: this.out, err: this.err, complaints };
    });
  }

  async close(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.#exit;
  }

  exit(): Promise<CliResult> {
    return this.#exit;
  }

  /** Resolves to the first object with this `event` that `--json` printed at or after `from`. */
  async event(name: string, from = 0): Promise<Record<string, unknown>> {
    let found: Record<string, unknown> | undefined;
    await this.until(
      () =>
        (found = this.events()
          .slice(from)
          .find(({ event }) => event === name)) !== undefined,
    );
    return found!;
  }

  events(): Record<string, unknown>[] {
    const lines = this.out.split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Resolves once `condition` holds, which is asked again whenever the command says something. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (condition()) {
          this.#waiting.delete(check);
          resolve();
        } else if (this.child.exitCode !== null || this.child.signalCode !== null) {
          this.#waiting.delete(check);
          reject(new Error(`ended with ${this.child.exitCode}\nout: ${this.out}\nerr: ${this.err}`));
        }
      };
      this.#waiting.add(check);
      check();
    });
  }

  #said(stream: "out" | "err", text: string): void {
    this[stream] += text;
    for (const check of this.#waiting) check();
  }
}

/** Starts the command; it is killed when the test ends. */
export function startCli(...parameters: ConstructorParameters<typeof CliProcess>): CliProcess {
  const cli = new CliProcess(...parameters);
  onTestFinished(() => cli.close());
  return cli;
}

/** Runs the command to its end. */
export function runCli(...parameters: ConstructorParameters<typeof CliProcess>): Promise<CliResult> {
  return startCli(...parameters).exit();
}

/** As editors save: a new file takes the old one's name, so nobody meets it half written. */
export async function save(file: string, text: string): Promise<void> {
  const fresh = join(dirname(file), `.${basename(file)}.new`);
  await writeFile(fresh, text);
  await rename(fresh, file);
}

const folders = mkdtempSync(join(tmpdir(), "weapp-socket-cli-"));
afterAll(() => rmSync(folders, { recursive: true, force: true }));

/** Outside of every project. Goes away with the test file that asked for it. */
export function emptyFolder(): string {
  return mkdtempSync(join(folders, "cwd-"));
}
