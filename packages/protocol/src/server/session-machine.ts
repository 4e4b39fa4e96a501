import { byeCodes, type ByeName } from "../bye.js";
import { decodeClientText, encode, type Unknown } from "../codec.js";
import type { Attached, ClientMessage, ErrorBody, Json, Reply, ServerMessage } from "../messages.js";
import { offsetOf } from "../position.js";
import type { ProtocolError } from "../protocol-error.js";
import { decideResume } from "../resume.js";
import { Feed, type Batch } from "./feed.js";
import type { Attaching, Greeting } from "./greeting.js";
import type { AttachFacts, SessionInput, SessionOptions, SessionOutput, SessionState } from "./inputs.js";
import { OpenCalls } from "./open-calls.js";
import { catchUp, hasRoom, release } from "./session-flow.js";
import { sessionHandlers } from "./session-table.js";
import { hear } from "./session-talk.js";
import { Visibility } from "./visibility.js";

/** This server's version of the protocol. */
const VERSION = 1;

/** One for all connections that have nothing to say. */
const NOTHING: readonly SessionOutput[] = [];

/** The server's end of PROTOCOL.md part 2, for one connection. `now` is milliseconds of the server's clock. */
export class SessionMachine {
  state: SessionState = "greeting";
  user = "";
  device = "";
  readonly feeds: Map<string, Feed> = new Map();
  /** @internal */
  readonly options: SessionOptions;
  private out: readonly SessionOutput[] = NOTHING;
  private greeting: Greeting | undefined;
  /** Channels being attached, while there are any: the id of the subscribe that asked, or 0 for the hello. */
  private attaching: Map<string, Attaching> | undefined;
  private isConfirmed = false;
  private helloUntil: number;
  private heardAt: number;
  private sentAt: number;
  private expiresAt: number | undefined;
  private isExpiryTold = false;
  private visibility: Visibility | undefined;
  private lastPing = 0;
  /** Most connections never have any. */
  private calls: OpenCalls | undefined;
  /** What the client has on its way. @internal */
  unackedCount = 0;
  /** @internal */
  unackedBytes = 0;

  constructor(options: SessionOptions, now: number) {
    this.options = options;
    this.helloUntil = now + options.helloMs;
    this.heardAt = now;
    this.sentAt = now;
  }

  handle(input: SessionInput, now: number): readonly SessionOutput[] {
    (
      sessionHandlers[this.state][input.type] as (m: SessionMachine, input: SessionInput, now: number) => void
    )(this, input, now);
    const outputs = this.out;
    this.out = NOTHING;
    return outputs;
  }

  /**
   * A batch of a channel is about to be written to all of its members: true when this client is to have it. Called once
   * per channel and flush, so it costs little. Whoever is refused is owed it: `flush` says what to do about that.
   */
  offer(channel: string, batch: Batch, now: number): boolean {
    if (this.attaching !== undefined) {
      const attaching = this.attaching.get(channel);
      if (attaching !== undefined) attaching.head = batch.last;
    }
    const feed = this.feeds.get(channel);
    if (feed === undefined || !feed.offer(batch, hasRoom(this))) return false;
    this.unackedCount += batch.count;
    this.unackedBytes += batch.bytes;
    this.sentAt = now;
    return true;
  }

  /** After an `offer` that was refused. */
  flush(now: number): readonly SessionOutput[] {
    catchUp(this, now);
    const outputs = this.out;
    this.out = NOTHING;
    return outputs;
  }

  /**
   * The broker's newest position of a channel, from a check now and then: whatever this node did not hear of is read from
   * history, or told as a gap.
   */
  verify(channel: string, head: string, now: number): readonly SessionOutput[] {
    return this.feeds.get(channel)?.missed(head) === true ? this.flush(now) : [];
  }

  get deadline(): number | undefined {
    if (this.state === "ended") return undefined;
    if (this.state !== "live") return this.helloUntil;
    const beat = Math.min(this.sentAt + this.options.heartbeatMs, this.heardAt + this.silenceMs());
    const due = Math.min(beat, this.calls?.deadline ?? Infinity, this.visibility?.deadline ?? Infinity);
    return this.expiresAt === undefined ? due : Math.min(due, this.expiryDeadline(this.expiresAt));
  }

  // What the handlers below do; not for drivers.

  /** @internal */
  text(text: string, now: number, take: (message: ClientMessage | Unknown) => void): void {
    this.heardAt = now;
    let messages: ReadonlyArray<ClientMessage | Unknown>;
    try {
      messages = decodeClientText(text);
    } catch (error) {
      this.end("bad-message", now, {
        message: (error as ProtocolError).message,
      });
      return;
    }
    for (const message of messages) {
      if (this.hasEnded()) return;
      take(message);
    }
  }

