// The clients that bench/client.js compares, behind one shape: connect(url, events) -> { send, close }.
// Every message is handed on as the page would get it: text as a string.
import { createNodeTransport, createRuntime } from "@weapp-socket/runtime";

export const peers = {
  /** The Node transport, as the runtime drives it. */
  transport: async () => {
    const transport = createNodeTransport();
    return (url, { open, message, close }) => {
      const link = transport.dial(
        {
          url,
          headers: [],
          protocols: [],
          timeoutMs: 60_000,
          tcpNoDelay: false,
          perMessageDeflate: false,
        },
        { open, message, close, fail: ({ detail }) => fail(detail) },
      );
      return {
        send: (data) => link.send(data),
        close: () => link.close(1000, ""),
      };
    };
  },

  /** The same with all of wx.connectSocket on top: what page code meets. */
  wx: async () => {
    const { wx } = createRuntime({ maxConnections: 65_535 });
    return (url, { open, message, close }) => {
      const task = wx.connectSocket({ url, fail: ({ errMsg }) => fail(errMsg) });
      task.onOpen(open);
      task.onMessage(({ data }) => message(data));
      task.onClose(close);
      task.onError(({ errMsg }) => fail(errMsg));
      return { send: (data) => task.send({ data }), close: () => task.close() };
    };
  },

  ws: async () => {
    const { WebSocket } = await import("ws");
    return (url, { open, message, close }) => {
      const socket = new WebSocket(url, { perMessageDeflate: false });
      socket.on("open", open);
      socket.binaryType = "nodebuffer";
      socket.on("message", (/** @type {Buffer} */ data, isBinary) =>
        message(isBinary ? data : data.toString()),
      );
      socket.on("close", close);
      socket.on("error", ({ message: text }) => fail(text));
      return {
        send: (data) => socket.send(data),
        close: () => socket.close(1000),
      };
    };
  },

  undici: async () => {
    const { WebSocket } = await import("undici");
    return (url, { open, message, close }) => {
      const socket = new WebSocket(url);
      socket.binaryType = "arraybuffer";
      socket.addEventListener("open", open);
      socket.addEventListener("message", ({ data }) => message(data));
      socket.addEventListener("close", close);
      socket.addEventListener("error", ({ error }) => fail(String(error)));
      return {
        send: (data) => socket.send(data),
        close: () => socket.close(1000),
      };
    };
  },
};

function fail(text) {
  console.error(text);
  process.exit(1);
}
