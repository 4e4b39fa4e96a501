// The push server as an application would use it, for the bench harness:
// /sub is a subscriber of one channel, /pub publishes every message to it, /echo sends back.
import { createPushServer } from "@weapp-socket/server";

const server = createPushServer();

const publish = (data) => server.publish("room", data);
const echo = (data, connection) => connection.send(data);

server.on("connection", (connection, handshake) => {
  if (handshake.path === "/sub") connection.join("room");
  else connection.on("message", handshake.path === "/pub" ? publish : echo);
});

await server.listen({ port: Number(process.argv[2]), host: "127.0.0.1" });
