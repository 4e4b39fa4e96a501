/**
 * The life of one SocketTask's connection. The page sees only `readyState`; this is what stands behind it.
 * SPEC.md prints the table, and a test holds the two together.
 */
export type TaskState =
  | "connecting"
  | "open"
  /** `close()` before the open: the page hears its own code and reason, and no open. */
  | "leaving"
  /** `close()` after the open: the closing handshake runs. */
  | "closing"
  /** The link is gone before the page heard of an open; what came over it, and how it ended, is still to be told. */
  | "severed"
  /** The same, after the page heard of the open. */
  | "lost"
  /** As severed, and the page has called `close()`: it only hears how it ended. */
  | "spent"
  | "closed";

export type TaskInput =
  /** The page calls. */
  | "send"
  | "close"
  /** The link says, in the order of the wire. */
  | "opened"
  | "received"
  /** It never opened, and only an error event says so. */
  | "failed"
  /** It never opened; a close event follows the error event. */
  | "stumbled"
  | "ended"
  /** The app goes into suspension. */
  | "interrupt"
  /** The network is gone. */
  | "drop"
  /** The app is destroyed. */
  | "destroy";

export type TaskAction =
  | "transmit"
  | "refuse-send"
  | "start-closing"
  | "answer-close"
  | "announce-open"
  | "announce-message"
  | "announce-error"
  | "announce-close"
  | "announce-own-close"
  /** Close the link as a suspended app does, and queue the close event. */
  | "interrupt"
  /** Cut the link without a word, and queue the event that the page will hear. */
  | "cut"
  /** Cut the link; the page hears nothing. */
  | "discard"
  | "ignore";

export type TaskCell = readonly [next: TaskState, action: TaskAction];

export const taskTable: Readonly<Record<TaskState, Readonly<Record<TaskInput, TaskCell>>>> = {
  connecting: {
    send: ["connecting", "refuse-send"],
    close: ["leaving", "start-closing"],
    opened: ["open", "announce-open"],
    received: ["connecting", "ignore"],
    failed: ["closed", "announce-error"],
    stumbled: ["severed", "announce-error"],
    ended: ["closed", "announce-close"],
    interrupt: ["severed", "interrupt"],
    drop: ["severed", "cut"],
    destroy: ["closed", "discard"],
  },
  open: {
    send: ["open", "transmit"],
    close: ["closing", "start-closing"],
    opened: ["open", "ignore"],
    received: ["open", "announce-message"],
    failed: ["open", "ignore"],
    stumbled: ["open", "ignore"],
    ended: ["closed", "announce-close"],
    interrupt: ["lost", "interrupt"],
    drop: ["lost", "cut"],
    destroy: ["closed", "discard"],
  },
  leaving: {
    send: ["leaving", "refuse-send"],
    close: ["leaving", "answer-close"],
    opened: ["leaving", "ignore"],
    received: ["leaving", "ignore"],
    failed: ["closed", "announce-own-close"],
    stumbled: ["leaving", "ignore"],
    ended: ["closed", "announce-own-close"],
    interrupt: ["leaving", "ignore"],
    drop: ["leaving", "cut"],
    destroy: ["closed", "discard"],
  },
  closing: {
    send: ["closing", "refuse-send"],
    close: ["closing", "answer-close"],
    opened: ["closing", "ignore"],
    received: ["closing", "ignore"],
    failed: ["closed", "announce-close"],
    stumbled: ["closing", "ignore"],
    ended: ["closed", "announce-close"],
    interrupt: ["closing", "ignore"],
    drop: ["closing", "cut"],
    destroy: ["closed", "discard"],
  },
  severed: {
    send: ["severed", "refuse-send"],
    close: ["spent", "answer-close"],
    opened: ["lost", "announce-open"],
    received: ["severed", "ignore"],
    failed: ["closed", "announce-error"],
    stumbled: ["severed", "announce-error"],
    ended: ["closed", "announce-close"],
    interrupt: ["severed", "ignore"],
    drop: ["severed", "ignore"],
    destroy: ["closed", "discard"],
  },
  lost: {
    send: ["lost", "refuse-send"],
    close: ["closing", "answer-close"],
    opened: ["lost", "ignore"],
    received: ["lost", "announce-message"],
    failed: ["closed", "announce-close"],
    stumbled: ["lost", "ignore"],
    ended: ["closed", "announce-close"],
    interrupt: ["lost", "ignore"],
    drop: ["lost", "ignore"],
    destroy: ["closed", "discard"],
  },
  spent: {
    send: ["spent", "refuse-send"],
    close: ["spent", "answer-close"],
    opened: ["spent", "ignore"],
    received: ["spent", "ignore"],
    failed: ["closed", "announce-error"],
    stumbled: ["spent", "announce-error"],
    ended: ["closed", "announce-close"],
    interrupt: ["spent", "ignore"],
    drop: ["spent", "ignore"],
    destroy: ["closed", "discard"],
  },
  closed: {
    send: ["closed", "refuse-send"],
    close: ["closed", "answer-close"],
    opened: ["closed", "ignore"],
    received: ["closed", "ignore"],
    failed: ["closed", "ignore"],
    stumbled: ["closed", "ignore"],
    ended: ["closed", "ignore"],
    interrupt: ["closed", "ignore"],
    drop: ["closed", "ignore"],
    destroy: ["closed", "ignore"],
  },
};
