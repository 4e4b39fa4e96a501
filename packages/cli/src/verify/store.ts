import type { StoreCheck } from "@weapp-socket/server/lmdb";
import { UsageError } from "../failure.js";
import type { Terminal } from "../terminal.js";

/** What is found more often than this is counted, not shown, to people. */
const mostShown = 20;

/** Reads a broker's store through and tells what is damaged. Answers with the exit code. */
export async function verifyStore(path: string, name: string, terminal: Terminal): Promise<number> {
  // The native library is for those who want it.
  const { checkLmdbStore } = await import("@weapp-socket/server/lmdb");
  let check: StoreCheck;
  try {
    check = await checkLmdbStore(path);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const { torn, entries, damaged, damage } = check;
  for (const [index, { what, message }] of damage.entries()) {
    if (!terminal.json && index >= mostShown) break;
    terminal.report({ event: "damage", what, message }, message);
  }
  if (!terminal.json && damaged > mostShown) terminal.line(`… and ${damaged - mostShown} more`);
  const verdict =
    torn !== undefined
      ? `${terminal.style("red", "torn")}: ${torn}`
      : damaged > 0
        ? `${terminal.style("red", `${damaged} damaged`)}: ${entries} entries read`
        : `${terminal.style("green", "sound")}: ${entries} entries read`;
  terminal.report({ event: "store-verified", store: name, entries, damaged, torn }, verdict);
  return torn === undefined && damaged === 0 ? 0 : 1;
}
