// In a Hono application on Node: WebSocket clients at /ws, the push server's HTTP API under /v1.
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { createPushServer } from "@weapp-socket/server";

export const push = createPushServer({ adminKey: process.env.WEAPP_SOCKET_KEY });

// What a listener throws ends its own connection. Unheard, it would end the process, as in Node.
push.on("error", (error) => console.error(error));
push.on("connection", (connection) => {
  connection.join("news");
  connection.on("message", (text) => connection.send({ echo: text }));
});

const app = new Hono();
app.get("/", (context) => context.text("hello from hono"));

// Hono speaks of fetch's requests, the push server of Node's: Node's come first.
const listener = getRequestListener(app.fetch);
export const server = createServer((request, response) => {
  if (!push.handle(request, response)) void listener(request, response);
});

push.attach(server, { path: "/ws" });
server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
