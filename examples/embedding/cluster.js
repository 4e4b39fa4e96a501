// One port, a process per core. The first process has the broker and shares it; the others serve the clients.
import cluster from "node:cluster";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import {
  createMemoryBroker,
  createPushServer,
  exitOnSignal,
  openRemoteBroker,
  serveBroker,
} from "@weapp-socket/server";

const path = process.env.BROKER_PATH ?? join(tmpdir(), `weapp-socket-${process.ppid}.sock`);

if (cluster.isPrimary) {
  await serveBroker(createMemoryBroker(), { path });
  const count = Number(process.env.WORKERS ?? availableParallelism());
  for (let n = 0; n < count; n += 1) cluster.fork({ BROKER_PATH: path });
  let isLeaving = false;
  cluster.on("exit", () => {
    if (!isLeaving) cluster.fork({ BROKER_PATH: path });
    else if (Object.keys(cluster.workers ?? {}).length === 0) process.exit(0);
  });
  for (const signal of ["SIGTERM", "SIGINT"]) {
    process.on(signal, () => {
      isLeaving = true;
      for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill("SIGTERM");
    });
  }
} else {
  const broker = await openRemoteBroker({ path });
  const push = createPushServer({ broker, adminKey: process.env.WEAPP_SOCKET_KEY });
  // What a listener throws ends its own connection. Unheard, it would end the process, as in Node.
  push.on("error", (error) => console.error(error));
  push.on("connection", (connection) => {
    connection.join("news");
    connection.on("message", (text) => connection.send({ echo: text, process: process.pid }));
  });
  const { url } = await push.listen({ port: Number(process.env.PORT ?? 3000), host: "127.0.0.1" });
  exitOnSignal(push, { windowMs: 2000, beforeExit: () => broker.close() });
  process.stdout.write(`${process.pid} ${url}\n`);
}
