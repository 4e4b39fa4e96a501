import type { Clock } from "../../clock.js";
import type {
  Broker,
  BrokerUsage,
  ChannelsPage,
  ChannelsQuery,
  ControlListener,
  ControlMessage,
  HistoryPage,
  HistoryQuery,
} from "../broker.js";
import type { StoreDamageError } from "./damage-error.js";
import type { ChannelListener } from "../publication.js";

export interface LmdbBrokerOptions {
  /** Folder of the store; made where there is none. On a local disk, for one process at a time. */
  readonly path: string;
  readonly clock?: Clock;
  /** Unsigned 32-bit random integers, for nonces. Default: from the operating system. */
  readonly random32?: () => number;
  /**
   * Most bytes of publications in the store. Beyond it the channels published to longest ago lose their oldest first;
   * their readers are told a gap. A quarter beyond it, publishing is refused. Default: 16 GiB.
   */
  readonly maxHistoryBytes?: number;
  /** Most bytes of publications that wait to be written; publishing is refused beyond it. Default: 64 MiB. */
  readonly maxPendingBytes?: number;
  /** How long idempotency keys are remembered at least. Default: 10 minutes. */
  readonly keepKeysMs?: number;
  /** Most idempotency keys remembered; publishes with a key are refused beyond it. Default: 10,000,000. */
  readonly maxKeys?: number;
  /** Most records kept; new ones are refused beyond it. Default: 10,000,000. */
  readonly maxRecords?: number;
  /** A channel without history and listeners is forgotten this long after its last publication. Default: 30 days. */
  readonly forgetChannelMs?: number;
  /**
   * What to do with a store that was torn (by the loss of power on a disk that lies, by a full or failing disk).
   * `set-aside` (the default) keeps it beside a new, empty one: readers are told a gap. `refuse` throws.
   */
  readonly onDamage?: "set-aside" | "refuse";
  /**
   * Hears of each thing that is found damaged while the store is open: what it is, and what becomes of it. It counts as
   * lost, the store goes on without it, and its next start reads it through. Default: counted alone (`usage`).
   */
  readonly onError?: (error: StoreDamageError) => void;
}

/** How the store was found. */
export interface OpenReport {
  /** Counted from 1 at every open. */
  readonly session: number;
  /**
   * `new`; `closed`: as it was left; `crashed`: its process died, channels with durability `memory` tell a gap;
   * `lost-power`: the machine went down, channels with durability `disk` tell one as well; `damaged`.
   */
  readonly found: "new" | "closed" | "crashed" | "lost-power" | "damaged";
  /** What is wrong with the store, and where it lies now. */
  readonly damage?: { readonly reason: string; readonly path: string };
}

/**
 * The broker of one machine: history, keys and records in an LMDB store, everything else in memory.
 * Whatever does not have to be written is answered at once.
 */
export interface LmdbBroker extends Broker {
  readonly report: OpenReport;
  history(query: HistoryQuery): HistoryPage;
  position(channel: string): string;
  positions(channels: readonly string[]): readonly string[];
  channels(query: ChannelsQuery): ChannelsPage;
  attach(channel: string, listener: ChannelListener): void;
  addNode(nodeId: string, listener: ControlListener): void;
  removeNode(nodeId: string): void;
  nodes(): readonly string[];
  control(message: ControlMessage): void;
  usage(): BrokerUsage;
}
