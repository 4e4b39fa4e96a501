import { createPushServer } from "@weapp-socket/server";

const server = createPushServer({
  adminKey: process.env.WEAPP_SOCKET_KEY,
  // For the page that uses sessions: it may enter this channel, whose history and members are kept.
  authorize: ({ channel }) => channel === "chat",
  channels: [{ match: "chat", historyCount: 200, clientPublish: true, presence: true }],
});

server.on("connection", (connection) => {
  connection.join("chat");
  connection.on("message", (text) => connection.send({ content: `你说：${text}` }));
});

await server.listen({ port: Number(process.env.PORT ?? 3000), host: "127.0.0.1" });