  /** @internal */
  greet(input: { readonly text: string }, now: number): void {
    if (input.text.length > this.options.maxHelloLength) {
      this.end("too-large", now, {
        message: `hello: expected at most ${this.options.maxHelloLength} characters, got ${input.text.length}`,
      });
      return;
    }
    this.text(input.text, now, (message) => {
      if (message.t !== "hello" || this.greeting !== undefined) {
        this.end("bad-message", now, { message: `message: expected one hello first, got ${message.t}` });
        return;
      }
      if (message.version[0] > VERSION || message.version[1] < VERSION) {
        this.end("upgrade-required", now, {
          message: `version: expected a range with ${VERSION}, got ${message.version.join(" to ")}`,
        });
        return;
      }
      if (Object.keys(message.channels ?? {}).length > this.options.maxChannels) {
        this.end("bad-message", now, {
          message: `hello.channels: expected at most ${this.options.maxChannels}`,
        });
        return;
      }
      this.greeting = { hello: message, session: "", secret: "", isResumed: false, denied: {} };
      this.device = message.device ?? "";
      this.state = "authenticating";
      this.emit({ type: "authenticate", hello: message });
    });
  }

  /** @internal */
  authenticated(input: { readonly user: string; readonly expiresAt?: number }): void {
    this.user = input.user;
    this.expiresAt = input.expiresAt;
    this.state = "opening";
    this.emit({ type: "open", user: input.user, hello: this.greeting!.hello });
  }

  /** @internal */
  opened(
    input: { readonly session: string; readonly secret: string; readonly resumed: boolean },
    now: number,
  ): void {
    const greeting = this.greeting!;
    greeting.session = input.session;
    greeting.secret = input.secret;
    greeting.isResumed = input.resumed;
    this.state = "attaching";
    for (const [channel, position] of Object.entries(greeting.hello.channels ?? {})) {
      this.attach(channel, position ?? undefined, 0);
    }
    this.welcomeWhenReady(now);
  }

  /** @internal */
  attached(channel: string, facts: AttachFacts, now: number): void {
    const asked = this.attaching?.get(channel);
    if (asked === undefined || asked.wanted !== facts.wanted) {
      // Unsubscribed meanwhile, or asked for anew from elsewhere.
      if (asked === undefined && !this.feeds.has(channel)) this.emit({ type: "detach", channel });
      return;
    }
    this.stopAttaching(channel);
    const { wanted, id } = asked;
    const decision =
      wanted === undefined
        ? undefined
        : decideResume({ ...facts, wanted, maxReplay: this.options.maxReplay });
    const keeps = facts.conflates === true ? "newest" : facts.keepsHistory ? "history" : "nothing";
    const feed = new Feed(channel, keeps, facts.head, wanted, decision);
    if (asked.head !== undefined && offsetOf(asked.head) > offsetOf(facts.head)) feed.passed(asked.head);
    release(this, this.feeds.get(channel));
    this.feeds.set(channel, feed);
    if (this.visibility?.isVisible !== false) this.emit({ type: "present", channel, present: true });
    if (id === 0) {
      this.welcomeWhenReady(now);
    } else {
      this.reply(id, feed.begin() as unknown as Json, now);
      catchUp(this, now);
    }
  }

  /** @internal */
  deny(channel: string, wanted: string | undefined, error: ErrorBody, now: number): void {
    const asked = this.attaching?.get(channel);
    if (asked === undefined || asked.wanted !== wanted) return;
    this.stopAttaching(channel);
    if (asked.id === 0) {
      this.greeting!.denied[channel] = { error };
      this.welcomeWhenReady(now);
    } else {
      this.refuse(asked.id, error, now);
    }
  }

  /** @internal */
  talk(text: string, now: number): void {
    if (!this.isConfirmed) {
      this.isConfirmed = true;
      this.emit({ type: "confirmed" });
    }
    this.text(text, now, (message) => hear(this, message, now));
  }

  /** @internal */
  renewed(id: number, expiresAt: number | undefined, now: number): void {
    this.expiresAt = expiresAt;
    this.isExpiryTold = false;
    this.reply(id, {}, now);
  }

  /** @internal */
  stoodStill(now: number): void {
    this.heardAt = now;
    this.helloUntil = now + this.options.helloMs;
  }

  /** @internal */
  tick(now: number): void {
    if (this.state !== "live") {
      // Once the client has said hello, it is we who are late.
      if (now >= this.helloUntil)
        this.end(this.greeting === undefined ? "hello-timeout" : "unavailable", now, {});
      return;
    }
    if (now >= this.heardAt + this.silenceMs()) {
      this.end("heartbeat", now, {});
      return;
    }
    this.showIfDue(now);
    for (const output of this.calls?.expire(now) ?? NOTHING) this.emit(output);
    if (this.expiresAt !== undefined && now >= this.expiryDeadline(this.expiresAt)) {
      if (this.isExpiryTold) {
        this.end("token-expired", now, {});
        return;
      }
      this.isExpiryTold = true;
      this.send({ t: "expiring", inMs: Math.max(0, this.expiresAt - now) }, now);
    }
    if (now >= this.sentAt + this.options.heartbeatMs) {
      this.lastPing += 1;
      this.send({ t: "ping", id: this.lastPing }, now);
    }
  }

