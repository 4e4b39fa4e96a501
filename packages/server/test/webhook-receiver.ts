import { readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import { afterEach } from "vitest";

export interface ReceivedEvent {
  readonly id: string;
  readonly type: string;
  readonly timeMs: number;
  readonly data: Record<string, unknown>;
}

type ReadWebhook = (
  headers: IncomingHttpHeaders,
  body: string,
  secret: string,
  nowMs?: number,
) => readonly ReceivedEvent[];

/** The function that the documentation gives to receivers. */
export async function readWebhookOfDocs(): Promise<ReadWebhook> {
  const page = readFileSync(new URL("../../../docs/webhook.md", import.meta.url), "utf8");
  const snippet = /```js\n(.*?)```/s.exec(page)![1]!;
  const address = `data:text/javascript;base64,${Buffer.from(snippet).toString("base64")}`;
  return ((await import(/* @vite-ignore */ address)) as { readWebhook: ReadWebhook }).readWebhook;
}

/** A key of the tests, in the form that the option wants. */
export const WEBHOOK_SECRET: string = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

export interface ReceivedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A backend that is told things, and answers as a test says. */
export class WebhookReceiver {
  readonly requests: ReceivedRequest[] = [];
  /** Answers the request; 204 by default. */
  answer: (response: ServerResponse, body: string) => void = (response) => response.writeHead(204).end();
  private readonly server: Server;
  port = 0;

  constructor() {
    this.server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => (body += text));
      request.on("end", () => {
        this.requests.push({ headers: request.headers, body });
        this.answer(response, body);
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/events?token=in-the-address`;
  }

  /** Everything that was posted, repetitions included. */
  get events(): readonly ReceivedEvent[] {
    return this.requests.flatMap(({ body }) => (JSON.parse(body) as { events: ReceivedEvent[] }).events);
  }

  async listen(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(port, "127.0.0.1", resolve));
    this.port = (this.server.address() as { port: number }).port;
    return this;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const receivers: WebhookReceiver[] = [];

/** Ends with the test. */
export async function startReceiver(): Promise<WebhookReceiver> {
  const receiver = await new WebhookReceiver().listen();
  receivers.push(receiver);
  return receiver;
}

afterEach(async () => {
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
});
