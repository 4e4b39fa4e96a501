import { AsyncLocalStorage } from "node:async_hooks";
import { createNodeClock, createRuntime, type RuntimeOptions, type Runtime } from "@weapp-socket/runtime";
import { encodeFrame, OPCODE } from "@weapp-socket/wire";
import { afterEach, describe, expect, test } from "vitest";
import { startRawServer, type RawServer } from "./raw-server.js";

/** What page code does in the middle of a read that holds several messages, with tasks of both kinds. */

let server: RawServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const texts = ["1", "2", "3", "4"];
const frames = Buffer.concat(texts.map((text) => encodeFrame(OPCODE.text, Buffer.from(text))));

interface Page {
  readonly runtime: Runtime;
  readonly task: ReturnType<Runtime["wx"]["connectSocket"]>;
  readonly heard: string[];
  /** Resolves once something was heard that begins so. */
  readonly until: (what: string) => Promise<void>;
}

/** A page whose socket is open; the server sends all the texts in one write once it is told to. */
async function open(options: RuntimeOptions, onMessage: (text: string, page: Page) => void): Promise<Page> {
  let send = (): void => {};
  server = await startRawServer(({ socket, accept }) => {
    socket.write(accept());
    send = () => void socket.write(Buffer.concat([frames, encodeFrame(OPCODE.close, new Uint8Array(0))]));
  });
  const runtime = createRuntime(options);
  const heard: string[] = [];
  let wake = (): void => {};
  const note = (what: string): void => {
    heard.push(what);
    wake();
  };
  const task = runtime.wx.connectSocket({ url: `ws://127.0.0.1:${server.port}/` });
  const page: Page = {
    runtime,
    task,
    heard,
    async until(what) {
      while (!heard.some((one) => one.startsWith(what)))
        await new Promise<void>((resolve) => (wake = resolve));
    },
  };
  task.onMessage(({ data }) => {
    note(data as string);
    onMessage(data as string, page);
  });
  task.onClose(({ code }) => note(`close ${code}`));
  await new Promise((resolve) => task.onOpen(resolve));
  send();
  return page;
}

const turns = async (): Promise<void> => {
  for (let n = 0; n < 3; n += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe.each<[string, () => RuntimeOptions]>([
  ["tasks that can be ended", () => ({})],
  ["a turn of the loop for each", () => ({ clock: { ...createNodeClock(), endTask: undefined } })],
])("%s", (_, options) => {
  test("promise jobs and ticks of one are done before the next", async () => {
    const { heard, until } = await open(options(), (text, page) => {
      process.nextTick(() => page.heard.push(`${text} tick`));
      void (async () => {
        for (let hop = 0; hop < 3; hop += 1) await Promise.resolve();
        page.heard.push(`${text} jobs`);
      })();
    });
    await until("close 1005");
    expect(heard).toEqual([...texts.flatMap((text) => [text, `${text} tick`, `${text} jobs`]), "close 1005"]);
  });

  test("a page that closes in one hears no more of them", async () => {
    const { heard, until } = await open(options(), (text, { task }) => {
      if (text === "2") task.close({ code: 4001 });
    });
    // The server's own close was in the read as well.
    await until("close 1005");
    expect(heard).toEqual(["1", "2", "close 1005"]);
  });

  test("an app that is destroyed in one hears nothing more", async () => {
    const { heard, until } = await open(options(), (text, { runtime }) => {
      if (text === "2") runtime.destroy();
    });
    await until("2");
    await turns();
    expect(heard).toEqual(["1", "2"]);
  });

  test("an app that is suspended in one hears nothing until it is back, and then how it ended", async () => {
    const { runtime, heard, until } = await open(options(), (text, page) => {
      if (text !== "2") return;
      page.runtime.hide();
      page.runtime.suspend();
    });
    await until("2");
    await turns();
    expect(heard).toEqual(["1", "2"]);
    runtime.show();
    await until("close");
    // By the server, whose close was in the read, or by the suspension: whichever was told first.
    expect(heard.at(-1)).toMatch(/^close 100[05]$/);
  });

  test("a socket that fails in one: the rest were read, and still come", async () => {
    const { heard, until } = await open(options(), (text, { task }) => {
      if (text !== "2") return;
      // The server resets the connection, and the page's answer finds that out.
      for (const socket of server!.sockets) socket.resetAndDestroy();
      task.send({ data: "an answer" });
    });
    await until("close");
    // The server's close was in the read as well.
    expect(heard).toEqual([...texts, "close 1005"]);
  });

  test("what a tick throws Node hears before the next, and the rest still come", async () => {
    const others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    try {
      const { heard, until } = await open(options(), (text, page) => {
        if (text !== "2") return;
        process.once("uncaughtException", ({ message }) => page.heard.push(message));
        process.nextTick(() => {
          throw new Error("a page's mistake");
        });
      });
      await until("close 1005");
      expect(heard).toEqual(["1", "2", "a page's mistake", "3", "4", "close 1005"]);
    } finally {
      for (const other of others) process.on("uncaughtException", other);
    }
  });

  test("what a listener throws goes to onUncaught, and the rest still come", async () => {
    const uncaught: unknown[] = [];
    const { heard, until } = await open(
      { ...options(), onUncaught: (error) => uncaught.push(error) },
      (text) => {
        throw new Error(text);
      },
    );
    await until("close 1005");
    expect(heard).toEqual([...texts, "close 1005"]);
    expect(uncaught).toEqual(texts.map((text) => new Error(text)));
  });

  test("they run where the socket was opened: AsyncLocalStorage", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    await storage.run("page", async () => {
      const { until } = await open(options(), () => seen.push(storage.getStore()));
      await until("close 1005");
    });
    expect(seen).toEqual(texts.map(() => "page"));
  });
});
