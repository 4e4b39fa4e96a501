import type { Broker } from "./broker/broker.js";
import type { ChannelListener, Publication } from "./broker/publication.js";
import { FanOut, Group, type Receiver } from "./fan-out.js";
import { contentFrame } from "./outbound-frame.js";

/** The channels that connections of this node are in, by name. Attached to the broker while they have members. */
export class Hub implements ChannelListener {
  private readonly fanOut = new FanOut();
  private readonly groups = new Map<string, Group>();
  private readonly broker: Broker;
  private readonly onBrokerError: (error: unknown) => void;

  constructor(broker: Broker, onBrokerError: (error: unknown) => void) {
    this.broker = broker;
    this.onBrokerError = onBrokerError;
  }

  /** How many channels have members. */
  get size(): number {
    return this.groups.size;
  }

  join(receiver: Receiver, name: string): void {
    let group = this.groups.get(name);
    if (group === undefined) {
      group = new Group(name);
      this.groups.set(name, group);
      this.attach(name);
    }
    this.fanOut.join(receiver, group);
  }

  leave(receiver: Receiver, name: string): void {
    const group = this.groups.get(name);
    if (group === undefined) return;
    this.fanOut.leave(receiver, group);
    this.forgetEmpty(group);
  }

  /** The broker's word: what was published goes to the channel's members. */
  onPublication(publication: Publication): void {
    const group = this.groups.get(publication.channel);
    if (group !== undefined) this.fanOut.publish(group, contentFrame(publication));
  }

  /** A frame for one receiver. */
  send(receiver: Receiver, frame: Uint8Array): void {
    this.fanOut.send(receiver, frame);
  }

  /** Writes now what the receiver has to get, and takes it out of all channels. */
  settle(receiver: Receiver): void {
    const { groups } = receiver;
    this.fanOut.settle(receiver);
    for (const group of groups) this.forgetEmpty(group);
  }

  /** The receiver is gone. */
  drop(receiver: Receiver): void {
    const { groups } = receiver;
    this.fanOut.drop(receiver);
    for (const group of groups) this.forgetEmpty(group);
  }

  private attach(name: string): void {
    const attached = this.broker.attach(name, this);
    if (attached instanceof Promise) attached.catch(this.onBrokerError);
  }

  private forgetEmpty(group: Group): void {
    if (group.members.size > 0) return;
    this.groups.delete(group.name);
    this.broker.detach(group.name, this);
  }
}
