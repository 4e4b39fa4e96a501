import type { Broker } from "./broker/broker.js";
import type { Clock } from "./clock.js";
import { deviceInboxOf, inboxOf } from "./inner-channel.js";

interface ForgetHost {
  readonly broker: Broker;
  readonly clock: Clock;
  /** What this node does when a control message of some type comes, with its body. */
  readonly controls: Map<string, (body: string) => void>;
  /** Closes the user's connections on this node, and drops what waits to be told of the user. */
  dropUser(user: string): void;
}

/** The type of control messages by which all nodes let go of a user. */
const FORGET = "forget";

/** How long nothing new is noted of somebody: longer than a connection takes to close. */
const QUIET_MS = 60_000;

/** Deletes what is kept of a user: see `PushServer.forgetUser`. */
export class UserForgetter {
  private readonly host: ForgetHost;
  /** Users of whom nothing is to be noted when their connections end. */
  private readonly quiet = new Map<string, () => void>();

  constructor(host: ForgetHost) {
    this.host = host;
    host.controls.set(FORGET, (body) => this.letGo((JSON.parse(body) as { user: string }).user));
  }

  /** Their connections are going because they are forgotten. */
  isQuiet(user: string): boolean {
    return this.quiet.has(user);
  }

  async forget(user: string): Promise<void> {
    const { broker } = this.host;
    // First, so that nothing is added while it is deleted.
    await broker.control({ type: FORGET, body: JSON.stringify({ user }) });
    await broker.records.takeOwned(user);
    await broker.forget({ channel: inboxOf(user) });
    await broker.forget({ prefix: deviceInboxOf(user, "") });
  }

  close(): void {
    for (const cancel of this.quiet.values()) cancel();
    this.quiet.clear();
  }

  private letGo(user: string): void {
    this.quiet.get(user)?.();
    this.quiet.set(
      user,
      this.host.clock.schedule(QUIET_MS, () => this.quiet.delete(user)),
    );
    this.host.dropUser(user);
  }
}
