import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";
import { openLmdbBroker } from "../../src/broker/lmdb/broker.js";
import { useChildProgram } from "./child-program.js";
import { useTemporaryFolders } from "./temporary-folder.js";
import type { Broker } from "../../src/broker/broker.js";
import type { Publication } from "../../src/broker/publication.js";

/** How often the process is killed; `KILL_ROUNDS=100` for the long run. */
const rounds = Number(process.env["KILL_ROUNDS"] ?? 10);
const PUBLISHERS = 12;
interface Acked {
  readonly publisher: number;
  readonly number: number;
  readonly position: string;
}

describe("kill loop", () => {
  const makeFolder = useTemporaryFolders();
  const childPath = useChildProgram(new URL("kill-loop-child.ts", import.meta.url));

  it.each([
    ["fsync", rounds],
    ["disk", Math.ceil(rounds / 4)],
  ] as const)(
    "L2: nothing acknowledged as %s is lost, doubled or out of order in %i kills",
    { timeout: 120_000 + rounds * 10_000 },
    async (durability, kills) => {
      const path = makeFolder();
      const acked = new Map<string, Acked>();
      const next = Array.from({ length: PUBLISHERS }, () => 1);
      for (let round = 0; round < kills; round++) {
        const lived = await liveAndDie(path, durability, next, 20 + ((round * 53) % 230));
        for (const each of lived) {
          acked.set(`${each.publisher} ${each.number}`, each);
          // What was under way is sent again, under its key.
          next[each.publisher] = each.number + 1;
        }
        const broker = await openLmdbBroker({ path });
        expect(broker.report.found).toBe("crashed");
        const inFlight = await checkHistory(broker, acked, next);
        expect(inFlight).toBeLessThanOrEqual(PUBLISHERS);
        await broker.close();
      }
      expect(acked.size).toBeGreaterThan(kills * PUBLISHERS);
      process.stdout.write(
        `kill loop, ${durability}: ${kills} kills, ${acked.size} acknowledged, all there\n`,
      );
    },
  );

  /** Starts the child, lets it publish for a while, kills it; what it had acknowledged by then. */
  async function liveAndDie(
    path: string,
    durability: string,
    next: readonly number[],
    lifeMs: number,
  ): Promise<Acked[]> {
    const child = spawn(process.execPath, [childPath(), path, durability, ...next.map(String)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    let isDying = false;
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (text: string) => {
      output += text;
      if (isDying) return;
      isDying = true;
      setTimeout(() => child.kill("SIGKILL"), lifeMs);
    });
    const signal = await new Promise<NodeJS.Signals | null>((resolve) => {
      child.on("close", (_, closeSignal) => resolve(closeSignal));
    });
    expect(signal).toBe("SIGKILL");
    const lines = output.slice(0, output.lastIndexOf("\n")).split("\n");
    expect(lines.shift()).toMatch(/^ready (new|closed)$/);
    return lines.map((line) => {
      const [publisher, number, position = ""] = line.split(" ");
      return { publisher: Number(publisher), number: Number(number), position };
    });
  }
});

/** Every channel is one chain, every publisher's numbers are in it once and in order. Answers with how many were not acknowledged. */
async function checkHistory(
  broker: Broker,
  acked: ReadonlyMap<string, Acked>,
  next: readonly number[],
): Promise<number> {
  const seen = new Map<number, number>();
  let inFlight = 0;
  let found = 0;
  for (let room = 0; room < 3; room++) {
    let previous: string | undefined;
    for (const publication of await readAll(broker, `room:${room}`)) {
      if (previous !== undefined) expect(publication.previous).toBe(previous);
      previous = publication.position;
      const [publisher = NaN, number = NaN] = String(publication.data).split(" ", 2).map(Number);
      expect(number).toBe((seen.get(publisher) ?? 0) + 1);
      seen.set(publisher, number);
      const ack = acked.get(`${publisher} ${number}`);
      if (ack === undefined) {
        expect(number).toBe(next[publisher]);
        inFlight++;
      } else {
        expect(publication.position).toBe(ack.position);
        found++;
      }
    }
  }
  expect(found).toBe(acked.size);
  return inFlight;
}

async function readAll(broker: Broker, channel: string): Promise<Publication[]> {
  const publications: Publication[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await broker.history({
      channel,
      direction: "forward",
      limit: 1000,
      ...(after !== undefined && { after }),
    });
    expect(page.status).toBe("ok");
    publications.push(...page.publications);
    if (!page.more) return publications;
    after = page.next;
  }
}
