// The push server as an application would use it, for the bench harness:
// /sub is a subscriber of one channel, /pub publishes every message to it, /echo sends back.
import { createPushServer } from "@weapp-socket/server";

// The load generator is no mini program: it sends as fast as it can, over few connections.
const server = createPushServer({
  maxMessagesPerSecond: 1e8,
  maxBytesPerSecond: 1e8,
  maxHandshakesPerSecond: 1e9,
});

const publish = (data) => server.publish("room", data);
const echo = (data, connection) => connection.send(data);

server.on("connection", (connection, handshake) => {
  if (handshake.path === "/sub") connection.join("room");
  else connection.on("message", handshake.path === "/pub" ? publish : echo);
});

await server.listen({ port: Number(process.argv[2]), host: "127.0.0.1" });
