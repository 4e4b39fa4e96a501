import { addressKey, isLoopback } from "./address.js";
import { CounterMap } from "./counter-map.js";
import type { SocketConnection } from "./socket-connection.js";

/**
 * Who is connected to this node: all, by user, and how many from which address. Addresses are looked at only while there
 * are so many connections that one address could have too many: asking the system for each costs time and memory.
 */
export class Roster {
  readonly all: Set<SocketConnection> = new Set();
  private readonly maxPerAddress: number;
  /** Oldest first. */
  private readonly users = new Map<string, SocketConnection[]>();
  private addresses: CounterMap | undefined;
  private onEmpty: (() => void)[] = [];

  constructor(maxPerAddress: number) {
    this.maxPerAddress = maxPerAddress;
  }

  add(connection: SocketConnection): void {
    this.all.add(connection);
    if (this.addresses !== undefined) countIn(this.addresses, connection);
    if (connection.user !== "") this.addUser(connection);
  }

  /** A connection of this roster has become its user's. */
  addUser(connection: SocketConnection): void {
    const { user } = connection;
    const others = this.users.get(user);
    if (others === undefined) this.users.set(user, [connection]);
    else others.push(connection);
  }

  remove(connection: SocketConnection): void {
    if (!this.all.delete(connection)) return;
    const { remoteAddress, user } = connection;
    if (this.all.size < this.maxPerAddress / 2) this.addresses = undefined;
    else if (isCounted(remoteAddress)) this.addresses?.remove(addressKey(remoteAddress));
    const rest = this.users.get(user)?.filter((other) => other !== connection) ?? [];
    if (rest.length > 0) this.users.set(user, rest);
    else this.users.delete(user);
    if (this.all.size > 0) return;
    const waiting = this.onEmpty;
    this.onEmpty = [];
    for (const resolve of waiting) resolve();
  }

  /** Whether one more from there would be one too many. */
  isFull(remoteAddress: () => string): boolean {
    if (this.all.size < this.maxPerAddress) return false;
    if (this.addresses === undefined) {
      this.addresses = new CounterMap();
      for (const connection of this.all) countIn(this.addresses, connection);
    }
    const address = remoteAddress();
    return isCounted(address) && this.addresses.get(addressKey(address)) >= this.maxPerAddress;
  }

  /** Connections of a user, oldest first. */
  ofUser(user: string): readonly SocketConnection[] {
    return this.users.get(user) ?? [];
  }

  /** Resolves when nobody is left. */
  async untilEmpty(): Promise<void> {
    if (this.all.size === 0) return;
    await new Promise<void>((resolve) => {
      this.onEmpty.push(resolve);
    });
  }
}

function countIn(addresses: CounterMap, { remoteAddress }: SocketConnection): void {
  if (isCounted(remoteAddress)) addresses.add(addressKey(remoteAddress));
}

/** A proxy on the same machine has the loopback address, and so have all its clients. */
function isCounted(address: string): boolean {
  return address !== "" && !isLoopback(address);
}
