import { addressKey, isLoopback } from "./address.js";
import { CounterMap } from "./counter-map.js";
import type { SocketConnection } from "./socket-connection.js";

/** Who is connected to this node: all, by user, and how many from which address. */
export class Roster {
  readonly all: Set<SocketConnection> = new Set();
  /** Oldest first. */
  private readonly users = new Map<string, SocketConnection[]>();
  private readonly addresses = new CounterMap();
  private onEmpty: (() => void)[] = [];

  add(connection: SocketConnection): void {
    this.all.add(connection);
    const { remoteAddress } = connection;
    if (isCounted(remoteAddress)) this.addresses.add(addressKey(remoteAddress));
    const { user } = connection;
    if (user === "") return;
    const others = this.users.get(user);
    if (others === undefined) this.users.set(user, [connection]);
    else others.push(connection);
  }

  remove(connection: SocketConnection): void {
    if (!this.all.delete(connection)) return;
    const { remoteAddress } = connection;
    if (isCounted(remoteAddress)) this.addresses.remove(addressKey(remoteAddress));
    const { user } = connection;
    const rest = this.users.get(user)?.filter((other) => other !== connection) ?? [];
    if (rest.length > 0) this.users.set(user, rest);
    else this.users.delete(user);
    if (this.all.size > 0) return;
    const waiting = this.onEmpty;
    this.onEmpty = [];
    for (const resolve of waiting) resolve();
  }

  /** Connections of a user, oldest first. */
  ofUser(user: string): readonly SocketConnection[] {
    return this.users.get(user) ?? [];
  }

  countOfAddress(address: string): number {
    return isCounted(address) ? this.addresses.get(addressKey(address)) : 0;
  }

  /** Nobody is left, by user and by address neither. */
  get isEmpty(): boolean {
    return this.all.size === 0 && this.users.size === 0 && this.addresses.size === 0;
  }

  /** Resolves when nobody is left. */
  async untilEmpty(): Promise<void> {
    if (this.all.size === 0) return;
    await new Promise<void>((resolve) => {
      this.onEmpty.push(resolve);
    });
  }
}

/** A proxy on the same machine has the loopback address, and so have all its clients. */
function isCounted(address: string): boolean {
  return address !== "" && !isLoopback(address);
}
