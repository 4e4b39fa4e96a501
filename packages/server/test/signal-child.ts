import { createPushServer, exitOnSignal } from "../src/index.js";

/** A server that says something to everybody when it is told to go, as `drain.test.ts` wants to see. */
const server = createPushServer();
server.on("connection", (connection) => connection.join("room"));
const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
exitOnSignal(server, { windowMs: 200 });
const sayLastWords = (): void => void server.publish("room", "last words");
process.prependListener("SIGTERM", sayLastWords);
process.prependListener("SIGINT", sayLastWords);
process.stdout.write(`${port}\n`);
