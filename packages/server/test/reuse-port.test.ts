import { expect, test } from "vitest";
import { RawClient } from "./raw-client.js";
import { ServerWorld } from "./server-world.js";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const canShare = process.platform === "linux" && (major > 22 || (major === 22 && minor >= 12));

test.runIf(canShare)("with reusePort two listeners share a port, and the kernel the clients", async () => {
  const worlds = [new ServerWorld({}), new ServerWorld({})] as const;
  const [one, two] = worlds;
  const { port } = await one.server.listen({ port: 0, host: "127.0.0.1", reusePort: true });
  await two.server.listen({ port, host: "127.0.0.1", reusePort: true });
  const clients: RawClient[] = [];
  // Each goes to either with the same chance: that one of them gets none of 64 does not happen.
  for (let count = 0; count < 64; count += 1) clients.push(await RawClient.open(port));
  await expect.poll(() => one.server.connectionCount + two.server.connectionCount).toBe(64);
  for (const { server } of worlds) expect(server.connectionCount).toBeGreaterThan(0);
  for (const client of clients) client.destroy();
  await Promise.all(worlds.map((world) => world.close()));
});

test.runIf(major < 22)("reusePort is refused where Node has none, instead of being passed over", async () => {
  const { server } = new ServerWorld({});
  await expect(server.listen({ port: 0, host: "127.0.0.1", reusePort: true })).rejects.toThrow(
    `reusePort: expected Node 22.12 or later, got ${process.versions.node}`,
  );
  await server.close();
});
