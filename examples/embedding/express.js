// In an Express application: WebSocket clients at /ws, the push server's HTTP API under /v1.
import express from "express";
import { createPushServer } from "@weapp-socket/server";

export const push = createPushServer({ adminKey: process.env.WEAPP_SOCKET_KEY });

// What a listener throws ends its own connection. Unheard, it would end the process, as in Node.
push.on("error", (error) => console.error(error));
push.on("connection", (connection) => {
  connection.join("news");
  connection.on("message", (text) => connection.send({ echo: text }));
});

const app = express();

// Before express.json(): the API reads its own bodies, and limits them.
app.use((request, response, next) => {
  if (!push.handle(request, response)) next();
});
app.use(express.json());
app.get("/", (_request, response) => {
  response.send("hello from express");
});

export const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
push.attach(server, { path: "/ws" });
