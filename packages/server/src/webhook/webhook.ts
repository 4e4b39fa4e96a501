import { createHmac, randomBytes } from "node:crypto";
import type { Clock } from "../clock.js";
import type { Logger } from "../logger.js";
import type { Stats } from "../stats.js";
import { timeLimit } from "../time-limit.js";
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
  readonly events: readonly WebhookEvent[];
  /** How often it was tried. */
  attempts: number;
  /** When it is to be tried again. */
  dueAtMs: number;
}

export interface WebhookHost {
  readonly clock: Clock;
  readonly stats: Stats;
  readonly settings: { readonly logger: Logger };
}

/** Why events were dropped. `closed`: the server ended first. */
type DropReason = "full" | "attempts" | "age" | "closed";

const MAX_DELAY_MS = 60_000;

/** What a receiver says of the request itself: there is no fault to wait for the end of. */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 422]);

/**
 * Posts events to the backend, in order, one request at a time, until each has been taken or its time is over. What the
 * receiver refuses is tried again event by event, beside what follows: docs/webhook.md.
 */
export class Webhook {
  private readonly host: WebhookHost;
  private readonly settings: WebhookSettings;
  private readonly ending = new AbortController();
  private queue: WebhookEvent[] = [];
  /** Single events that the receiver refused. */
  private aside: readonly Batch[] = [];
  /** Events that have been neither taken nor dropped. */
  private waiting = 0;
  private wake: (() => void) | undefined;
  private running: Promise<void> | undefined;
  private closing: Promise<void> | undefined;

  constructor(host: WebhookHost, settings: WebhookSettings) {
    this.host = host;
    this.settings = settings;
  }

  /** Never throws, and never waits. */
  post(type: WebhookEventType, data: object): void {
    if (this.closing !== undefined) return this.drop(1, "closed");
    if (this.waiting >= this.settings.maxQueued) return this.drop(1, "full");
    this.waiting += 1;
    this.wake?.();
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
    while (this.waiting > 0) {
      const batch = this.next();
      if (batch === undefined) {
        const untilMs = Math.min(...this.aside.map(({ dueAtMs }) => dueAtMs));
        await this.pause(untilMs - this.host.clock.now(), true);
        continue;
      }
      const end = await this.deliver(batch);
      if (end === "refused") {
        this.setAside(batch);
        continue;
      }
      const { length } = batch.events;
      this.waiting -= length;
      if (end === "taken") this.host.stats.webhookDelivered += length;
      else this.drop(length, end);
    }
    this.running = undefined;
  }

  private next(): Batch | undefined {
    const nowMs = this.host.clock.now();
    const due = this.aside.find(({ dueAtMs }) => dueAtMs <= nowMs || this.ending.signal.aborted);
    if (due !== undefined) {
      this.aside = this.aside.filter((batch) => batch !== due);
      return due;
    }
    const events = this.queue.slice(0, this.settings.maxBatch);
    this.queue = this.queue.slice(events.length);
    return events.length === 0 ? undefined : toBatch(events, nowMs);
  }

  /** What holds up nobody: which of the events it was shows when each is alone. */
  private setAside(batch: Batch): void {
    const nowMs = this.host.clock.now();
    if (batch.events.length === 1) {
      batch.dueAtMs = nowMs + this.delayAfter(batch.attempts);
      this.aside = [...this.aside, batch];
    } else {
      this.aside = [...this.aside, ...batch.events.map((event) => toBatch([event], nowMs))];
    }
  }

  private async deliver(batch: Batch): Promise<"taken" | "refused" | DropReason> {
    const { clock } = this.host;
    const { maxAttempts, maxAgeMs } = this.settings;
    for (;;) {
      if (this.ending.signal.aborted) return "closed";
      if (clock.now() - batch.events[0]!.timeMs > maxAgeMs) return "age";
      const answer = await this.request(batch);
      if (answer === undefined) return "taken";
      batch.attempts += 1;
      this.host.stats.webhookFailures += 1;
      const { attempts, events } = batch;
      const fault = typeof answer === "number" ? `status ${answer}` : answer;
      this.host.settings.logger.warn(
        { attempt: attempts, events: events.length, fault },
        "the webhook failed",
      );
      const isRefused = typeof answer === "number" && REFUSALS.has(answer);
      if (isRefused && events.length > 1) return "refused";
      if (attempts >= maxAttempts) return "attempts";
      if (isRefused) return "refused";
      await this.pause(this.delayAfter(attempts), false);
    }
  }

  private delayAfter(attempt: number): number {
    const most = Math.min(MAX_DELAY_MS, this.settings.retryDelayMs * 2 ** (attempt - 1));
    // Nodes that lost the same receiver do not all come back to it at once.
    return Math.ceil(most * (0.5 + Math.random() / 2));
  }

  /** Answers nothing where they were taken; else the status, or what went wrong in words without address and secret. */
  private async request({ id, body }: Batch): Promise<number | string | undefined> {
    const { url, key, timeoutMs } = this.settings;
    const timestamp = String(Math.floor(this.host.clock.now() / 1000));
    try {
      const response = await fetch(url, {
        method: "POST",
        body,
        redirect: "manual",
        signal: AbortSignal.any([this.ending.signal, timeLimit(timeoutMs)]),
        headers: {
          "content-type": "application/json",
          "webhook-id": id,
          "webhook-timestamp": timestamp,
          "webhook-signature": sign(key, `${id}.${timestamp}.${body}`),
        },
      });
      // Its status is all that is wanted of it.
      await response.body?.cancel();
      return response.ok ? undefined : response.status;
    } catch (error) {
      if (this.ending.signal.aborted) return "the server has ended";
      return (error as Error).name === "TimeoutError"
        ? `no answer within ${timeoutMs} ms`
        : `no connection${codeOf(error)}`;
    }
  }

  /** `isIdle`: a new event ends it. */
  private pause(delayMs: number, isIdle: boolean): Promise<void> {
    const { signal } = this.ending;
    return new Promise((resolve) => {
      const onEnd = (): void => {
        cancel();
        signal.removeEventListener("abort", onEnd);
        this.wake = undefined;
        resolve();
      };
      const cancel = this.host.clock.schedule(delayMs, onEnd);
      if (isIdle) this.wake = onEnd;
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

function toBatch(events: readonly WebhookEvent[], nowMs: number): Batch {
  return { id: newId("msg"), body: JSON.stringify({ events }), events, attempts: 0, dueAtMs: nowMs };
}

function newId(prefix: string): string {
  return `${prefix}_${randomBytes(16).toString("base64url")}`;
}

/** What the system says, ECONNREFUSED for example. */
function codeOf(error: unknown): string {
  const code = ((error as Error).cause as { readonly code?: unknown } | undefined)?.code;
  return typeof code === "string" ? ` (${code})` : "";
}
