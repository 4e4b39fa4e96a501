import { scriptedUrl, type Script, type Seen } from "../script.js";
import type { SuiteRuntime, SuiteTask, SuiteWorld, SuiteWx } from "./world.js";

/** One line of what a page heard: name and payload. */
export type Heard = readonly [name: string, payload: unknown];

/** A page that writes down everything that it hears. */
export interface Page {
  readonly runtime: SuiteRuntime;
  readonly wx: SuiteWx;
  readonly log: Heard[];
  /** A listener or callback that writes `name` and what it is given. */
  readonly note: (name: string) => (payload?: unknown) => void;
  /** What was heard under `name` for the `count`th time. Rejects after half a minute. */
  readonly heard: (name: string, count?: number) => Promise<unknown>;
  readonly names: () => string[];
  /** connectSocket with all three callbacks and all four listeners noted. */
  readonly connect: (option: Record<string, unknown>) => Socket;
  /** To the scripted server, and until it is open; the log is empty then. */
  readonly open: (script?: Script, option?: Record<string, unknown>) => Promise<Socket>;
  /** Where the server plays `script`. */
  readonly address: (script?: Script) => { readonly url: string; readonly id: string };
  readonly seen: (id: string, what: "head" | "message" | "close" | "end", count?: number) => Promise<Seen>;
}

export interface Socket {
  /** Undefined where connectSocket returned that. */
  readonly task: SuiteTask;
  readonly id: string;
}

/** Long: what is waited for comes, and a busy machine takes its time. */
const patienceMs = 30_000;

export function createPage(world: SuiteWorld, options: Record<string, unknown> = {}): Page {
  const log: Heard[] = [];
  const watchers = new Set<() => void>();
  const runtime = world.createRuntime({ profile: world.profile, ...options });
  const { wx } = runtime;

  const note =
    (name: string) =>
    (payload?: unknown): void => {
      log.push([name, payload]);
      for (const watch of watchers) watch();
    };

  function heard(name: string, count: number = 1): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        watchers.delete(watch);
        const so = log.map(([one]) => one).join(", ");
        reject(new Error(`"${name}" was not heard ${count} times in ${patienceMs} ms, only: ${so}`));
      }, patienceMs);
      const watch = (): void => {
        const found = log.filter(([one]) => one === name)[count - 1];
        if (found === undefined) return;
        clearTimeout(timer);
        watchers.delete(watch);
        resolve(found[1]);
      };
      watchers.add(watch);
      watch();
    });
  }

  function connect(option: Record<string, unknown>, id: string = ""): Socket {
    const callbacks = { success: note("success"), fail: note("fail"), complete: note("complete") };
    const task = wx.connectSocket({ ...callbacks, ...option }) as SuiteTask;
    task?.onOpen(note("open"));
    task?.onMessage(note("message"));
    task?.onError(note("error"));
    task?.onClose(note("close"));
    return { task, id };
  }

  function address(script: Script = {}): { url: string; id: string } {
    const id = Math.random().toString(36).slice(2);
    return { id, url: scriptedUrl(world.server.base, id, script) };
  }

  return {
    runtime,
    wx,
    log,
    note,
    heard,
    names: () => log.map(([name]) => name),
    connect,
    address,
    async open(script, option) {
      const { url, id } = address(script);
      const opens = log.filter(([name]) => name === "open").length;
      const socket = connect({ url, ...option }, id);
      await heard("open", opens + 1);
      log.length = 0;
      return socket;
    },
    seen: (id, what, count) => world.server.seen(id, what, count),
  };
}

/** Long enough that whatever would still come has come. */
export function quiet(ms: number = 60): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
