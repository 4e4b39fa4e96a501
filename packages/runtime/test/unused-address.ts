import { createServer, type AddressInfo } from "node:net";

/** "ws://127.0.0.1:<a port where nobody listens>" */
export async function unusedBase(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return `ws://127.0.0.1:${port}`;
}
