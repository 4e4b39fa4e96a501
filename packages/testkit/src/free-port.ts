import { once } from "node:events";
import { createServer } from "node:net";

// Below what systems hand out themselves (32768 and above on Linux, 49152 elsewhere), and none that browsers refuse.
const first = 20_000;
const count = 10_000;

/**
 * A port of 127.0.0.1 for a server that cannot be asked for its own, or that comes back to the same one. Nobody who asks
 * for port 0 is given it, and no connection goes out from it, so it is still free when it is wanted.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * count);
    const probe = createServer().listen(port, "127.0.0.1");
    const isFree = await once(probe, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    probe.close();
    await once(probe, "close");
    return port;
  }
}
