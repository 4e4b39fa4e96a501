// In a Fastify application: WebSocket clients at /ws, the push server's HTTP API under /v1.
import fastify from "fastify";
import { createPushServer } from "@weapp-socket/server";

export const push = createPushServer({ adminKey: process.env.WEAPP_SOCKET_KEY });

// What a listener throws ends its own connection. Unheard, it would end the process, as in Node.
push.on("error", (error) => console.error(error));
push.on("connection", (connection) => {
  connection.join("news");
  connection.on("message", (text) => connection.send({ echo: text }));
});

const app = fastify();

// Before bodies are parsed: the API reads its own, and limits them.
app.addHook("onRequest", async (request, reply) => {
  if (push.handle(request.raw, reply.raw)) reply.hijack();
});
app.get("/", async () => "hello from fastify");

push.attach(app.server, { path: "/ws" });
export const { server } = app;
await app.listen({ port: Number(process.env.PORT ?? 3000), host: "127.0.0.1" });
