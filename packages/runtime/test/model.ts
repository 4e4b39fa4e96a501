import { createRuntime, type Runtime, type SocketTask } from "@weapp-socket/runtime/core";
import { createVirtualClock } from "@weapp-socket/testkit/clock";
import { createScriptedTransport, type ScriptedLink } from "./scripted-transport.js";

/** A runtime, a page that counts everything, and a server, with the invariants of SPEC.md. */
export interface Model {
  readonly runtime: Runtime;
  /** Runs a step of the test; no event may arrive within one that does not wait. */
  during(step: () => void | Promise<void>): Promise<void>;
  connect(url: string | undefined): void;
  send(task: number, data: unknown): void;
  close(task: number, code: unknown, reason: unknown): void;
  globalSend(): void;
  globalClose(code: unknown): void;
  serverOpens(link: number): void;
  serverSends(link: number): void;
  serverRefuses(link: number): void;
  serverCloses(link: number, code: number): void;
  pass(ms: number): Promise<void>;
  hide(): void;
  suspend(): void;
  show(): void;
  destroy(): void;
  /** Lets everything that is under way come to its end. */
  finish(): Promise<void>;
  checkNow(): void;
  checkEnd(): void;
}

interface TaskLog {
  readonly task: SocketTask | undefined;
  /** Absent where nothing was dialled. */
  readonly link: ScriptedLink | undefined;
  readonly events: Array<"open" | "error" | "close" | number>;
  readonly states: number[];
  /** Length of `events` when the page closed it. */
  closedAt: number | undefined;
}

interface Peer {
  readonly link: ScriptedLink;
  state: "connecting" | "open" | "over";
  sent: number;
}

/** Calls of one option bag's callbacks. */
type Results = Array<readonly ["success" | "fail" | "complete", { readonly errMsg: string }]>;

const destroyAfterMs = 30 * 60_000;

