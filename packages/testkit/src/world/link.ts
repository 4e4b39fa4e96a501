import type { Random } from "./random.js";
import type { Tally } from "./tally.js";
import type { Timeline } from "./timeline.js";

/** How a wire behaves: one-way delay, and what the phone's WebSocket makes of its end. */
export interface Weather {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** The close code that the client is told is another one, or none. */
  readonly rewritesCodes: number;
  /** onClose never comes. */
  readonly losesClose: number;
  /** onClose comes twice. */
  readonly doublesClose: number;
  /** onClose comes seconds late, when the next socket may be open. */
  readonly delaysClose: number;
  /** What the client closes lives on for seconds, and still speaks and is heard: two sockets are alive. */
  readonly lingers: number;
}

export interface LinkEnd {
  opened(): void;
  text(text: string): void;
  closed(code: number | undefined): void;
}

/** One connection between a client and a node. Each direction keeps its order; both may go silent without a word. */
export interface Link {
  toServer(text: string): void;
  toClient(text: string): void;
  /** A closing handshake begun by one side; the other learns after the delay. */
  closeFromClient(code: number): void;
  closeFromServer(code: number): void;
  /** The wire is cut: both ends are told (RST), or only the server, or nobody (half-open). */
  cut(tells: "both" | "client" | "nobody"): void;
  /** The client is suspended: what arrives is kept, and comes in a burst on resume. */
  freeze(frozen: boolean): void;
  readonly isGone: boolean;
}

const oddCodes = [undefined, 0, 1000, 1001, 1005, 1006];

export function createLink(
  timeline: Timeline,
  random: Random,
  weather: Weather,
  client: LinkEnd,
  server: LinkEnd,
  tally: Tally,
): Link {
  let isClosed = false;
  let isSilent = false;
  let isFrozen = false;
  let isLingering = false;
  let kept: Array<() => void> = [];
  let clientAt = 0;
  let serverAt = 0;

  const delay = (): number => random.integer(weather.minDelayMs, weather.maxDelayMs);

  function atClient(act: () => void): void {
    clientAt = Math.max(clientAt, timeline.now + delay());
    timeline.after(clientAt - timeline.now, () => {
      if (isFrozen) kept.push(act);
      else act();
    });
  }

  function atServer(act: () => void): void {
    serverAt = Math.max(serverAt, timeline.now + delay());
    timeline.after(serverAt - timeline.now, act);
  }

  function tellClient(code: number | undefined): void {
    if (random.chance(weather.losesClose)) {
      tally.count("onClose missing");
      return;
    }
    const told = random.chance(weather.rewritesCodes) ? random.pick(oddCodes) : code;
    if (told !== code) tally.count("code rewritten");
    if (random.chance(weather.delaysClose)) {
      tally.count("onClose late");
      timeline.after(random.integer(1_000, 20_000), () => client.closed(told));
      return;
    }
    atClient(() => client.closed(told));
    if (random.chance(weather.doublesClose)) {
      tally.count("onClose doubled");
      atClient(() => client.closed(told));
    }
  }

  atServer(() => {
    if (isClosed || isSilent) return;
    server.opened();
    atClient(() => {
      if (!isSilent) client.opened();
    });
  });

  function end(code: number): void {
    isClosed = true;
    if (!isSilent) atServer(() => server.closed(code));
    tellClient(code);
  }

  return {
    toServer(text) {
      if (!isClosed && !isSilent) {
        atServer(() => {
          if (!isSilent) server.text(text);
          else tally.count("text dropped");
        });
      }
    },
    toClient(text) {
      if (!isClosed && !isSilent) {
        atClient(() => {
          if (!isSilent) client.text(text);
          else tally.count("text dropped");
        });
      }
    },
    closeFromClient(code) {
      if (isClosed || isLingering) return;
      if (random.chance(weather.lingers)) {
        tally.count("socket lingers");
        isLingering = true;
        timeline.after(random.integer(1_000, 20_000), () => {
          isLingering = false;
          if (!isClosed) end(code);
        });
        return;
      }
      end(code);
    },
    closeFromServer(code) {
      if (isClosed) return;
      isClosed = true;
      if (!isSilent) tellClient(code);
    },
    cut(tells) {
      if (isClosed || isSilent) return;
      isSilent = true;
      tally.count(tells === "nobody" ? "half-open" : tells === "client" ? "cut" : "reset");
      if (tells !== "nobody") tellClient(1006);
      if (tells === "both") atServer(() => server.closed(1006));
    },
    freeze(frozen) {
      isFrozen = frozen;
      if (frozen) return;
      const burst = kept;
      kept = [];
      if (burst.length > 1) tally.count("burst after suspend");
      for (const act of burst) act();
    },
    get isGone() {
      return isClosed || isSilent;
    },
  };
}
