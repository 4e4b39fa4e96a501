import { SessionMachine, type Hello, type SessionInput, type SessionOutput } from "@weapp-socket/protocol";
import type { SessionAdmitted } from "../admission.js";
import type { Identity } from "../auth/identity.js";
import type { Handshake } from "../handshake.js";
import { contentFrame } from "../outbound-frame.js";
import { RequestError } from "../request-error.js";
import type { SocketConnection } from "../socket-connection.js";
import type { Speaker } from "../speaker.js";
import type { SteadyClock } from "../steady-clock.js";
import type { WheelEntry } from "../timer-wheel.js";
import { byeOfRefusal, errorBodyOf } from "./answers.js";
import { callFor } from "./calls.js";
import type { CallEnd, ClientCall } from "./client-calls.js";
import { byeOf, drainWindow } from "./farewell.js";
import { readAttachFacts, readItems } from "./history-reader.js";
import {
  brokerChannelOf,
  grantChannel,
  historyFor,
  membersFor,
  publishFor,
  type Requester,
} from "./requests.js";
import { OwedReceipts, type Receipted } from "./owed-receipts.js";
import type { Room, RoomBatch, RoomMember } from "./room.js";
import type { Writer } from "./rooms.js";
import type { SessionHolder, SessionHost } from "./session-host.js";

type Output<Type extends SessionOutput["type"]> = Extract<SessionOutput, { type: Type }>;

/** One for all connections that have nothing to write. */
const NO_TEXTS: readonly string[] = [];

/**
 * Drives the machine of one session connection: what comes from the socket goes in, what comes out is done, in order.
 * What is written in one turn goes out together; a room's publications in their place among it.
 */
export class SessionConnection implements Speaker, RoomMember, Writer, WheelEntry, SessionHolder, Requester {
  wheelTick = 0;
  wheelIndex = 0;
  device = "";
  hiddenSinceMs: number | undefined = undefined;
  private readonly link: SocketConnection;
  private readonly host: SessionHost;
  private readonly machine: SessionMachine;
  private readonly needsIdentity: boolean;
  /** As the handshake proved it; for the hello. */
  private proven: Identity | undefined;
  /** Kept where later proofs may be asked for: it is large. */
  private handshake: Handshake | undefined;
  /** Of the session, once it is open. */
  private session = "";
  /** Most connections are never sent anything with a receipt. */
  private receipts: OwedReceipts | undefined;
  private texts: readonly string[] = NO_TEXTS;
  private ending: { readonly code: number; readonly reason: string } | undefined;
  private dueAtMs = 0;
  /** Of the wheel, when they were last looked at. */
  private standstills: number;
  /** When the session's time is begun anew. */
  private renewAtMs = Number.POSITIVE_INFINITY;
  /** Of the application's calls to the client; most connections never have any. */
  private lastCall = 0;
  private askers: Map<number, (end: CallEnd) => void> | undefined;

  constructor(link: SocketConnection, host: SessionHost, handshake: Handshake, admitted: SessionAdmitted) {
    this.link = link;
    this.host = host;
    this.handshake = handshake;
    this.proven = admitted.identity;
    this.needsIdentity = admitted.needsIdentity;
    this.standstills = host.node.wheel.standstills;
    this.machine = new SessionMachine(host.options, this.now);
    this.schedule();
  }

  get identity(): Identity | undefined {
    return this.link.identity;
  }

  get user(): string {
    return this.link.user;
  }

  // --- Speaker ---

  onMessage(data: string | ArrayBuffer): void {
    this.feed(typeof data === "string" ? { type: "text", text: data } : { type: "binary" });
  }

  farewell(code: number, reason: string): { readonly code: number; readonly reason: string } {
    if (!this.hasEnded) {
      this.ending = { code, reason };
      const bye = byeOf(code);
      const after = bye === "drain" ? { after: drainWindow(this.link.number) } : {};
      this.feed({ type: "end", bye, message: reason, ...after });
    }
    this.flush();
    return this.ending ?? { code, reason };
  }

