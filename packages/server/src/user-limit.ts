import type { Broker } from "./broker/broker.js";
import type { MaybePromise } from "./broker/maybe-promise.js";
import { inboxOf } from "./inner-channel.js";
import type { Roster } from "./roster.js";
import type { SocketConnection } from "./socket-connection.js";

export interface UserLimitHost {
  readonly broker: Broker;
  readonly roster: Roster;
  readonly settings: { readonly maxConnectionsPerUser: number };
  /** What this node does when a control message of some type comes, with its body. */
  readonly controls: Map<string, (body: string) => void>;
  onLimit(connection: SocketConnection, limit: "maxConnectionsPerUser"): void;
}

/** The type of control messages that end one connection of a user who has too many. */
const TOO_MANY = "too-many-of-user";

interface Crowded {
  readonly user: string;
  readonly connection: string;
}

/** Ends the oldest connections of a user who has too many, on whichever nodes they are. */
export class UserLimit {
  private readonly host: UserLimitHost;

  constructor(host: UserLimitHost) {
    this.host = host;
    host.controls.set(TOO_MANY, (body) => this.end(JSON.parse(body) as Crowded));
  }

  /** The user has one more: `joined`, the members of the inbox with it. Nothing else is asked where that is not too many. */
  async check(user: string, joined: MaybePromise<number>): Promise<void> {
    const { broker, settings } = this.host;
    if ((await joined) <= settings.maxConnectionsPerUser) return;
    const { members, count } = await broker.presence.list({ channel: inboxOf(user), limit: 1000 });
    const excess = count - settings.maxConnectionsPerUser;
    if (excess <= 0) return;
    const oldest = members
      .map(({ memberId, info = "{}" }) => ({ connection: memberId, atMs: connectedAt(info) }))
      .sort((one, other) => one.atMs - other.atMs)
      .slice(0, excess);
    for (const { connection } of oldest) {
      await broker.control({ type: TOO_MANY, body: JSON.stringify({ user, connection }) });
    }
  }

  private end({ user, connection }: Crowded): void {
    const found = this.host.roster.ofUser(user).find(({ id }) => id === connection);
    // It may be on its way out already, and not yet out of the inbox.
    if (found?.isOpen !== true) return;
    this.host.onLimit(found, "maxConnectionsPerUser");
    found.close(1008, `maxConnectionsPerUser: expected at most ${this.host.settings.maxConnectionsPerUser}`);
  }
}

function connectedAt(info: string): number {
  return (JSON.parse(info) as { readonly connectedAtMs?: number }).connectedAtMs ?? 0;
}
