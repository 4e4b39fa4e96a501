import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { createNodeTransport, type Link, type Transport } from "@weapp-socket/runtime";
import { Histogram } from "./histogram.js";

export interface LoadOptions {
  readonly url: string;
  readonly connections: number;
  readonly durationMs: number;
  /** What is sent; undefined: nothing, it only listens. */
  readonly message: string | undefined;
  /** Messages a second of each connection. */
  readonly rate: number;
  readonly stop: AbortSignal;
}

export interface LoadResult {
  /** From the dial to the 101, in milliseconds. */
  readonly opens: Histogram;
  /** From when a message was due to its answer: a server that stalls is charged for what waits behind. */
  readonly answers: Histogram;
  readonly sent: number;
  readonly received: number;
  readonly receivedBytes: number;
  /** How long messages were exchanged. */
  readonly elapsedMs: number;
  /** Failed connections and early ends, by reason. */
  readonly troubles: ReadonlyMap<string, number>;
  /** Of this process, while messages were exchanged: 1 is one core. */
  readonly cpu: number;
}

const dialsAtOnce = 64;
const dialTimeoutMs = 10_000;
const tickMs = 2;
/** How long the last answers may take. */
const lastAnswersMs = 1000;

/** Opens the connections, lets them talk for the duration, ends them. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const load = new Load(options);
  await load.open();
  await load.talk();
  return load.end();
}

interface Talker {
  readonly link: Link;
  /** When the messages were due that have not been answered, oldest first. */
  readonly dueAt: number[];
  hasEnded: boolean;
}

class Load {
  readonly #options: LoadOptions;
  readonly #transport: Transport = createNodeTransport();
  readonly #links: Link[] = [];
  readonly #opens = new Histogram();
  readonly #answers = new Histogram();
  readonly #troubles = new Map<string, number>();
  readonly #talkers: Talker[] = [];
  #isTalking = false;
  #sent = 0;
  #received = 0;
  #receivedBytes = 0;
  #elapsedMs = 0;
  #cpu = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { connections, stop } = this.#options;
    for (let open = 0; open < connections && !stop.aborted; open += dialsAtOnce) {
      const batch = Math.min(dialsAtOnce, connections - open);
      await Promise.all(Array.from({ length: batch }, () => this.#dial()));
    }
  }

  async talk(): Promise<void> {
    const { durationMs, message, stop } = this.#options;
    if (this.#talkers.length === 0) return;
    const start = performance.now();
    const cpu = process.cpuUsage();
    this.#isTalking = true;
    if (message === undefined) await delay(durationMs, undefined, { signal: stop }).catch(() => undefined);
    else await this.#send(message, start);
    this.#elapsedMs = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    this.#cpu = (user + system) / 1000 / this.#elapsedMs;
    const last = performance.now() + lastAnswersMs;
    while (this.#waiting() > 0 && performance.now() < last && !stop.aborted) await delay(tickMs);
    this.#isTalking = false;
  }

  /** Messages are due at even intervals, one connection after the other, whatever has been answered. */
  async #send(message: string, start: number): Promise<void> {
    const { durationMs, rate, stop } = this.#options;
    const perMs = (rate * this.#talkers.length) / 1000;
    for (;;) {
      const due = Math.min(performance.now() - start, durationMs) * perMs;
      for (; this.#sent < due; this.#sent += 1) {
        const talker = this.#talkers[this.#sent % this.#talkers.length]!;
        talker.dueAt.push(start + this.#sent / perMs);
        talker.link.send(message);
      }
      if (performance.now() - start >= durationMs || stop.aborted) return;
      await delay(tickMs);
    }
  }

  #waiting(): number {
    return this.#talkers.reduce((sum, { dueAt, hasEnded }) => sum + (hasEnded ? 0 : dueAt.length), 0);
  }

  end(): LoadResult {
    for (const link of this.#links) link.terminate();
    return {
      opens: this.#opens,
      answers: this.#answers,
      sent: this.#sent,
      received: this.#received,
      receivedBytes: this.#receivedBytes,
      elapsedMs: this.#elapsedMs,
      troubles: this.#troubles,
      cpu: this.#cpu,
    };
  }

  #dial(): Promise<void> {
    const { url } = this.#options;
    const dialedAt = performance.now();
    return new Promise((resolve) => {
      const request = {
        url,
        headers: headersFor(url),
        protocols: [],
        timeoutMs: dialTimeoutMs,
        tcpNoDelay: true,
        perMessageDeflate: false,
      };
      const link = this.#transport.dial(request, {
        open: () => {
          this.#opens.add(performance.now() - dialedAt);
          this.#talkers.push(talker);
          resolve();
        },
        message: (data) => {
          if (!this.#isTalking) return;
          this.#received += 1;
          this.#receivedBytes += typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
          const dueAt = talker.dueAt.shift();
          if (dueAt !== undefined) this.#answers.add(performance.now() - dueAt);
        },
        fail: ({ detail }) => {
          this.#trouble(detail);
          resolve();
        },
        close: (code, reason) => {
          talker.hasEnded = true;
          this.#trouble(`ended early: ${code}${reason === "" ? "" : ` ${reason}`}`);
        },
      });
      const talker: Talker = { link, dueAt: [], hasEnded: false };
      this.#links.push(link);
    });
  }

  #trouble(text: string): void {
    this.#troubles.set(text, (this.#troubles.get(text) ?? 0) + 1);
  }
}

function headersFor(url: string): (readonly [string, string])[] {
  const { protocol, host } = new URL(url);
  return [
    ["User-Agent", "weapp-socket bench"],
    ["Referer", "https://servicewechat.com/touristappid/0/page-frame.html"],
    ["Origin", `${protocol === "wss:" ? "https" : "http"}://${host}`],
  ];
}