  onClosed(): void {
    this.feed({ type: "closed" });
    this.host.node.wheel.clear(this);
    this.host.holders.delete(this.holder.connection);
  }

  // --- RoomMember ---

  offer({ name }: Room, batch: RoomBatch): boolean {
    if (!this.machine.offer(name, batch.extent, batch.nowMs)) {
      this.run(this.machine.flush(this.now));
      return false;
    }
    this.flush();
    this.link.write(batch.frame);
    this.owe(batch.receipted);
    return true;
  }

  verify({ name }: Room, position: string): void {
    this.run(this.machine.verify(name, position, this.now));
  }

  tell({ name }: Room, frame: Uint8Array): void {
    if (!this.machine.feeds.has(name)) return;
    this.flush();
    this.link.write(frame);
  }

  // --- Writer ---

  flush(): void {
    const { texts } = this;
    if (texts === NO_TEXTS) return;
    this.texts = NO_TEXTS;
    const frames = texts.map((data) => contentFrame({ data }));
    if (this.link.isOpen) this.link.write(frames.length === 1 ? frames[0]! : Buffer.concat(frames));
  }

  // --- WheelEntry ---

  onDeadline(): void {
    const { standstills } = this.host.node.wheel;
    if (standstills !== this.standstills) {
      this.standstills = standstills;
      this.feed({ type: "stood-still" });
    }
    if (this.now >= this.renewAtMs && !this.hasEnded) this.watch(this.renewSession());
    this.feed({ type: "tick" });
  }

  // --- SessionHolder ---

  supersede(): void {
    this.feed({ type: "end", bye: "superseded" });
  }

  call({ method, data, timeoutMs }: ClientCall, done: (end: CallEnd) => void): void {
    this.lastCall -= 1;
    (this.askers ??= new Map()).set(this.lastCall, done);
    this.feed({ type: "call", id: this.lastCall, method, data, timeoutMs });
  }

  private get hasEnded(): boolean {
    return this.machine.state === "ended";
  }

  private get now(): number {
    return this.host.node.steady.now();
  }

  private get holder(): { readonly node: string; readonly connection: string } {
    return { node: this.host.node.settings.nodeId, connection: String(this.link.number) };
  }

  private feed(input: SessionInput): void {
    this.run(this.machine.handle(input, this.now));
    this.schedule();
  }

  private run(outputs: readonly SessionOutput[]): void {
    for (const output of outputs) this.act(output);
  }

  /** Feeds the answer, and where there is none what `fail` makes of the error, unless the connection has ended meanwhile. */
  private ask(answer: Promise<SessionInput>, fail: (error: unknown) => SessionInput): void {
    answer
      .catch((error: unknown) => {
        if (!isRefusal(error)) this.host.node.reception.onError(error);
        return fail(error);
      })
      .then((input) => this.feed(input))
      .catch((error: unknown) => this.host.node.reception.onError(error));
  }

  /** As `ask`, for what the client has asked for. */
  private request(id: number, answer: Promise<unknown>): void {
    this.ask(
      answer.then((ok) => ({ type: "done", id, ok }) as SessionInput),
      (error) => ({ type: "failed", id, error: errorBodyOf(error) }),
    );
  }

