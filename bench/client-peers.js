// The clients that bench/client.js compares, behind one shape: connect(url, events) -> { send, close }.
// Every message is handed on as the page would get it: text as a string.
import { connect as connectTcp } from "node:net";
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

/**
 * The least that a client in Node can do, and what the others can come down to: short texts are found, decoded and told,
 * each as a task of its own, and nothing is checked.
 */
peers.floor = async () => {
  const endTask = process._tickCallback;
  const READ_BYTES = 65_536;
  const WINDOW_BYTES = 2_048;
  return (url, { message }) => {
    const { hostname, port, pathname, search } = new URL(url);
    // What is left of a read is put before the next.
    const room = Buffer.allocUnsafeSlow(READ_BYTES * 2);
    let kept = 0;
    let isOpen = false;
    const tell = (bytes) => {
      let at = 0;
      let text = "";
      let from = 0;
      let to = 0;
      while (at + 4 <= bytes.length) {
        const isLong = bytes[at + 1] === 126;
        const start = at + (isLong ? 4 : 2);
        const end = start + (isLong ? (bytes[at + 2] << 8) | bytes[at + 3] : bytes[at + 1]);
        if (end > bytes.length) break;
        if (end > to) {
          from = start;
          to = Math.min(bytes.length, Math.max(end, start + WINDOW_BYTES));
          text = bytes.latin1Slice(from, to);
        }
        message(text.substring(start - from, end - from));
        endTask();
        at = end;
      }
      return at;
    };
    const socket = connectTcp({
      host: hostname,
      port: Number(port),
      onread: {
        buffer: Buffer.allocUnsafeSlow(READ_BYTES),
        callback(length, bytes) {
          bytes.copy(room, kept, 0, length);
          const all = room.subarray(0, kept + length);
          let at = 0;
          if (!isOpen) {
            const head = all.indexOf("\r\n\r\n");
            isOpen = head >= 0;
            at = isOpen ? head + 4 : 0;
          }
          if (isOpen) at += tell(all.subarray(at));
          room.copyWithin(0, at, all.length);
          kept = all.length - at;
          return true;
        },
      },
    });
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`);
  };
};

function fail(text) {
  console.error(text);
  process.exit(1);
}
