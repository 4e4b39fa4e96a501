// A server that a test kills: node server.js PORT FOLDER. Every token is the name of a user.
import { createPushServer } from "@weapp-socket/server";
import { openLmdbBroker } from "@weapp-socket/server/lmdb";

const [port, path] = process.argv.slice(2);

const server = createPushServer({
  broker: await openLmdbBroker({ path }),
  channels: [{ match: "room:*", historyCount: 1_000_000, durability: "disk", clientPublish: true }],
  authenticate: (_, { token }) => (token === undefined ? undefined : { user: token }),
  authorize: () => true,
  maxMessagesPerSecond: 10_000,
});

await server.listen({ port: Number(port), host: "127.0.0.1" });
process.stdout.write("ready\n");
