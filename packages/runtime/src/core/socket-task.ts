import { readCloseRequest } from "./close-request.js";
import type { Mailbox } from "./mailbox.js";
import type { PageCalls } from "./page-calls.js";
import { readProperty } from "./page-calls.js";
import type { Ending, Failure, FailureKind, Profile } from "./profile.js";
import { createOutgoing, type Outgoing } from "./outgoing.js";
import { readSendData } from "./send-data.js";
import { taskTable, type TaskAction, type TaskInput, type TaskState } from "./task-states.js";
import type { ClosingTrace, SlotHolder, SocketTrace } from "./trace.js";
import type { Link, LinkEvents, LinkOpen } from "./transport.js";
import { utf8Length } from "./utf8-length.js";
import type { SocketTask } from "./wx-types.js";

export type TaskEvent = "open" | "message" | "error" | "close";

/** `Omit` that keeps a union a union. */
type Unstamped<T> = T extends unknown ? Omit<T, "taskId" | "at"> : never;

/** What the app gives each of its tasks. */
export interface TaskHost {
  readonly profile: Profile;
  readonly mailbox: Mailbox;
  readonly calls: PageCalls;
  /** Absent when nobody watches. */
  readonly trace?: (taskId: number, event: Unstamped<SocketTrace>) => void;
  /** The listener of `wx.onSocketX`, if this is the current task. */
  globalListener(connection: Connection, event: TaskEvent): unknown;
}

/** Why an attempt ended before it began, in the words of the page and for people. */
export interface Refusal {
  readonly kind: FailureKind | "limit";
  readonly failure: Failure;
  readonly detail: string;
  readonly holders?: readonly SlotHolder[];
}

/** A SocketTask with the side that the page does not see. */
export interface Connection {
  readonly taskId: number;
  readonly task: Required<SocketTask>;
  state(): TaskState;
  /** Starts to connect. `dial` is the transport's. */
  start(dial: (events: LinkEvents) => Link): void;
  /** Instead of `start`: the page will hear an error event. */
  refuse(refusal: Refusal): void;
  /** Instead of `start`: there never was a connection, and no event will say so. */
  startClosed(): void;
  /** The result goes to the callbacks in `option`; a promise of it if there are none and `promised`. */
  send(option: unknown, promised: boolean): Promise<unknown> | undefined;
  close(option: unknown, promised: boolean): Promise<unknown> | undefined;
  interrupt(): void;
  drop(how: "offline" | "changed"): void;
  destroy(): void;
}

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

interface ConnectionOptions {
  readonly taskId: number;
  /** Puts `profile` into the open event. */
  readonly enableProfile: boolean;
  /** Fail unless the server answers with a subprotocol. */
  readonly needsSubprotocol: boolean;
}

