import { once } from "node:events";
import { afterEach } from "vitest";
import {
  createPushServer,
  type Authenticate,
  type Connection,
  type Handshake,
  type PushServer,
  type PushServerOptions,
} from "../src/index.js";
import { RawClient, upgradeRequest } from "./raw-client.js";

/** A token is the user's name, or the user's and the device's with a colon between. */
export const byToken: Authenticate = (_handshake, { token = "" }) => {
  const [user = "", device = ""] = token.split(":");
  return user === "" ? undefined : { user, ...(device !== "" && { device }) };
};

export const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` });

/** A listening server, its clients, and what it told. */
export class ServerWorld {
  readonly server: PushServer;
  port = 0;
  readonly errors: unknown[] = [];
  private readonly clients: RawClient[] = [];

  constructor(options: PushServerOptions) {
    this.server = createPushServer(options);
    this.server.on("error", (error) => this.errors.push(error));
  }

  async listen(): Promise<this> {
    ({ port: this.port } = await this.server.listen({ port: 0, host: "127.0.0.1" }));
    return this;
  }

  /** A client whose handshake was answered, well or not. */
  async knock(target = "/", headers: Record<string, string> = {}): Promise<RawClient> {
    const client = await RawClient.dial(this.port);
    this.clients.push(client);
    client.socket.write(upgradeRequest(target, headers));
    await client.until(() => client.head !== "" || client.isClosed);
    if (client.status !== 101) await client.untilClosed();
    return client;
  }

  /** A client that is in, and its connection on the server. */
  async enter(
    target = "/",
    headers: Record<string, string> = {},
  ): Promise<{ client: RawClient; connection: Connection; handshake: Handshake }> {
    const seen = once(this.server, "connection") as Promise<[Connection, Handshake]>;
    const client = await this.knock(target, headers);
    if (client.status !== 101) throw new Error(`not let in: ${client.head} ${client.body}`);
    const [connection, handshake] = await seen;
    return { client, connection, handshake };
  }

  /** The words that refused a client. */
  refusal(client: RawClient): { status: number; code: string; detail: string } {
    return JSON.parse(client.body) as { status: number; code: string; detail: string };
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.destroy();
    await this.server.close();
  }
}

const worlds: ServerWorld[] = [];

/** Ends with the test. */
export async function startServer(options: PushServerOptions = {}): Promise<ServerWorld> {
  const world = await new ServerWorld(options).listen();
  worlds.push(world);
  return world;
}

afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.close()));
});

const TURNS = 10;

/**
 * After what is under way between sockets of this process has arrived, and what follows from it. Time alone says nothing
 * on a busy machine: the process may have stood still meanwhile. Hence so much time, in as many turns of the event loop as
 * a message, its answer and what they start want, and more.
 */
export async function settled(ms = 30): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, ms / TURNS));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** How a connection ended on the server. */
export function endOf(connection: Connection): Promise<[code: number, reason: string]> {
  return new Promise((resolve) => {
    connection.on("close", (code, reason) => resolve([code, reason]));
  });
}
