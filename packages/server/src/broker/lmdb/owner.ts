import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** Which process holds a store, told so that it is recognized as gone after a crash, also when its id was given out again. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Changes at every start of the machine; empty where the system does not tell. */
  readonly boot: string;
  /** When the process started, in the kernel's own unit; empty where the system does not tell. */
  readonly started: string;
  /** Inode of the data file: a copy of a store that is open is not itself open. */
  readonly inode: number;
}

export function currentOwner(inode: number): Owner {
  return { pid: process.pid, host: hostname(), boot: readBoot(), started: readStarted(process.pid), inode };
}

/** Whether the process that is written there runs now. A process on another host counts as gone. */
export function isRunning(owner: Owner, current: Owner): boolean {
  if (owner.inode !== current.inode || owner.host !== current.host || owner.boot !== current.boot)
    return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return readStarted(owner.pid) === owner.started;
}

function readBoot(): string {
  return readOr("/proc/sys/kernel/random/boot_id", (text) => text.trim());
}

function readStarted(pid: number): string {
  // The second field is the program's name in parentheses and may itself have spaces and parentheses.
  return readOr(`/proc/${pid}/stat`, (text) => text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "");
}

function readOr(path: string, parse: (text: string) => string): string {
  try {
    return parse(readFileSync(path, "utf8"));
  } catch {
    return "";
  }
}
