// Beside a node:http server: WebSocket clients at /ws, the push server's HTTP API under /v1, the rest is yours.
import { createServer } from "node:http";
import { createPushServer } from "@weapp-socket/server";

export const push = createPushServer({ adminKey: process.env.WEAPP_SOCKET_KEY });

// What a listener throws ends its own connection. Unheard, it would end the process, as in Node.
push.on("error", (error) => console.error(error));
push.on("connection", (connection) => {
  connection.join("news");
  connection.on("message", (text) => connection.send({ echo: text }));
});

export const server = createServer((request, response) => {
  if (push.handle(request, response)) return;
  response.end("hello from node:http");
});

push.attach(server, { path: "/ws" });
server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
