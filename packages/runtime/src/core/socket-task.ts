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
import { thrownText } from "./thrown-text.js";
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

interface ConnectionOptions {
  readonly taskId: number;
  /** Puts `profile` into the open event. */
  readonly enableProfile: boolean;
  /** Fail unless the server answers with a subprotocol. */
  readonly needsSubprotocol: boolean;
}

type Listeners = Readonly<Record<TaskEvent, readonly unknown[]>>;

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

const noListeners: Listeners = { open: [], message: [], error: [], close: [] };

/** A SocketTask with the side that the page does not see. */
export class Connection {
  readonly taskId: number;
  readonly task: Required<SocketTask>;
  private readonly host: TaskHost;
  private readonly options: ConnectionOptions;
  private listeners = noListeners;
  private now: TaskState = "connecting";
  private link: Link | undefined;
  private outgoing: Outgoing | undefined;
  /** What the page asked for with `close()`. */
  private asked: Ending = { code: 1000, reason: "" };
  private readonly deliverMessage: (data: string | ArrayBuffer) => void;

  constructor(host: TaskHost, options: ConnectionOptions) {
    const { profile } = host;
    this.host = host;
    this.options = options;
    this.taskId = options.taskId;
    this.task = {
      readyState: CONNECTING,
      CONNECTING,
      OPEN,
      CLOSING,
      CLOSED,
      send: (option) => this.send(option, profile.taskCallsPromise.value),
      close: (option) => this.close(option, profile.taskCallsPromise.value),
      onOpen: (listener) => this.listen("open", listener),
      onMessage: (listener) => this.listen("message", listener),
      onError: (listener) => this.listen("error", listener),
      onClose: (listener) => this.listen("close", listener),
    };
    this.deliverMessage = (data) => this.announceMessage(data);
  }

  state(): TaskState {
    return this.now;
  }

  /** Starts to connect. `dial` is the transport's. */
  start(dial: (events: LinkEvents) => Link): void {
    const { mailbox, profile } = this.host;
    const link = dial({
      open: (response) => this.opened(response),
      message: (data, atOnce) => {
        if (atOnce === true) mailbox.pass(this.deliverMessage, data);
        else mailbox.post(this.deliverMessage, data);
      },
      fail: (failure) => this.fail(failure.cause, failure.detail),
      close: (code, reason) => this.postEnd(profile.ending.value(code, reason)),
    });
    this.link = link;
    this.outgoing = createOutgoing({
      send: (data) => {
        link.send(data);
        if (this.host.trace === undefined) return;
        this.trace({ type: "sent", data: copyOf(data), bytes: sizeOf(data) });
      },
      close: (code, reason) => link.close(code, reason),
    });
  }

  /** Instead of `start`: the page will hear an error event. */
  refuse(refusal: Refusal): void {
    this.now = "severed";
    if (refusal.kind === "domain") this.task.readyState = this.host.profile.domainReadyState.value;
    this.postFailure(refusal);
  }

  /** Instead of `start`: there never was a connection, and no event will say so. */
  startClosed(): void {
    this.now = "closed";
    this.task.readyState = CLOSED;
  }

  /** The result goes to the callbacks in `option`; a promise of it if there are none and `promised`. */
  send(option: unknown, promised: boolean): Promise<unknown> | undefined {
    const { profile } = this.host;
    if (this.task.readyState !== OPEN) {
      return this.settle(option, false, profile.sendNotOpen.value, promised);
    }
    if (this.now !== "open") return this.settle(option, false, profile.send[this.now].value, promised);
    const refusal = this.transmit(readProperty(option, "data"));
    if (refusal !== undefined) return this.settle(option, false, refusal, promised);
    return this.settle(option, true, "sendSocketMessage:ok", promised);
  }

  /** The text that refuses it, if it is not sent. */
  private transmit(data: unknown): string | undefined {
    const { profile } = this.host;
    try {
      const message = readSendData(data, profile);
      if ("refusal" in message) return message.refusal;
      if (this.move("send") === "transmit") this.outgoing?.send(message.data);
      return undefined;
    } catch (thrown) {
      return profile.sendException.value(thrownText(thrown));
    }
  }

  /** As `send`. */
  close(option: unknown, promised: boolean): Promise<unknown> | undefined {
    const { profile } = this.host;
    if (this.now === "connecting" || this.now === "open") {
      const request = readCloseRequest(option, profile);
      if ("refusal" in request) return this.settle(option, false, request.refusal, promised);
      const { ending } = request;
      this.asked = ending;
      this.move("close");
      this.traceClosing("page", ending);
      this.outgoing?.close(ending.code, ending.reason);
      return this.settle(option, true, "closeSocket:ok", promised);
    }
    const { ok, errMsg } = profile.close[this.now].value;
    this.move("close");
    return this.settle(option, ok, errMsg, promised);
  }

  /** The app is suspended. */
  interrupt(): void {
    if (this.move("interrupt") !== "interrupt") return;
    const wire = { code: 1000, reason: "default_close" };
    this.traceClosing("suspension", wire);
    this.link?.close(wire.code, wire.reason);
    this.postEnd(this.host.profile.interrupted.value);
  }

  /** The network is gone, or another. */
  drop(how: "offline" | "changed"): void {
    const { profile } = this.host;
    const before = this.now;
    if (this.move("drop") !== "cut") return;
    const ending = how === "offline" ? profile.offlineEnding.value : profile.ending.value(1006, "");
    this.traceClosing("network", ending);
    this.link?.terminate();
    if (before === "connecting") {
      this.fail(how === "offline" ? "offline" : "reset", "the network changed while connecting");
    } else {
      this.postEnd(ending);
    }
  }

