import type { Link } from "./transport.js";

/** What goes out over a link, in order: whatever is sent or closed after a message whose bytes come later waits. */
export interface Outgoing {
  send(data: string | ArrayBuffer | Promise<ArrayBuffer>): void;
  close(code: number, reason: string): void;
}

export function createOutgoing(link: Pick<Link, "send" | "close">): Outgoing {
  /** The last one that waits. */
  let tail: Promise<void> | undefined;

  function enqueue(action: () => Promise<void> | void): void {
    const place = (tail ?? Promise.resolve()).then(action).catch(() => undefined);
    tail = place;
    void place.finally(() => {
      if (tail === place) tail = undefined;
    });
  }

  return {
    send(data) {
      if (typeof data === "object" && "then" in data) enqueue(async () => link.send(await data));
      else if (tail === undefined) link.send(data);
      else enqueue(() => link.send(data));
    },
    close(code, reason) {
      if (tail === undefined) link.close(code, reason);
      else enqueue(() => link.close(code, reason));
    },
  };
}
