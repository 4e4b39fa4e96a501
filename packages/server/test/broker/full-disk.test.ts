import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { openLmdbBroker } from "../../src/broker/lmdb/broker.js";
import { useChildProgram } from "./child-program.js";
import { useTemporaryFolders } from "./temporary-folder.js";

interface Outcome {
  readonly accepted: string[];
  readonly refused: string[];
  readonly heard: string[];
  readonly gaps: string[];
  readonly kept: string[];
  readonly resumed: string;
  readonly closed: string;
}

describe.skipIf(process.platform === "win32")("a disk that is full", () => {
  const makeFolder = useTemporaryFolders();
  const childPath = useChildProgram(new URL("full-disk-child.ts", import.meta.url));

  function run(path: string, durability: string): Outcome {
    const { stdout, status } = spawnSync(
      "sh",
      ["-c", `ulimit -f 1000; exec "$0" "$@"`, process.execPath, childPath(), path, durability],
      { encoding: "utf8", timeout: 100_000 },
    );
    expect(status).toBe(0);
    return JSON.parse(stdout) as Outcome;
  }

  it.each(["disk", "fsync"])(
    "L10: refuses what cannot be written as %s, and what was accepted is there",
    async (durability) => {
      const path = makeFolder();
      const { accepted, refused, heard, gaps, kept, resumed } = run(path, durability);
      expect(accepted.length).toBeGreaterThan(100);
      expect(refused.length).toBeGreaterThanOrEqual(3);
      for (const each of refused)
        expect(each).toMatch(
          /^unavailable true: store: could not write: (?:File too large|Input\/output error)/,
        );
      expect(heard).toEqual(accepted);
      expect(kept).toEqual(accepted);
      expect(gaps.length).toBeGreaterThan(0);
      expect(resumed).toBe("fork");

      const broker = await openLmdbBroker({ path });
      const page = broker.history({ channel: "room", direction: "backward", limit: 1000 });
      expect(page.publications.map(({ position }) => position)).toEqual(accepted.toReversed());
      await broker.close();
    },
  );

  it("L10: tells listeners a gap where what they heard could not be written", async () => {
    const path = makeFolder();
    const { accepted, refused, heard, gaps, kept, resumed } = run(path, "memory");
    expect(refused).toEqual([]);
    expect(heard).toEqual(accepted);
    expect(gaps.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(accepted.length);
    expect(resumed).toBe("fork");

    const broker = await openLmdbBroker({ path });
    const page = broker.history({ channel: "room", direction: "forward", limit: 1, after: accepted[0]! });
    expect(page.status).toBe("fork");
    await broker.close();
  });
});
