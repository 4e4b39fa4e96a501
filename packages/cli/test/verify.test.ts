import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { openLmdbBroker } from "@weapp-socket/server/lmdb";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { emptyFolder, runCli } from "./cli-process.js";

type Line = Readonly<Record<string, unknown>> | string;

function jsonLines(lines: readonly Line[]): string {
  return lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
}

function recorded(lines: readonly Line[]): string {
  const cwd = emptyFolder();
  writeFileSync(join(cwd, "run.jsonl"), jsonLines(lines));
  return cwd;
}

const at = (offset: number): string => `${offset}-0000000${offset}`;
const accepted = [1, 2, 3].map((offset) => ({ type: "accepted", channel: "room", position: at(offset) }));
const saw = (type: string, offset: number, client = "p1"): Line => ({
  type,
  client,
  channel: "room",
  position: at(offset),
});
const quiet = { type: "quiet", client: "p1" };
const sound = [saw("attached", 0), saw("message", 1), saw("message", 2), saw("message", 3), quiet];

describe("verify", () => {
  test("a sound run is 0, in whatever order the places were put together", async () => {
    for (const lines of [
      [...accepted, ...sound],
      [...sound, "", ...accepted.toReversed(), ""],
    ]) {
      expect(await runCli(["verify", "run.jsonl"], { cwd: recorded(lines) })).toMatchObject({
        code: 0,
        complaints: "",
        out: "sound: 3 accepted, 1 clients (1 quiet at the end), 3 messages, 0 gaps\n",
      });
    }
  });

  test("the README's recording is a sound one", async () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const [, input = ""] = /```json\n(\{"type":"accepted"[^`]+)```/.exec(readme) ?? [];
    const { code, out } = await runCli(["verify", "-"], { input });
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining("1 gaps") });
  });

  test("what is wrong is 1, and each finding is named", async () => {
    const lines = [
      ...accepted,
      saw("attached", 0),
      saw("message", 1),
      saw("message", 1),
      saw("message", 3),
      saw("message", 2),
      { type: "message", client: "p2", channel: "room", position: "9-00000009" },
      { type: "attached", client: "p3", channel: "room", position: "2-0000abcd" },
      saw("message", 2, "p3"),
      quiet,
    ];
    const { code, out } = await runCli(["verify", "run.jsonl"], { cwd: recorded(lines) });
    expect(code).toBe(1);
    expect(out.split("\n").map((line) => line.split("  ").slice(0, 4).join(" "))).toEqual([
      "duplicated p1 room 1-00000001",
      "lost p1 room 2-00000002",
      "reordered p1 room 2-00000002",
      "unexpected p2 room 9-00000009",
      "unreported-gap p3 room 2-00000002",
      "1 duplicated, 1 lost, 1 reordered, 1 unexpected, 1 unreported-gap: 3 accepted, 3 clients (1 quiet at the end), 6 messages, 0 gaps",
      "",
    ]);
  });

  test("a gap that was told is no loss; an end that did not come is one only for the quiet", async () => {
    const told = [...accepted, saw("attached", 0), saw("gap", 3), quiet];
    expect((await runCli(["verify", "run.jsonl"], { cwd: recorded(told) })).code).toBe(0);
    const cut = [...accepted, saw("attached", 0), saw("message", 1)];
    expect((await runCli(["verify", "run.jsonl"], { cwd: recorded(cut) })).code).toBe(0);
    expect((await runCli(["verify", "run.jsonl"], { cwd: recorded([...cut, quiet]) })).code).toBe(1);
  });

  test("what the broker lost is nobody's loss, but who had seen it must be told", async () => {
    const lines = [
      ...accepted,
      { type: "accepted", channel: "room", position: "2-ffffffff", lost: true },
      saw("attached", 1),
      { type: "message", client: "p1", channel: "room", position: "2-ffffffff" },
    ];
    expect((await runCli(["verify", "run.jsonl"], { cwd: recorded([...lines, saw("gap", 3)]) })).code).toBe(
      0,
    );
    const { code, out } = await runCli(["verify", "run.jsonl"], {
      cwd: recorded([...lines, saw("message", 3)]),
    });
    expect(code).toBe(1);
    expect(out).toContain("unreported-gap");
  });

  test("with --json findings and counts are objects; - reads standard input", async () => {
    const input = jsonLines([...accepted, saw("attached", 1), quiet]);
    const { code, out } = await runCli(["verify", "-", "--json"], { input });
    expect(code).toBe(1);
    const finding = { event: "finding", kind: "lost", client: "p1", channel: "room" };
    expect(
      out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { ...finding, position: at(2) },
      { ...finding, position: at(3) },
      {
        event: "verified",
        accepted: 3,
        clients: 1,
        quiet: 1,
        messages: 0,
        gaps: 0,
        findings: { lost: 2 },
      },
    ]);
  });

  test("of many findings people see the first, and all counted", async () => {
    const many = Array.from({ length: 30 }, (_, index) => ({
      type: "accepted",
      channel: "room",
      position: `${index + 1}-00000000`,
    }));
    const { out } = await runCli(["verify", "run.jsonl"], {
      cwd: recorded([...many, saw("attached", 0), quiet]),
    });
    expect(out).toContain("\n… and 10 more\n30 lost: ");
  });

  test.each<[Line[], string]>([
    [["{"], "run.jsonl:1: expected a JSON object, got {"],
    [[accepted[0]!, "[1]"], "run.jsonl:2: expected a JSON object, got [1]"],
    [["null"], "run.jsonl:1: expected a JSON object, got null"],
    [
      ["", { type: "seen" }],
      "run.jsonl:2: type: expected one of accepted, attached, message, gap, quiet, got seen",
    ],
    [[{}], "run.jsonl:1: type: expected one of accepted, attached, message, gap, quiet, got nothing"],
    [[{ type: "accepted", position: at(1) }], "run.jsonl:1: channel: expected a text, got nothing"],
    [[{ type: "accepted", channel: 9, position: at(1) }], "run.jsonl:1: channel: expected a text, got 9"],
    [
      [{ type: "accepted", channel: "a", position: "first" }],
      'run.jsonl:1: position: expected one like "13-0badcafe", got first',
    ],
    [
      [{ type: "accepted", channel: "a", position: at(1), lost: "yes" }],
      "run.jsonl:1: lost: expected true or false, got yes",
    ],
    [
      [{ type: "message", channel: "a", position: at(1) }],
      "run.jsonl:1: client: expected a text, got nothing",
    ],
    [[quiet], "run.jsonl: client p1 is quiet, and saw nothing"],
    [[""], "run.jsonl: nothing was recorded"],
    [["x".repeat(100)], `run.jsonl:1: expected a JSON object, got ${"x".repeat(60)}…`],
  ])("no recording: %j", async (lines, message) => {
    const { code, out, err } = await runCli(["verify", "run.jsonl"], { cwd: recorded(lines) });
    expect(err).toContain(`error: ${message}\n`);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });
});

describe("verify of a store", () => {
  async function stored(): Promise<string> {
    const cwd = emptyFolder();
    const broker = await openLmdbBroker({ path: join(cwd, "store") });
    const policy = { historyCount: 10, historyAgeMs: Infinity, durability: "disk" } as const;
    for (const data of ["text 1", "text 2"])
      await broker.publish({ channel: "room", data, format: "text", policy });
    await broker.close();
    return cwd;
  }

  test("a sound one is 0", async () => {
    const cwd = await stored();
    const { code, out, err } = await runCli(["verify", "store"], { cwd });
    expect(out).toMatch(/^sound: \d+ entries read\n$/);
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  test("one with damage, or that is torn, is 1, and says what and why", async () => {
    const cwd = await stored();
    const file = join(cwd, "store", "data.mdb");
    const bytes = readFileSync(file);
    for (let found = bytes.indexOf("text 2"); found >= 0; found = bytes.indexOf("text 2", found + 1))
      bytes[found] = 0x54;
    writeFileSync(file, bytes);
    const damaged = await runCli(["verify", "store"], { cwd });
    expect(damaged.out).toMatch(
      /^a publication: damaged \(it is not what was written\); its readers are told a gap\n1 damaged: \d+ entries read\n$/,
    );
    expect(damaged.code).toBe(1);
    const { out } = await runCli(["verify", "store", "--json"], { cwd });
    expect(
      out
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { event: string }).event),
    ).toEqual(["damage", "store-verified"]);
    truncateSync(file, 8192);
    const torn = await runCli(["verify", "store"], { cwd });
    expect(torn.out).toMatch(/^torn: \S/);
    expect(torn.code).toBe(1);
  });

  test("a folder without one is 2", async () => {
    const cwd = emptyFolder();
    const { code, err } = await runCli(["verify", "."], { cwd });
    expect(err).toContain("expected a file data.mdb in it, got none");
    expect(code).toBe(2);
  });
});