  private act(output: SessionOutput): void {
    const { node } = this.host;
    switch (output.type) {
      case "send":
        this.say(output.text);
        return;
      case "authenticate":
        this.ask(this.authenticate(output.hello), refusalOf);
        return;
      case "reauthenticate":
        this.ask(this.renew(output.id, output.token), refusalOf);
        return;
      case "open":
        this.ask(this.open(output.hello), () => ({
          type: "rejected",
          bye: "unavailable",
          message: "sessions",
        }));
        return;
      case "attach":
        this.ask(this.attach(output.channel, output.position), (error) => this.deny(output, error));
        return;
      case "detach":
        this.detach(output.channel);
        return;
      case "read":
        this.ask(this.read(output), () => ({ type: "end", bye: "unavailable" }));
        return;
      case "publish":
        this.request(output.id, publishFor(node, this, output));
        return;
      case "history":
        this.request(output.id, historyFor(node, this, output));
        return;
      case "members":
        this.request(output.id, membersFor(node, this, output));
        return;
      case "call":
        this.ask(this.runCall(output), (error) => ({
          type: "failed",
          id: output.id,
          error: errorBodyOf(error),
        }));
        return;
      case "confirmed":
        this.watch(this.host.store.confirm(this.session, this.holder));
        return;
      case "left":
        if (this.session !== "") this.watch(this.host.store.end(this.session));
        return;
      case "close":
        this.leave(output.code, output.reason);
        return;
      case "acked":
        if (this.receipts === undefined) return;
        this.host.report(this.receipts.take(this.channelOf(output.channel), output), output.level);
        return;
      case "answered":
        this.settle(
          output.id,
          output.error === undefined ? { ok: output.ok ?? null } : { error: output.error },
        );
        return;
      case "unanswered":
        this.settle(output.id, { unanswered: output.error });
        return;
      case "visible":
        this.hiddenSinceMs = output.visible ? undefined : this.host.node.clock.now();
        node.onVisible(this.link);
        return;
      case "present":
        this.setPresent(output);
        return;
    }
  }

  private settle(id: number, end: CallEnd): void {
    const done = this.askers?.get(id);
    this.askers?.delete(id);
    done?.(end);
  }

  private say(text: string): void {
    if (this.texts === NO_TEXTS) {
      this.texts = [text];
      this.host.rooms.later(this);
    } else {
      (this.texts as string[]).push(text);
    }
  }

  private owe(receipted: readonly Receipted[]): void {
    if (receipted.length > 0) (this.receipts ??= new OwedReceipts()).sent(receipted);
  }

  private leave(code: number, reason: string): void {
    const isTold = this.ending !== undefined;
    this.ending = { code, reason };
    if (!isTold) this.link.close(code, reason);
  }

  private async authenticate({ token, device = "" }: Hello): Promise<SessionInput> {
    this.device = device;
    const identity = token === undefined ? this.proven : await this.identify(token);
    this.proven = undefined;
    if (this.host.node.settings.authenticate === undefined) this.handshake = undefined;
    if (this.hasEnded) return { type: "tick" };
    if (identity === undefined) {
      return this.needsIdentity ? UNKNOWN_TOKEN : { type: "authenticated", user: "" };
    }
    this.host.node.identify(this.link, identity);
    return authenticatedAs(identity, this.host.node.steady);
  }

  private async renew(id: number, token: string): Promise<SessionInput> {
    const identity = await this.identify(token);
    if (identity === undefined || identity.user !== this.user) return UNKNOWN_TOKEN;
    this.link.identity = identity;
    return { type: "renewed", id, ...expiryOf(identity, this.host.node.steady) };
  }

  private async identify(token: string): Promise<Identity | undefined> {
    if (this.handshake === undefined) return undefined;
    return this.host.admission.identify(this.handshake, token, this.device);
  }

  private async open(hello: Hello): Promise<SessionInput> {
    const { user, device, holder } = this;
    const opened = await this.host.store.open(hello, { user, device, ...holder });
    if (typeof opened === "string") return { type: "rejected", bye: opened, message: `session: ${opened}` };
    const { session, secret, resumed, fenced } = opened;
    this.session = session;
    if (!this.hasEnded) this.host.holders.set(holder.connection, this);
    this.renewAtMs = this.now + this.host.renewAfterMs;
    if (fenced !== undefined) this.watch(this.host.fence(fenced));
    return { type: "opened", session, secret, resumed };
  }

