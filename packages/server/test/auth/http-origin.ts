import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** A small HTTP server on the loopback address. */
export interface HttpOrigin {
  readonly url: string;
  close(): Promise<void>;
}

export async function startHttpOrigin(listener: RequestListener): Promise<HttpOrigin> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