export function createConnection(host: TaskHost, options: ConnectionOptions): Connection {
  const { profile, mailbox, calls } = host;
  const { taskId } = options;
  const listeners: Record<TaskEvent, unknown[]> = { open: [], message: [], error: [], close: [] };
  let state: TaskState = "connecting";
  let link: Link | undefined;
  let outgoing: Outgoing | undefined;
  /** What the page asked for with `close()`. */
  let asked: Ending = { code: 1000, reason: "" };

  const task: Required<SocketTask> = {
    readyState: CONNECTING,
    CONNECTING,
    OPEN,
    CLOSING,
    CLOSED,
    send: (option) => send(option, profile.taskCallsPromise.value),
    close: (option) => close(option, profile.taskCallsPromise.value),
    onOpen: (listener) => void listeners.open.push(listener),
    onMessage: (listener) => void listeners.message.push(listener),
    onError: (listener) => void listeners.error.push(listener),
    onClose: (listener) => void listeners.close.push(listener),
  };

  const trace = (event: Unstamped<SocketTrace>): void => host.trace?.(taskId, event);

  function move(input: TaskInput): TaskAction {
    const cell = taskTable[state][input];
    state = cell[0];
    return cell[1];
  }

  /** How many functions of the page will be called with it. */
  function hearers(event: TaskEvent): number {
    return [...listeners[event], host.globalListener(connection, event)].filter(
      (listener) => typeof listener === "function",
    ).length;
  }

  /** The task's own listeners in order, then the global one. One that is added meanwhile hears the next event. */
  function emit(event: TaskEvent, payload: object): void {
    const own = listeners[event];
    const global = host.globalListener(connection, event);
    for (let index = 0, count = own.length; index < count; index += 1) calls.call(own[index], payload);
    calls.call(global, payload);
  }

  /** No further event can come: let go of what the page gave. */
  function forget(): void {
    link = undefined;
    outgoing = undefined;
    listeners.open = [];
    listeners.message = [];
    listeners.error = [];
    listeners.close = [];
  }

  const muted = (): boolean => profile.mutedWhenClosed.value && task.readyState === CLOSED;

  function opened(response: LinkOpen): void {
    if (options.needsSubprotocol && !answersSubprotocol(response.header)) {
      link?.terminate();
      return fail("subprotocol", "the server chose none of the subprotocols that were offered");
    }
    mailbox.post(deliverOpen, response);
  }

  function deliverOpen({ header, profile: measured }: LinkOpen): void {
    if (move("opened") !== "announce-open") return;
    const heard = muted() ? 0 : hearers("open");
    trace({
      type: "open",
      header,
      ...(measured === undefined ? {} : { profile: measured }),
      listeners: heard,
    });
    if (muted()) return;
    task.readyState = OPEN;
    const told = options.enableProfile && measured !== undefined ? { profile: { ...measured } } : {};
    emit("open", profile.tellsOpen.value ? { header: { ...header }, ...told } : {});
  }

  function deliverMessage(data: string | ArrayBuffer): void {
    if (move("received") !== "announce-message") return;
    if (host.trace !== undefined) {
      const heard = muted() ? 0 : hearers("message");
      trace({ type: "received", data, bytes: sizeOf(data), listeners: heard });
    }
    if (!muted()) emit("message", { data });
  }

  function announceError({ kind, failure, detail, holders }: Refusal): void {
    task.readyState = CLOSED;
    const { errMsg, errCode } = failure;
    const payload = errCode === undefined ? { errMsg } : { errCode, errMsg };
    const slots = holders === undefined ? {} : { holders };
    trace({ type: "error", ...payload, cause: kind, detail, listeners: hearers("error"), ...slots });
    emit("error", payload);
  }

  function announceClose({ code, reason }: Ending): void {
    task.readyState = CLOSED;
    trace({ type: "close", code, reason, listeners: hearers("close") });
    emit("close", { code, reason });
    forget();
  }

  /** The error event that will be heard, and the close event after it where the profile has one. */
  function postFailure(refusal: Refusal): void {
    mailbox.post(deliverFailure, refusal);
    if (refusal.failure.thenClose) mailbox.post(deliverEnd, profile.ending.value(1006, ""));
  }

  function deliverFailure(refusal: Refusal): void {
    const input = refusal.failure.thenClose ? "stumbled" : "failed";
    const action = move(input);
    if (action === "announce-own-close") return announceClose(asked);
    if (action === "announce-close") return announceClose(profile.ending.value(1006, ""));
    if (action !== "announce-error") return;
    announceError(refusal);
    if (input === "failed") forget();
  }

  function deliverEnd(ending: Ending): void {
    const action = move("ended");
    if (action === "announce-own-close") return announceClose(asked);
    if (action === "announce-close") announceClose(ending);
  }

  function fail(kind: FailureKind, detail: string): void {
    postFailure({ kind, failure: profile.failures[kind].value, detail });
  }

  function settle(
    option: unknown,
    ok: boolean,
    errMsg: string,
    promised: boolean,
  ): Promise<unknown> | undefined {
    if (!ok) trace({ type: "call-failed", errMsg });
    if (promised) return calls.answer(option, ok, { errMsg });
    calls.settle(option, ok, { errMsg });
    return undefined;
  }

  function send(option: unknown, promised: boolean): Promise<unknown> | undefined {
    const answer = (ok: boolean, errMsg: string) => settle(option, ok, errMsg, promised);
    if (task.readyState !== OPEN) return answer(false, profile.sendNotOpen.value);
    if (state !== "open") return answer(false, profile.send[state].value);
    const message = readSendData(readProperty(option, "data"), profile);
    if ("refusal" in message) return answer(false, message.refusal);
    if (move("send") === "transmit") outgoing?.send(message.data);
    return answer(true, "sendSocketMessage:ok");
  }

  function close(option: unknown, promised: boolean): Promise<unknown> | undefined {
    const answer = (ok: boolean, errMsg: string) => settle(option, ok, errMsg, promised);
    if (state === "connecting" || state === "open") {
      const request = readCloseRequest(option, profile);
      if ("refusal" in request) return answer(false, request.refusal);
      asked = request.ending;
      move("close");
      trace({ type: "closing", by: "page", ...asked });
      outgoing?.close(asked.code, asked.reason);
      return answer(true, "closeSocket:ok");
    }
    const { ok, errMsg } = profile.close[state].value;
    move("close");
    return answer(ok, errMsg);
  }

  function traceClosing(by: ClosingTrace["by"], ending: Ending): void {
    trace({ type: "closing", by, ...ending });
  }

  const connection: Connection = {
    taskId,
    task,
    state: () => state,
    start(dial) {
      link = dial({
        open: opened,
        message: (data) => mailbox.post(deliverMessage, data),
        fail: (failure) => fail(failure.cause, failure.detail),
        close: (code, reason) => mailbox.post(deliverEnd, profile.ending.value(code, reason)),
      });
      const dialled = link;
      outgoing = createOutgoing({
        send(data) {
          dialled.send(data);
          if (host.trace !== undefined) {
            const copy = typeof data === "string" ? data : data.slice(0);
            trace({ type: "sent", data: copy, bytes: sizeOf(data) });
          }
        },
        close: (code, reason) => dialled.close(code, reason),
      });
    },
    refuse(refusal) {
      state = "severed";
      if (refusal.kind === "domain") task.readyState = profile.domainReadyState.value;
      postFailure(refusal);
    },
    startClosed() {
      state = "closed";
      task.readyState = CLOSED;
    },
    send,
    close,
    interrupt() {
      if (move("interrupt") !== "interrupt") return;
      const wire = { code: 1000, reason: "default_close" };
      traceClosing("suspension", wire);
      link?.close(wire.code, wire.reason);
      mailbox.post(deliverEnd, profile.interrupted.value);
    },
    drop(how) {
      const before = state;
      if (move("drop") !== "cut") return;
      const ending = how === "offline" ? profile.offlineEnding.value : profile.ending.value(1006, "");
      traceClosing("network", ending);
      link?.terminate();
      if (before === "connecting") {
        fail(how === "offline" ? "offline" : "reset", "the network changed while connecting");
      } else {
        mailbox.post(deliverEnd, ending);
      }
    },
    destroy() {
      if (move("destroy") === "discard") {
        traceClosing("destruction", { code: 1006, reason: "" });
        link?.terminate();
      }
      task.readyState = CLOSED;
      forget();
    },
  };
  return connection;
}

function answersSubprotocol(header: Readonly<Record<string, string>>): boolean {
  return Object.keys(header).some((name) => name.toLowerCase() === "sec-websocket-protocol");
}

function sizeOf(data: string | ArrayBuffer): number {
  return typeof data === "string" ? utf8Length(data) : data.byteLength;
}
