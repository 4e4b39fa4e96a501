import { defaultSessionOptions, type SessionOptions } from "@weapp-socket/protocol";
import type { Admission } from "../admission.js";
import { advanceReceipt } from "../http/receipts.js";
import type { ServerNode } from "../server-node.js";
import { ClientCalls, type Callable } from "./client-calls.js";
import type { Receipted, ReceiptNews } from "./owed-receipts.js";
import { Rooms } from "./rooms.js";
import { SessionStore, type Holder } from "./session-store.js";

/** The type of control messages that end the older connection of a session. */
const SUPERSEDE = "supersede";

/** A connection that holds a session: it can be asked, and told that its session went on elsewhere. */
export interface SessionHolder extends Callable {
  supersede(): void;
}

/** What all session connections of a node have in common. */
export class SessionHost {
  readonly node: ServerNode;
  readonly admission: Admission;
  readonly rooms: Rooms;
  readonly store: SessionStore;
  readonly options: SessionOptions;
  /** How long after its hello, or its last renewal, a connected session is renewed. */
  readonly renewAfterMs: number;
  /** Connections that hold a session, by their number. */
  readonly holders: Map<string, SessionHolder> = new Map();
  readonly calls: ClientCalls;

  constructor(node: ServerNode, admission: Admission) {
    const { settings, broker } = node;
    this.node = node;
    this.admission = admission;
    this.rooms = new Rooms(node, (receipted) => this.report(receipted, "sent"));
    this.store = new SessionStore(broker.records, settings.sessionTtlMs);
    this.calls = new ClientCalls(node, this.holders);
    this.renewAfterMs = settings.sessionTtlMs / 2;
    this.options = {
      ...defaultSessionOptions,
      heartbeatMs: settings.pingIntervalMs,
      messageBytes: settings.maxMessageBytes,
      helloMs: settings.handshakeTimeoutMs,
      maxChannels: settings.maxChannels,
      window: settings.maxUnackedMessages,
      windowBytes: settings.maxUnackedBytes,
      maxReplay: settings.maxReplayMessages,
      maxCalls: settings.maxOpenCalls,
    };
    node.presenceListeners.add((event) => this.rooms.onPresence(event));
    node.controls.set(SUPERSEDE, (connection) => this.holders.get(connection)?.supersede());
  }

  /** Notes what has become of publications that are asked about. */
  report(receipted: readonly Receipted[], news: ReceiptNews): void {
    for (const push of receipted) {
      advanceReceipt(this.node, push, news)
        .then((changed) => this.node.onReceipt(changed))
        .catch((error: unknown) => this.node.onBrokerError(error));
    }
  }

  /** Ends the connection that had a session before, on whichever node it is. */
  async fence({ node, connection }: Holder): Promise<void> {
    if (node === this.node.settings.nodeId) this.holders.get(connection)?.supersede();
    else await this.node.broker.control({ to: node, type: SUPERSEDE, body: connection });
  }
}
