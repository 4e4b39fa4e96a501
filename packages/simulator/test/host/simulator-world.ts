import { request as requestHttp, type IncomingHttpHeaders } from "node:http";
import { onTestFinished } from "vitest";
import { createSimulator, type Simulator, type SimulatorOptions } from "../../src/index.js";
import type { SessionInfo } from "../../src/host/session-info.js";

export interface RunningSimulator {
  readonly simulator: Simulator;
  readonly url: string;
  readonly port: number;
}

export async function startSimulator(options: SimulatorOptions): Promise<RunningSimulator> {
  const simulator = createSimulator(options);
  onTestFinished(() => simulator.close());
  const { url } = await simulator.listen({ port: 0 });
  return { simulator, url, port: Number(new URL(url).port) };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A request as `fetch` would not make it: the path as it stands, any Host. */
export function get(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = requestHttp({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      const chunks: Uint8Array[] = [];
      response.on("data", (chunk: Uint8Array) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    request.on("error", reject).end();
  });
}

export async function sessionOf(url: string): Promise<SessionInfo & { readonly token: string }> {
  const response = await fetch(`${url}/program/session.json`);
  return (await response.json()) as SessionInfo & { readonly token: string };
}
