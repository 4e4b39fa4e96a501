import { createHmac, randomBytes } from "node:crypto";
import type { Clock } from "../clock.js";
import type { Logger } from "../logger.js";
import type { Stats } from "../stats.js";
import type { WebhookSettings } from "./webhook-options.js";

/** What the backend is told of. */
export type WebhookEventType = "receipt.received" | "receipt.processed" | "receipt.expired" | "push.offline";

interface WebhookEvent {
  readonly id: string;
  readonly type: WebhookEventType;
  /** Epoch milliseconds. */
  readonly timeMs: number;
  readonly data: object;
}

/** What is tried together, again and again as the same. */
interface Batch {
  readonly id: string;
  readonly body: string;
  readonly count: number;
  readonly sinceMs: number;
}

export interface WebhookHost {
  readonly clock: Clock;
  readonly stats: Stats;
  readonly settings: { readonly logger: Logger };
}

/** Why events were dropped. `closed`: the server ended first. */
type DropReason = "full" | "attempts" | "age" | "closed";

const MAX_DELAY_MS = 60_000;

/**
 * Posts events to the backend, in order, one request at a time, until each has been taken or its time is over:
 * docs/webhook.md.
 */
export class Webhook {
  private readonly host: WebhookHost;
  private readonly settings: WebhookSettings;
  private readonly ending = new AbortController();
  private queue: WebhookEvent[] = [];
  private running: Promise<void> | undefined;
  private closing: Promise<void> | undefined;

  constructor(host: WebhookHost, settings: WebhookSettings) {
    this.host = host;
    this.settings = settings;
  }

  /** Never throws, and never waits. */
  post(type: WebhookEventType, data: object): void {
    if (this.closing !== undefined) return this.drop(1, "closed");
    if (this.queue.length >= this.settings.maxQueued) return this.drop(1, "full");
    this.queue.push({ id: newId("evt"), type, timeMs: this.host.clock.now(), data });
    // What one turn brings goes together.
    this.running ??= Promise.resolve().then(() => this.run());
  }

  /** Goes on until everything is delivered, or the time for it is over. */
  close(): Promise<void> {
    this.closing ??= this.finish();
    return this.closing;
  }

  private async finish(): Promise<void> {
    if (this.running === undefined) return;
    const cancel = this.host.clock.schedule(this.settings.closeTimeoutMs, () => this.ending.abort());
    // The clock's timers keep no process alive, and what waits for its next try is nothing else.
    const keeper = setInterval(() => undefined, MAX_DELAY_MS);
    await this.running;
    clearInterval(keeper);
    cancel();
  }

  private async run(): Promise<void> {
    while (this.queue.length > 0) {
      const events = this.queue.slice(0, this.settings.maxBatch);
      const batch: Batch = {
        id: newId("msg"),
        body: JSON.stringify({ events }),
        count: events.length,
        sinceMs: events[0]!.timeMs,
      };
      const given = await this.deliver(batch);
      this.queue = this.queue.slice(batch.count);
      if (given === undefined) this.host.stats.webhookDelivered += batch.count;
      else this.drop(batch.count, given);
    }
    this.running = undefined;
  }

  /** Answers why it was given up, or nothing. */
  private async deliver(batch: Batch): Promise<DropReason | undefined> {
    const { clock } = this.host;
    const { maxAttempts, maxAgeMs } = this.settings;
    for (let attempt = 1; ; attempt += 1) {
      if (this.ending.signal.aborted) return "closed";
      if (clock.now() - batch.sinceMs > maxAgeMs) return "age";
      const fault = await this.request(batch);
      if (fault === undefined) return undefined;
      this.host.stats.webhookFailures += 1;
      this.host.settings.logger.warn({ attempt, events: batch.count, fault }, "the webhook failed");
      if (attempt === maxAttempts) return "attempts";
      await this.pause(this.delayAfter(attempt));
    }
  }

  private delayAfter(attempt: number): number {
    const most = Math.min(MAX_DELAY_MS, this.settings.retryDelayMs * 2 ** (attempt - 1));
    // Nodes that lost the same receiver do not all come back to it at once.
    return Math.ceil(most * (0.5 + Math.random() / 2));
  }

  /** Answers what went wrong, in words that hold neither the address nor the secret. */
  private async request({ id, body }: Batch): Promise<string | undefined> {
    const { url, key, timeoutMs } = this.settings;
    const timestamp = String(Math.floor(this.host.clock.now() / 1000));
    try {
      const response = await fetch(url, {
        method: "POST",
        body,
        redirect: "manual",
        signal: AbortSignal.any([this.ending.signal, AbortSignal.timeout(timeoutMs)]),
        headers: {
          "content-type": "application/json",
          "webhook-id": id,
          "webhook-timestamp": timestamp,
          "webhook-signature": sign(key, `${id}.${timestamp}.${body}`),
        },
      });
      // Its status is all that is wanted of it.
      await response.body?.cancel();
      return response.ok ? undefined : `status ${response.status}`;
    } catch (error) {
      if (this.ending.signal.aborted) return "the server has ended";
      return (error as Error).name === "TimeoutError"
        ? `no answer within ${timeoutMs} ms`
        : `no connection${codeOf(error)}`;
    }
  }

  private pause(delayMs: number): Promise<void> {
    const { signal } = this.ending;
    return new Promise((resolve) => {
      const onEnd = (): void => {
        cancel();
        resolve();
      };
      const cancel = this.host.clock.schedule(delayMs, () => {
        signal.removeEventListener("abort", onEnd);
        resolve();
      });
      if (signal.aborted) onEnd();
      else signal.addEventListener("abort", onEnd, { once: true });
    });
  }

  private drop(count: number, reason: DropReason): void {
    this.host.stats.dropWebhook(reason, count);
    this.host.settings.logger.error({ events: count, reason }, "the webhook lost events");
  }
}

function sign(key: Uint8Array, content: string): string {
  return `v1,${createHmac("sha256", key).update(content).digest("base64")}`;
}

function newId(prefix: string): string {
  return `${prefix}_${randomBytes(16).toString("base64url")}`;
}

/** What the system says, ECONNREFUSED for example. */
function codeOf(error: unknown): string {
  const code = ((error as Error).cause as { readonly code?: unknown } | undefined)?.code;
  return typeof code === "string" ? ` (${code})` : "";
}
