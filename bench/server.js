// The push server as an application would use it, for the bench harness:
// /sub is a subscriber of one channel, /pub publishes every message to it, /echo sends back. /kept and /keep
// are the same for a channel with history. Clients in session mode subscribe by themselves.
import { createPushServer } from "@weapp-socket/server";

// The load generator is no mini program: it sends as fast as it can, over few connections.
const server = createPushServer({
  maxMessagesPerSecond: 1e8,
  maxBytesPerSecond: 1e8,
  maxHandshakesPerSecond: 1e9,
  authorize: () => true,
  channels: [{ match: "kept", historyCount: 10_000 }],
});

const publish = (data) => server.publish("room", data);
const keep = (data) => server.publish("kept", data);
const echo = (data, connection) => connection.send(data);

server.on("connection", (connection, handshake) => {
  if (handshake.path === "/kept") connection.join("kept");
  else if (handshake.path === "/keep") connection.on("message", keep);
  else if (handshake.path === "/sub") connection.join("room");
  else connection.on("message", handshake.path === "/pub" ? publish : echo);
});

await server.listen({ port: Number(process.argv[2]), host: "127.0.0.1" });
