/** A queue of acts that may take time: each begins when the one before it is done. */
export interface Turns {
  /** `bytes` is what the act holds while it waits. An act that finds nobody before it begins at once. */
  add(bytes: number, act: (done: () => void) => void): void;
  readonly waitingBytes: number;
  /** More than `maxBytes` wait. */
  readonly isFull: boolean;
}

/** `onFull` is told when more than `maxBytes` wait, and when they no longer do. */
export function createTurns(maxBytes: number, onFull: (isFull: boolean) => void): Turns {
  const waiting: Array<{ readonly bytes: number; readonly act: (done: () => void) => void }> = [];
  let waitingBytes = 0;
  let isBusy = false;
  let isFull = false;

  function weigh(): void {
    if (waitingBytes > maxBytes === isFull) return;
    isFull = !isFull;
    onFull(isFull);
  }

  function next(): void {
    // A loop, not a recursion: acts that are done at once must not deepen the stack.
    for (;;) {
      const turn = waiting.shift();
      if (turn === undefined) return;
      isBusy = true;
      let isInside = true;
      let isDone = false;
      turn.act(() => {
        isDone = true;
        waitingBytes -= turn.bytes;
        isBusy = false;
        weigh();
        if (!isInside) next();
      });
      isInside = false;
      if (!isDone) return;
    }
  }

  return {
    add(bytes, act) {
      waiting.push({ bytes, act });
      waitingBytes += bytes;
      weigh();
      if (!isBusy) next();
    },
    get waitingBytes() {
      return waitingBytes;
    },
    get isFull() {
      return isFull;
    },
  };
}
