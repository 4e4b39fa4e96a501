import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { createNodeTransport, type Link, type Transport } from "@weapp-socket/runtime";
import { Histogram } from "./histogram.js";

export interface LoadOptions {
  readonly url: string;
  readonly connections: number;
  readonly durationMs: number;
  /** What each connection sends, again after each answer; undefined: it only listens. */
  readonly message: string | undefined;
  readonly stop: AbortSignal;
}

export interface LoadResult {
  /** From the dial to the 101, in milliseconds. */
  readonly opens: Histogram;
  /** From a message to its answer. */
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

/** Opens the connections, lets them talk for the duration, ends them. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const load = new Load(options);
  await load.open();
  await load.talk();
  return load.end();
}

class Load {
  readonly #options: LoadOptions;
  readonly #transport: Transport = createNodeTransport();
  readonly #links: Link[] = [];
  readonly #opens = new Histogram();
  readonly #answers = new Histogram();
  readonly #troubles = new Map<string, number>();
  #isTalking = false;
  #sent = 0;
  #received = 0;
  #receivedBytes = 0;
  #elapsedMs = 0;
  #cpu = 0;
  readonly #starts: (() => void)[] = [];

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
    const { durationMs, stop } = this.#options;
    if (this.#starts.length === 0) return;
    const start = performance.now();
    const cpu = process.cpuUsage();
    this.#isTalking = true;
    for (const begin of this.#starts) begin();
    await delay(durationMs, undefined, { signal: stop }).catch(() => undefined);
    this.#isTalking = false;
    this.#elapsedMs = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    this.#cpu = (user + system) / 1000 / this.#elapsedMs;
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
    const { url, message } = this.#options;
    const dialedAt = performance.now();
    return new Promise((resolve) => {
      let sentAt: number | undefined;
      const send = (): void => {
        if (message === undefined || !this.#isTalking) return;
        sentAt = performance.now();
        this.#sent += 1;
        link.send(message);
      };
      const link = this.#transport.dial(
        {
          url,
          headers: headersFor(url),
          protocols: [],
          timeoutMs: dialTimeoutMs,
          tcpNoDelay: true,
          perMessageDeflate: false,
        },
        {
          open: () => {
            this.#opens.add(performance.now() - dialedAt);
            this.#starts.push(send);
            resolve();
          },
          message: (data) => {
            if (!this.#isTalking) return;
            this.#received += 1;
            this.#receivedBytes += typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
            if (sentAt === undefined) return;
            this.#answers.add(performance.now() - sentAt);
            sentAt = undefined;
            send();
          },
          fail: ({ detail }) => {
            this.#trouble(detail);
            resolve();
          },
          close: (code, reason) => this.#trouble(`ended early: ${code}${reason === "" ? "" : ` ${reason}`}`),
        },
      );
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