  /** @internal */
  end(
    name: ByeName,
    now: number,
    more: { readonly after?: readonly [number, number]; readonly to?: string; readonly message?: string },
  ): void {
    const code = byeCodes[name];
    this.send({ t: "bye", code, name, retry: code < 4500, ...more }, now);
    this.finish(code, name);
  }

  /** @internal */
  finish(code: number, reason: string): void {
    this.over();
    this.emit({ type: "close", code, reason });
  }

  /** @internal */
  over(): void {
    this.state = "ended";
    for (const output of this.calls?.end() ?? NOTHING) this.emit(output);
    for (const channel of this.feeds.keys()) this.emit({ type: "detach", channel });
    this.feeds.clear();
    this.attaching = undefined;
  }

  /** @internal */
  emit(output: SessionOutput): void {
    if (this.out === NOTHING) this.out = [output];
    else (this.out as SessionOutput[]).push(output);
  }

  /** @internal */
  call({ id, method, data, timeoutMs }: Extract<SessionInput, { type: "call" }>, now: number): void {
    const { maxCalls } = this.options;
    this.calls ??= new OpenCalls();
    if (this.calls.size >= maxCalls) {
      const message = `call: expected at most ${maxCalls} that the client has not answered, got one more`;
      this.emit({ type: "unanswered", id, error: { code: "rate-limited", message, retry: true } });
      return;
    }
    this.calls.add(id, now + timeoutMs);
    this.send(data === undefined ? { t: "call", id, method } : { t: "call", id, method, d: data }, now);
  }

  /** @internal */
  answered(reply: Reply): void {
    for (const output of this.calls?.settle(reply) ?? NOTHING) this.emit(output);
  }

  /** @internal */
  show(visible: boolean, now: number): void {
    this.visibility ??= new Visibility();
    this.visibility.say(visible);
    this.showIfDue(now);
  }

  private showIfDue(now: number): void {
    for (const output of this.visibility?.change(this.feeds.keys(), now) ?? NOTHING) this.emit(output);
  }

  /** @internal */
  hasChannelRoom(channel: string): boolean {
    return (
      this.feeds.has(channel) || this.feeds.size + (this.attaching?.size ?? 0) < this.options.maxChannels
    );
  }

  /** @internal */
  send(message: ServerMessage, now: number): void {
    this.sendText(encode(message), now);
  }

  /** @internal */
  reply(id: number, ok: Json, now: number): void {
    this.send({ t: "reply", id, ok }, now);
  }

  /** @internal */
  refuse(id: number, error: ErrorBody, now: number): void {
    this.send({ t: "reply", id, error }, now);
  }

  /** @internal */
  sendText(text: string, now: number): void {
    this.sentAt = now;
    this.emit({ type: "send", text });
  }

  /** @internal */
  detach(channel: string, now: number): void {
    this.stopAttaching(channel);
    const feed = this.feeds.get(channel);
    if (feed === undefined) return;
    release(this, feed);
    this.feeds.delete(channel);
    this.emit({ type: "detach", channel });
    catchUp(this, now);
  }

  /** @internal */
  attach(channel: string, wanted: string | undefined, id: number): void {
    (this.attaching ??= new Map()).set(channel, { id, wanted, head: undefined });
    this.emit({ type: "attach", channel, position: wanted });
  }

  private stopAttaching(channel: string): void {
    this.attaching?.delete(channel);
    if (this.attaching?.size === 0) this.attaching = undefined;
  }

  private welcomeWhenReady(now: number): void {
    if (this.state !== "attaching" || this.attaching !== undefined) return;
    const { hello, session, secret, isResumed, denied } = this.greeting!;
    this.greeting = undefined;
    const channels: Record<string, Attached | { readonly error: ErrorBody }> = { ...denied };
    for (const feed of this.feeds.values()) channels[feed.channel] = feed.begin();
    this.state = "live";
    this.send(
      {
        t: "welcome",
        id: hello.id,
        version: VERSION,
        session,
        secret,
        resumed: isResumed,
        user: this.user,
        now,
        heartbeatMs: this.options.heartbeatMs,
        window: this.options.window,
        windowBytes: this.options.windowBytes,
        messageBytes: this.options.messageBytes,
        channels,
      },
      now,
    );
    catchUp(this, now);
  }

  private hasEnded(): boolean {
    return this.state === "ended";
  }

  private silenceMs(): number {
    return 2 * this.options.heartbeatMs + 10_000;
  }

  private expiryDeadline(expiresAt: number): number {
    return this.isExpiryTold ? expiresAt + this.options.expiredMs : expiresAt - this.options.expiringMs;
  }
}