  /** The app is gone. */
  destroy(): void {
    if (this.move("destroy") === "discard") {
      this.traceClosing("destruction", { code: 1006, reason: "" });
      this.link?.terminate();
    }
    this.task.readyState = CLOSED;
    this.forget();
  }

  private move(input: TaskInput): TaskAction {
    const cell = taskTable[this.now][input];
    this.now = cell[0];
    return cell[1];
  }

  private listen(event: TaskEvent, listener: unknown): void {
    this.listeners = { ...this.listeners, [event]: [...this.listeners[event], listener] };
  }

  /** How many functions of the page will be called with it. */
  private hearers(event: TaskEvent): number {
    return [...this.listeners[event], this.host.globalListener(this, event)].filter(
      (listener) => typeof listener === "function",
    ).length;
  }

  /** The task's own listeners in order, then the global one. One that is added meanwhile hears the next event. */
  private emit(event: TaskEvent, payload: object): void {
    const { calls } = this.host;
    const global = this.host.globalListener(this, event);
    for (const listener of this.listeners[event]) calls.call(listener, payload);
    if (global !== undefined) calls.call(global, payload);
  }

  /** No further event can come: let go of what the page gave. */
  private forget(): void {
    this.link = undefined;
    this.outgoing = undefined;
    this.listeners = noListeners;
  }

  private get isMuted(): boolean {
    return this.task.readyState === CLOSED && this.host.profile.mutedWhenClosed.value;
  }

  private opened(response: LinkOpen): void {
    if (this.options.needsSubprotocol && !answersSubprotocol(response.header)) {
      this.link?.terminate();
      this.fail("subprotocol", "the server chose none of the subprotocols that were offered");
      return;
    }
    this.host.mailbox.post((one) => this.announceOpen(one), response);
  }

  private announceOpen({ header, profile: measured }: LinkOpen): void {
    if (this.move("opened") !== "announce-open") return;
    this.trace({
      type: "open",
      header,
      ...(measured === undefined ? {} : { profile: measured }),
      listeners: this.isMuted ? 0 : this.hearers("open"),
    });
    if (this.isMuted) return;
    this.task.readyState = OPEN;
    const told = this.options.enableProfile && measured !== undefined ? { profile: { ...measured } } : {};
    this.emit("open", this.host.profile.tellsOpen.value ? { header: { ...header }, ...told } : {});
  }

  private announceMessage(data: string | ArrayBuffer): void {
    if (this.move("received") !== "announce-message") return;
    if (this.host.trace !== undefined) {
      const listeners = this.isMuted ? 0 : this.hearers("message");
      this.trace({ type: "received", data: copyOf(data), bytes: sizeOf(data), listeners });
    }
    if (!this.isMuted) this.emit("message", { data });
  }

  private announceError({ kind, failure, detail, holders }: Refusal): void {
    this.task.readyState = CLOSED;
    const { errMsg, errCode } = failure;
    const payload = errCode === undefined ? { errMsg } : { errCode, errMsg };
    const slots = holders === undefined ? {} : { holders };
    const listeners = this.hearers("error");
    this.trace({ type: "error", ...payload, cause: kind, detail, listeners, ...slots });
    this.emit("error", payload);
  }

  private announceClose({ code, reason }: Ending): void {
    this.task.readyState = CLOSED;
    this.trace({ type: "close", code, reason, listeners: this.hearers("close") });
    this.emit("close", { code, reason });
    this.forget();
  }

  private fail(kind: FailureKind, detail: string): void {
    this.postFailure({ kind, failure: this.host.profile.failures[kind].value, detail });
  }

  /** The error event that will be heard, and the close event after it where the profile has one. */
  private postFailure(refusal: Refusal): void {
    const { mailbox, profile } = this.host;
    mailbox.post((one) => this.deliverFailure(one), refusal);
    if (refusal.failure.thenClose) this.postEnd(profile.ending.value(1006, ""));
  }

  private deliverFailure(refusal: Refusal): void {
    const input = refusal.failure.thenClose ? "stumbled" : "failed";
    const action = this.move(input);
    if (action === "announce-own-close") return this.announceClose(this.asked);
    if (action === "announce-close") return this.announceClose(this.host.profile.ending.value(1006, ""));
    if (action !== "announce-error") return;
    this.announceError(refusal);
    if (input === "failed") this.forget();
  }

  private postEnd(ending: Ending): void {
    this.host.mailbox.post((one) => this.deliverEnd(one), ending);
  }

  private deliverEnd(ending: Ending): void {
    const action = this.move("ended");
    if (action === "announce-own-close") return this.announceClose(this.asked);
    if (action === "announce-close") this.announceClose(ending);
  }

  private settle(
    option: unknown,
    ok: boolean,
    errMsg: string,
    promised: boolean,
  ): Promise<unknown> | undefined {
    const { calls } = this.host;
    if (!ok) this.trace({ type: "call-failed", errMsg });
    if (promised) return calls.answer(option, ok, { errMsg });
    calls.settle(option, ok, { errMsg });
    return undefined;
  }

  private trace(event: Unstamped<SocketTrace>): void {
    this.host.trace?.(this.taskId, event);
  }

  private traceClosing(by: ClosingTrace["by"], ending: Ending): void {
    this.trace({ type: "closing", by, ...ending });
  }
}

function answersSubprotocol(header: Readonly<Record<string, string>>): boolean {
  return Object.keys(header).some((name) => name.toLowerCase() === "sec-websocket-protocol");
}

/** For who watches: a buffer is the page's own, which may write to it. */
function copyOf(data: string | ArrayBuffer): string | ArrayBuffer {
  return typeof data === "string" ? data : data.slice(0);
}

function sizeOf(data: string | ArrayBuffer): number {
  return typeof data === "string" ? utf8Length(data) : data.byteLength;
}
