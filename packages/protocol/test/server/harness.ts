import {
  decodeServerText,
  defaultSessionOptions,
  SessionMachine,
  type Batch,
  type ClientMessage,
  type SessionInput,
  type SessionOptions,
  type SessionOutput,
  type ServerMessage,
  type Unknown,
  type WantedChannels,
  encodeBatch,
} from "@weapp-socket/protocol";

export const at = (n: number): string => (n === 0 ? "" : `${n}-${String(n).padStart(8, "0")}`);

/** `count` publications, the last of which is number `n`. */
export const batch = (n: number, count = 1, bytes = 10 * count): Batch => ({
  count,
  bytes,
  prev: at(n - count),
  last: at(n),
});

/** A session machine under a hand-moved clock, with what it did since the last look. */
export function createHarness(options: Partial<SessionOptions> = {}) {
  let now = 1_000_000;
  const machine = new SessionMachine({ ...defaultSessionOptions, ...options }, now);
  let outputs: SessionOutput[] = [];

  const harness = {
    machine,
    input(input: SessionInput): void {
      outputs.push(...machine.handle(input, now));
    },
    run(more: readonly SessionOutput[]): void {
      outputs.push(...more);
    },
    look(): SessionOutput[] {
      const seen = outputs;
      outputs = [];
      return seen;
    },
    /** Messages sent since the last look; the other outputs are dropped. */
    sent(): Array<ServerMessage | Unknown> {
      return harness
        .look()
        .flatMap((output) => (output.type === "send" ? decodeServerText(output.text) : []));
    },
    hear(...messages: ClientMessage[]): void {
      harness.input({ type: "text", text: encodeBatch(messages) });
    },
    advance(ms: number): void {
      const end = now + ms;
      for (let due = machine.deadline; due !== undefined && due <= end; due = machine.deadline) {
        now = Math.max(now, due);
        harness.input({ type: "tick" });
      }
      now = end;
    },
    offer(channel: string, what: Batch): boolean {
      return machine.offer(channel, what, now);
    },
    flush(): void {
      outputs.push(...machine.flush(now));
    },
    verify(channel: string, head: string): void {
      outputs.push(...machine.verify(channel, head, now));
    },
    hello(channels: WantedChannels = {}): void {
      harness.hear({ t: "hello", id: 1, version: [1, 1], device: "d1", token: "t", channels });
    },
    attached(channel: string, wanted: string | undefined, head: string, facts: object = {}): void {
      harness.input({
        type: "attached",
        channel,
        wanted,
        head,
        keepsHistory: true,
        found: true,
        missed: 0,
        ...facts,
      });
    },
    toOpening(channels: WantedChannels = {}, expiresAt?: number): void {
      harness.hello(channels);
      harness.input(
        expiresAt === undefined
          ? { type: "authenticated", user: "u1" }
          : { type: "authenticated", user: "u1", expiresAt: now + expiresAt },
      );
    },
    toAttaching(channels: WantedChannels = {}, expiresAt?: number): void {
      harness.toOpening(channels, expiresAt);
      harness.input({ type: "opened", session: "s1", secret: "x1", resumed: false });
    },
    /** Live, with one channel "a" that keeps history and stands at 5. */
    toLive(): void {
      harness.toAttaching({ a: at(5) });
      harness.attached("a", at(5), at(5));
      harness.look();
    },
  };
  return harness;
}
