import type { WebSocket as ServerSocket } from "ws";

/** As much STOMP 1.2 as one subscriber needs. */
export function serveStomp(socket: ServerSocket): void {
  let subscription = "";
  socket.on("message", (data: Buffer) => {
    const [head = "", ...rest] = String(data)
      .replace(/\0\s*$/, "")
      .split("\n\n");
    const [command, ...lines] = head.trim().split("\n");
    const headers = new Map(lines.map((line) => [line.split(":")[0], line.slice(line.indexOf(":") + 1)]));
    const body = rest.join("\n\n");
    if (command === "CONNECT") socket.send("CONNECTED\nversion:1.2\nheart-beat:0,0\n\n\0");
    if (command === "SUBSCRIBE") subscription = headers.get("id") ?? "";
    if (command === "SEND") {
      const destination = headers.get("destination") ?? "";
      socket.send(
        `MESSAGE\nsubscription:${subscription}\nmessage-id:1\ndestination:${destination}\n\n${body}\0`,
      );
    }
    if (command === "DISCONNECT") socket.send(`RECEIPT\nreceipt-id:${headers.get("receipt") ?? ""}\n\n\0`);
  });
}

interface CentrifugoCommand {
  readonly id?: number;
  readonly connect?: object;
  readonly subscribe?: { readonly channel: string };
  readonly publish?: { readonly channel: string; readonly data: unknown };
}

/** As much of Centrifugo's JSON protocol as one channel needs. */
export function serveCentrifugo(socket: ServerSocket): void {
  const send = (message: object): void => socket.send(JSON.stringify(message));
  socket.on("message", (text: Buffer) => {
    for (const line of text.toString().split("\n").filter(Boolean)) {
      const { id, connect, subscribe, publish } = JSON.parse(line) as CentrifugoCommand;
      if (connect !== undefined) send({ id, connect: { client: "one", version: "0", ping: 25, pong: true } });
      if (subscribe !== undefined) send({ id, subscribe: {} });
      if (publish === undefined) continue;
      send({ push: { channel: publish.channel, pub: { data: publish.data } } });
      send({ id, publish: {} });
    }
  });
}

interface SignalRMessage {
  readonly protocol?: string;
  readonly type?: number;
  readonly invocationId?: string;
  readonly arguments?: readonly unknown[];
}

/** As much of SignalR's JSON hub protocol as one method needs. */
export function serveSignalR(socket: ServerSocket): void {
  const end = String.fromCharCode(0x1e);
  const send = (message: object): void => socket.send(JSON.stringify(message) + end);
  socket.on("message", (text: Buffer) => {
    for (const part of text.toString().split(end).filter(Boolean)) {
      const message = JSON.parse(part) as SignalRMessage;
      if (message.protocol !== undefined) {
        send({});
        send({ type: 1, target: "news", arguments: ["welcome"] });
      } else if (message.type === 1) {
        send({ type: 3, invocationId: message.invocationId, result: message.arguments?.[0] });
      }
    }
  });
}
