import {
  createClientMachine,
  decodeServerText,
  type ClientInput,
  type ClientMachine,
  type ClientOutput,
  type ClientRequest,
} from "@weapp-socket/protocol";
import { WebSocket } from "ws";
import { PATIENCE_MS } from "./raw-client.js";

export interface SessionClientOptions {
  readonly port: number;
  readonly device?: string;
  readonly token?: string;
  readonly target?: string;
  readonly channels?: Readonly<Record<string, string | null>>;
  /** Of another client, whose session it goes on with. */
  readonly session?: { readonly session: string; readonly secret: string };
}

/** Clients may share a device, and none of its attempts has the number of another: the clock alone would not do. */
let lastAttempt = 0;

/** The protocol's client machine on a real socket, and everything that came out of it. */
export class SessionClient {
  readonly machine: ClientMachine;
  readonly outputs: ClientOutput[] = [];
  /** Frames as they came. */
  readonly frames: string[] = [];
  socket: WebSocket | undefined;
  closeCode = 0;
  /** Acknowledgements that are not sent yet; undefined: they are sent when they are due, within a second. */
  private heldAcks: string[] | undefined;
  private readonly options: SessionClientOptions;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: SessionClientOptions) {
    this.options = options;
    this.machine = createClientMachine({
      url: `ws://127.0.0.1:${options.port}${options.target ?? "/"}`,
      device: options.device ?? "d-test",
      client: "test/1",
      decode: decodeServerText,
      random: Math.random,
      nextAttempt: () => (lastAttempt = Math.max(lastAttempt + 1, Date.now())),
      ...options.session,
    });
    for (const [channel, position] of Object.entries(options.channels ?? {}))
      this.run(this.machine.subscribe(channel, position, Date.now()));
    this.input({ type: "start" });
  }

  /** What was delivered of the channel. */
  messages(channel: string): unknown[] {
    return this.outputs.flatMap((output) =>
      output.type === "message" && output.message.c === channel ? [output.message.d] : [],
    );
  }

  of<Type extends ClientOutput["type"]>(type: Type): Extract<ClientOutput, { type: Type }>[] {
    return this.outputs.filter(
      (output): output is Extract<ClientOutput, { type: Type }> => output.type === type,
    );
  }

  request(number: number, what: ClientRequest): void {
    this.run(this.machine.request(number, what, Date.now()));
  }

  run(outputs: readonly ClientOutput[]): void {
    for (const output of outputs) this.act(output);
    clearTimeout(this.timer);
    const { deadline } = this.machine;
    if (deadline !== undefined) {
      this.timer = setTimeout(() => this.input({ type: "tick" }), Math.max(0, deadline - Date.now()));
    }
  }

  input(input: ClientInput): void {
    this.run(this.machine.handle(input, Date.now()));
  }

  async until(isTrue: () => boolean): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!isTrue()) {
      if (Date.now() > end)
        throw new Error(
          `not in time: ${this.machine.state}; came: ${JSON.stringify(this.outputs.slice(-5))} ${this.frames.slice(-3).join()}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async untilLive(): Promise<this> {
    await this.until(() => this.machine.state === "live");
    return this;
  }

  /** From now on nothing that came is acknowledged, however long the test takes. */
  holdAcks(): void {
    this.heldAcks = [];
  }

  /** Acknowledges in one message what has come until now. */
  async releaseAcks(): Promise<void> {
    const position = this.of("message").at(-1)!.message.p;
    await this.until(() => this.heldAcks?.at(-1)?.includes(position) === true);
    this.socket?.send(this.heldAcks!.at(-1)!);
    this.heldAcks = undefined;
  }

  /** The link breaks; the client stays away until it is started again. */
  cut(): void {
    this.run(this.machine.handle({ type: "pause", reason: "offline" }, Date.now()));
    this.socket?.terminate();
  }

  /** The link breaks for good: a machine that only lost its socket would soon dial again. */
  end(): void {
    this.cut();
    clearTimeout(this.timer);
  }

  private act(output: ClientOutput): void {
    this.outputs.push(output);
    switch (output.type) {
      case "token":
        this.input({ type: "token", generation: output.generation, token: this.options.token });
        return;
      case "dial":
        this.dial(output.generation, output.url);
        return;
      case "send":
        if (this.heldAcks !== undefined && output.text.includes('"t":"ack"')) this.heldAcks.push(output.text);
        else this.socket?.send(output.text);
        return;
      case "close":
        this.socket?.close(output.code, output.reason);
        return;
      default:
    }
  }

  private dial(generation: number, url: string): void {
    const socket = new WebSocket(url, ["weapp-socket.v1"]);
    this.socket = socket;
    socket.on("open", () => this.input({ type: "opened", generation }));
    socket.on("message", (data: Buffer) => {
      const text = data.toString();
      this.frames.push(text);
      this.input({ type: "text", generation, text });
    });
    socket.on("error", () => {});
    socket.on("close", (code) => {
      this.closeCode = code;
      this.input({ type: "closed", generation, code });
    });
  }
}
