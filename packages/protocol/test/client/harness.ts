import {
  createClientMachine,
  decodeClientText,
  decodeServerText,
  encodeBatch,
  type Attached,
  type ClientInput,
  type ClientMessage,
  type ClientOptions,
  type ClientOutput,
  type ErrorBody,
  type ServerMessage,
  type Unknown,
} from "@weapp-socket/protocol";

type Answers = Readonly<Record<string, Attached | { readonly error: ErrorBody }>>;

/** A client machine under a hand-moved clock, with what it did since the last look. */
export function createHarness(options: Partial<ClientOptions> = {}) {
  const machine = createClientMachine({
    url: "wss://a.example/ws",
    device: "d1",
    client: "test/1",
    decode: decodeServerText,
    random: () => 0.5,
    nextAttempt: () => 7,
    ...options,
  });
  let now = 1_000_000;
  let generation = 0;
  let outputs: ClientOutput[] = [];

  function absorb(more: readonly ClientOutput[]): void {
    for (const output of more) if (output.type === "token") generation = output.generation;
    outputs.push(...more);
  }

  const harness = {
    machine,
    get now() {
      return now;
    },
    get generation() {
      return generation;
    },
    input(input: ClientInput): void {
      absorb(machine.handle(input, now));
    },
    /** Outputs since the last look, states left out. */
    look(): ClientOutput[] {
      const seen = outputs.filter((output) => output.type !== "state");
      outputs = [];
      return seen;
    },
    states(): string[] {
      const seen = outputs.flatMap((output) => (output.type === "state" ? [output.state] : []));
      outputs = [];
      return seen;
    },
    /** Messages sent since the last look; the other outputs are dropped. */
    sent(): Array<ClientMessage | Unknown> {
      return harness
        .look()
        .flatMap((output) => (output.type === "send" ? decodeClientText(output.text) : []));
    },
    /** Moves the clock and ticks at every deadline on the way. */
    advance(ms: number): void {
      const end = now + ms;
      for (let due = machine.deadline; due !== undefined && due <= end; due = machine.deadline) {
        now = Math.max(now, due);
        harness.input({ type: "tick" });
      }
      now = end;
    },
    /** The clock jumps, as when the phone slept: no tick on the way, one at the end. */
    sleep(ms: number): void {
      now += ms;
      harness.input({ type: "tick" });
    },
    hear(...messages: ServerMessage[]): void {
      harness.input({
        type: "text",
        generation,
        text: encodeBatch(messages),
      });
    },
    token(token: string | undefined = "t"): void {
      harness.input({ type: "token", generation, token });
    },
    opened(): void {
      harness.input({ type: "opened", generation });
    },
    closed(code?: number): void {
      harness.input({ type: "closed", generation, code });
    },
    welcome(channels: Answers = {}, changes: Partial<Extract<ServerMessage, { t: "welcome" }>> = {}): void {
      harness.hear({
        t: "welcome",
        id: 1,
        version: 1,
        session: "s1",
        secret: "x1",
        resumed: false,
        user: "u1",
        now: 0,
        heartbeatMs: 25_000,
        window: 256,
        windowBytes: 524_288,
        messageBytes: 65_536,
        channels,
        ...changes,
      });
    },
    /** From idle, waiting or paused-and-released to live. */
    goLive(channels: Answers = {}): void {
      if (machine.state === "idle") harness.input({ type: "start" });
      harness.token();
      harness.opened();
      harness.welcome(channels);
      harness.look();
    },
    run(more: readonly ClientOutput[]): void {
      absorb(more);
    },
  };
  return harness;
}
