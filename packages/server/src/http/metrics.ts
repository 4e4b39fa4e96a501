import type { Metric, Registry } from "prom-client";
import type { BrokerUsage } from "../broker/broker.js";
import type { ApiHost, HostCounts, HostNumbers } from "./api-host.js";

const PREFIX = "weapp_socket_";

/** What `/metrics` tells, in the text format of Prometheus. prom-client is loaded when somebody asks first. */
export class Metrics {
  private readonly host: ApiHost;
  private readonly answers: Map<
    string,
    { operation: string; status: number; count: number; seconds: number }
  > = new Map();
  private registry: Promise<Registry> | undefined;

  constructor(host: ApiHost) {
    this.host = host;
  }

  /** Counts an answer of the API. */
  count(operation: string, status: number, seconds: number): void {
    const name = `${operation} ${status}`;
    const known = this.answers.get(name);
    if (known === undefined) {
      this.answers.set(name, { operation, status, count: 1, seconds });
    } else {
      known.count++;
      known.seconds += seconds;
    }
  }

  async render(): Promise<{ readonly text: string; readonly type: string }> {
    this.registry ??= this.open();
    const registry = await this.registry;
    return { text: await registry.metrics(), type: registry.contentType };
  }

  private async open(): Promise<Registry> {
    const { collectDefaultMetrics, Counter, Gauge, Registry: PromRegistry } = await import("prom-client");
    const registry = new PromRegistry();
    collectDefaultMetrics({ register: registry, prefix: PREFIX });
    const registers = [registry];
    const { host, answers } = this;
    const numbers = (): HostNumbers => host.numbers();

    const gauge = (name: string, help: string, read: () => number): Metric =>
      new Gauge({
        name: `${PREFIX}${name}`,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });

    /** The host counts; here is only told how far it is. */
    const counter = (name: string, help: string, read: () => number): Metric =>
      new Counter({
        name: `${PREFIX}${name}`,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(read());
        },
      });

    const labelled = (
      name: string,
      help: string,
      labelNames: readonly string[],
      read: () => Iterable<readonly [labels: readonly (string | number)[], count: number]>,
    ): Metric =>
      new Counter({
        name: `${PREFIX}${name}`,
        help,
        labelNames: [...labelNames],
        registers,
        collect() {
          this.reset();
          for (const [values, count] of read()) {
            this.inc(Object.fromEntries(labelNames.map((label, index) => [label, values[index]!])), count);
          }
        },
      });

    const counts = (): HostCounts => numbers().counts;
    gauge("connections", "Clients connected to this node", () => numbers().connections);
    gauge("channels", "Channels that clients of this node are in", () => numbers().channels);
    gauge("draining", "1 while this node sends its clients away", () => Number(numbers().isDraining));
    counter("connections_total", "Clients that were let in", () => counts().accepted);
    counter("messages_received_total", "Messages from clients", () => counts().messagesIn);
    counter("bytes_received_total", "Bytes from clients", () => counts().bytesIn);
    counter(
      "publications_delivered_total",
      "Publications that reached this node",
      () => counts().publicationsOut,
    );
    counter("writes_total", "Writes to sockets, each of any number of frames", () => counts().writes);
    counter("bytes_sent_total", "Bytes to clients", () => counts().bytesOut);
    counter("pings_total", "Pings to clients", () => counts().pings);
    labelled("handshakes_refused_total", "Handshakes refused", ["code"], () => rowsOf(counts().refused));
    labelled("connections_closed_total", "Connections that ended", ["code"], () => rowsOf(counts().closed));
    labelled("limited_total", "Connections that met a limit", ["limit"], () => rowsOf(counts().limited));
    counter(
      "webhook_delivered_total",
      "Events that the webhook's receiver has taken",
      () => counts().webhookDelivered,
    );
    counter(
      "webhook_failures_total",
      "Requests to the webhook's receiver that failed",
      () => counts().webhookFailures,
    );
    labelled("webhook_dropped_total", "Events that the webhook gave up", ["reason"], () =>
      rowsOf(counts().webhookDropped),
    );
    const { broker } = host;
    if (broker.usage !== undefined) {
      const usage = (): BrokerUsage => broker.usage!();
      gauge("store_history_bytes", "Publications in the store", () => usage().historyBytes);
      gauge("store_pending_bytes", "Publications that wait to be written", () => usage().pendingBytes);
      counter("store_damaged_total", "What was read and is not as it was written", () => usage().damaged);
    }
    labelled("api_answers_total", "Answers of the HTTP API", ["operation", "status"], () =>
      [...answers.values()].map(({ operation, status, count }) => [[operation, status], count]),
    );
    labelled("api_seconds_total", "Time that the HTTP API took to answer", ["operation", "status"], () =>
      [...answers.values()].map(({ operation, status, seconds }) => [[operation, status], seconds]),
    );
    return registry;
  }
}

function rowsOf(
  counts: ReadonlyMap<string | number, number>,
): Iterable<readonly [readonly (string | number)[], number]> {
  return [...counts].map(([label, count]) => [[label], count]);
}