function insist(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

export function createModel(profile: "device" | "devtools", throwing: boolean): Model {
  const limit = 3;
  const transport = createScriptedTransport();
  const clock = createVirtualClock();
  const tasks: TaskLog[] = [];
  const peers: Peer[] = [];
  const problems: string[] = [];
  let inStep = false;
  let destroyed = false;
  /** When the app is suspended, if nothing happens; only phones do that. */
  let suspendAt: number | undefined;
  let heardAfterEnd = 0;

  const runtime = createRuntime({
    transport,
    clock,
    profile,
    maxConnections: limit,
    onUncaught: () => undefined,
  });
  const { wx } = runtime;

  /** Called for every event that page code hears. */
  function heard(what: string): void {
    if (inStep) problems.push(`${what} was heard within a call`);
    if (destroyed) heardAfterEnd += 1;
    if (suspendAt !== undefined && clock.now() > suspendAt)
      problems.push(`${what} was heard while suspended`);
    if (throwing) throw new Error("page");
  }

  wx.onAppHide(() => heard("hide"));
  wx.onAppShow(() => heard("show"));
  wx.onNetworkStatusChange(() => heard("status"));
  wx.onSocketOpen(() => heard("global open"));
  wx.onSocketMessage(() => heard("global message"));
  wx.onSocketError(() => heard("global error"));
  wx.onSocketClose(() => heard("global close"));

  /** Callbacks that must be called as the specification says, within the call. */
  function settled(run: (callbacks: Record<string, unknown>) => void): Results {
    const results: Results = [];
    const note =
      (name: "success" | "fail" | "complete") =>
      (result: { errMsg: string }): void => {
        results.push([name, result]);
        if (throwing) throw new Error("page");
      };
    run({ success: note("success"), fail: note("fail"), complete: note("complete") });
    if (destroyed) insist(results.length === 0, "a callback was called after the end");
    else {
      const names = results.map(([name]) => name).join();
      insist(/^(success|fail),complete$/.test(names), `callbacks: ${names}`);
      insist(results[0]![1] === results[1]![1], "complete got another object");
    }
    return results;
  }

  function watch(task: SocketTask, log: TaskLog): void {
    const note = (event: "open" | "error" | "close" | number): void => {
      log.events.push(event);
      log.states.push(task.readyState!);
      heard(String(event));
    };
    task.onOpen(() => note("open"));
    task.onMessage(({ data }) => note(Number(data)));
    task.onError(() => note("error"));
    task.onClose(() => note("close"));
  }

  const peerOf = (index: number): Peer | undefined => peers[index % Math.max(peers.length, 1)];
  const taskOf = (index: number): TaskLog | undefined => tasks[index % Math.max(tasks.length, 1)];

  function closed(log: TaskLog, results: Results): void {
    if (/:ok|not exist|not found/.test(results[0]?.[1]?.errMsg ?? "")) log.closedAt ??= log.events.length;
  }

  /** Links that take up room on the server. */
  const living = (): Peer[] =>
    peers.filter(({ link, state }) => state !== "over" && link.closed === undefined && !link.terminated);

  const model: Model = {
    runtime,
    async during(step) {
      inStep = true;
      const waiting = step();
      inStep = false;
      await waiting;
    },
    connect(url) {
      let task: SocketTask | undefined;
      settled((callbacks) => {
        task = wx.connectSocket({ url, ...callbacks } as never) as SocketTask | undefined;
      });
      if (task !== undefined) {
        const link = transport.links[peers.length];
        const log: TaskLog = { task, link, events: [], states: [], closedAt: undefined };
        tasks.push(log);
        watch(task, log);
      }
      while (peers.length < transport.links.length) {
        peers.push({ link: transport.links[peers.length]!, state: "connecting", sent: 0 });
      }
    },
    send(index, data) {
      const log = taskOf(index);
      if (log !== undefined) settled((callbacks) => log.task?.send({ data, ...callbacks } as never));
    },
    close(index, code, reason) {
      const log = taskOf(index);
      if (log === undefined) return;
      closed(
        log,
        settled((callbacks) => log.task?.close({ code, reason, ...callbacks } as never)),
      );
    },
    globalSend() {
      void wx.sendSocketMessage({ data: "x" });
      settled((callbacks) => void wx.sendSocketMessage({ data: "x", ...callbacks } as never));
    },
    globalClose(code) {
      const closable = tasks.filter(({ link }) => link !== undefined && link.closed === undefined);
      settled((callbacks) => void wx.closeSocket({ code, ...callbacks } as never));
      void wx.closeSocket();
      for (const log of closable) if (log.link?.closed !== undefined) log.closedAt ??= log.events.length;
    },
    serverOpens(index) {
      const peer = peerOf(index);
      if (peer?.state !== "connecting" || peer.link.terminated || peer.link.closed !== undefined) return;
      peer.state = "open";
      peer.link.peer.open({ header: {} });
    },
    serverSends(index) {
      const peer = peerOf(index);
      if (peer?.state !== "open" || peer.link.terminated) return;
      peer.link.peer.message(String(peer.sent));
      peer.sent += 1;
    },
    serverRefuses(index) {
      const peer = peerOf(index);
      if (peer?.state !== "connecting" || peer.link.terminated || peer.link.closed !== undefined) return;
      peer.state = "over";
      peer.link.peer.fail({ cause: "status", detail: "500" });
    },
    serverCloses(index, code) {
      const peer = peerOf(index);
      if (peer === undefined || peer.state === "over" || peer.link.terminated) return;
      if (peer.state === "connecting" && peer.link.closed === undefined) return;
      peer.state = "over";
      peer.link.peer.close(code, "");
    },
    async pass(ms) {
      const until = clock.now() + ms;
      await clock.advance(Math.min(ms, (suspendAt ?? until) + destroyAfterMs - clock.now()));
      destroyed ||= suspendAt !== undefined && until >= suspendAt + destroyAfterMs;
      await clock.advance(until - clock.now());
    },
    hide() {
      if (profile === "device") suspendAt ??= clock.now() + 5_000;
      runtime.hide();
    },
    suspend() {
      if (profile === "device") suspendAt = Math.min(clock.now(), suspendAt ?? clock.now());
      runtime.suspend();
    },
    show() {
      if (!destroyed) suspendAt = undefined;
      runtime.show();
    },
    destroy() {
      runtime.destroy();
      destroyed = true;
    },
    async finish() {
      model.show();
      await clock.settle();
      runtime.setNetworkType("wifi");
      for (let index = 0; index < peers.length; index += 1) {
        model.serverRefuses(index);
        model.serverCloses(index, 1000);
      }
      await clock.settle();
    },
    checkNow() {
      insist(problems.length === 0, problems.join("; "));
      insist(living().length <= limit, `${living().length} connections, ${limit} are allowed`);
      for (const { task, states } of tasks) {
        insist([0, 1, 3].includes(task!.readyState!), `readyState ${task!.readyState}`);
        insist(
          states.every((state, index) => state >= (states[index - 1] ?? 0)),
          `readyState went back: ${states.join()}`,
        );
      }
    },
    checkEnd() {
      model.checkNow();
      insist(heardAfterEnd === 0, "something was heard after the end");
      for (const log of tasks) checkEvents(log, profile, destroyed);
    },
  };
  return model;
}

/** One order of events, one end, messages as they were sent, none after the page closed. */
function checkEvents(
  { events, closedAt }: TaskLog,
  profile: "device" | "devtools",
  destroyed: boolean,
): void {
  const text = events.map((event) => (typeof event === "number" ? "m" : event[0])).join("");
  // o: open, m: message, e: error, c: close.
  const allowed = profile === "device" ? /^(e|(om*)?c)?$/ : /^(ec?|(om*)?c)?$/;
  const unended = /^(om*)?$/;
  insist(allowed.test(text) || (destroyed && unended.test(text)), `events: ${text}`);
  const messages = events.filter((event) => typeof event === "number");
  insist(
    messages.every((message, index) => message === index),
    `messages: ${messages.join()}`,
  );
  if (closedAt !== undefined) {
    const after = events.slice(closedAt);
    insist(
      !after.some((event) => event === "open" || typeof event === "number"),
      `after close(): ${after.join()}`,
    );
  }
}
