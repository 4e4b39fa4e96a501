// In a Koa application: WebSocket clients at /ws, the push server's HTTP API under /v1.
import Koa from "koa";
import { createPushServer } from "@weapp-socket/server";

export const push = createPushServer({ adminKey: process.env.WEAPP_SOCKET_KEY });

// What a listener throws ends its own connection. Unheard, it would end the process, as in Node.
push.on("error", (error) => console.error(error));
push.on("connection", (connection) => {
  connection.join("news");
  connection.on("message", (text) => connection.send({ echo: text }));
});

const app = new Koa();

// Before a body parser: the API reads its own bodies, and limits them.
app.use(async (context, next) => {
  if (push.handle(context.req, context.res)) context.respond = false;
  else await next();
});
app.use((context) => {
  if (context.path === "/") context.body = "hello from koa";
});

export const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
push.attach(server, { path: "/ws" });