  /** A session that is connected does not end. Who finds it with another has missed the word that it went on there. */
  private async renewSession(): Promise<void> {
    this.renewAtMs = this.now + this.host.renewAfterMs;
    const isMine = await this.host.store.renew(this.session, this.holder);
    if (!isMine && !this.hasEnded) this.supersede();
  }

  private async attach(name: string, position: string | undefined): Promise<SessionInput> {
    const { node, rooms } = this.host;
    const channel = await grantChannel(node, this, "join", name);
    if (this.hasEnded) return { type: "tick" };
    // First in the room, then history: what is published in between is noted.
    const rule = node.ruleOf(channel);
    try {
      await rooms.join(this, channel, name);
      const facts = await readAttachFacts(node.broker, channel, position, rule);
      return { type: "attached", channel: name, ...facts };
    } finally {
      if (this.hasEnded) rooms.leave(this, channel);
    }
  }

  private deny({ channel, position }: Output<"attach">, error: unknown): SessionInput {
    if (!this.machine.feeds.has(channel)) this.host.rooms.leave(this, this.channelOf(channel));
    return { type: "denied", channel, wanted: position, error: errorBodyOf(error) };
  }

  private detach(name: string): void {
    this.host.rooms.leave(this, this.channelOf(name));
    this.setPresent({ channel: name, present: false });
  }

  private setPresent({ channel: name, present }: Pick<Output<"present">, "channel" | "present">): void {
    const { node } = this.host;
    const channel = this.channelOf(name);
    const { presence, presenceGraceMs } = node.ruleOf(channel);
    if (!presence) return;
    if (present) node.presence.join(channel, this.link, undefined);
    else node.presence.leave(channel, this.link, presenceGraceMs);
  }

  private async read(wish: Output<"read">): Promise<SessionInput> {
    const { items, head, receipted } = await readItems(this.host.node.broker, wish.channel, {
      ...wish,
      channel: this.channelOf(wish.channel),
    });
    if (!this.hasEnded) {
      this.owe(receipted);
      this.host.report(receipted, "sent");
    }
    return { type: "page", channel: wish.channel, items, head };
  }

  private async runCall(output: Output<"call">): Promise<SessionInput> {
    const reply = await callFor(this.host.node, this, output);
    return "ok" in reply
      ? { type: "done", id: output.id, ok: reply.ok }
      : { type: "failed", id: output.id, error: reply.error };
  }

  private channelOf(name: string): string {
    return brokerChannelOf(this, name);
  }

  private schedule(): void {
    const { wheel } = this.host.node;
    const { deadline: machineDeadline } = this.machine;
    if (machineDeadline === undefined) {
      wheel.clear(this);
      return;
    }
    const deadline = Math.min(machineDeadline, this.renewAtMs);
    // A later deadline is looked at when the earlier one comes.
    if (this.wheelTick !== 0 && deadline >= this.dueAtMs) return;
    this.dueAtMs = deadline;
    wheel.set(this, Math.max(0, deadline - this.now));
  }

  private watch(done: Promise<void>): void {
    done.catch((error: unknown) => this.host.node.onBrokerError(error));
  }
}

const UNKNOWN_TOKEN: SessionInput = {
  type: "rejected",
  bye: "unauthorized",
  message: "token: expected one that is known here",
};

function authenticatedAs(identity: Identity, steady: SteadyClock): SessionInput {
  return { type: "authenticated", user: identity.user, ...expiryOf(identity, steady) };
}

/** By the time that the machine lives by. */
function expiryOf({ expiresAtMs }: Identity, steady: SteadyClock): { readonly expiresAt?: number } {
  return expiresAtMs === undefined ? {} : { expiresAt: steady.of(expiresAtMs) };
}

function refusalOf(error: unknown): SessionInput {
  const { message } = errorBodyOf(error);
  return { type: "rejected", bye: byeOfRefusal(error), message };
}

function isRefusal(error: unknown): boolean {
  return error instanceof RequestError;
}
