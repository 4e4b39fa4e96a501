import { exec, spawn, type ChildProcess } from "node:child_process";
import { basename } from "node:path";
import commandOnWindows from "launch-editor/construct-windows-launch-command.js";
import argumentsFor from "launch-editor/get-args.js";
import guessEditor from "launch-editor/guess.js";

/** Editors that draw in the terminal that this command writes to. */
const IN_TERMINAL = new Set(["vi", "vim", "nvim", "nano", "emacs", "micro", "hx", "joe"]);
/** An editor that has not failed this long after its start is one that stays. */
const STARTED_MS = 1_500;

/**
 * Shows a file in an editor. Rejects with an error that says to the reader why not.
 *
 * @param command the editor, with arguments. Default: LAUNCH_EDITOR, an editor that runs already, VISUAL, EDITOR
 * @param line from 1; 0: the file alone @param column from 1; 0: the line alone
 */
export async function openInEditor(
  command: string | undefined,
  file: string,
  line: number,
  column: number,
): Promise<void> {
  const [editor, ...given] = guessEditor(command);
  const advice = "start with --editor, as in --editor code, or set LAUNCH_EDITOR";
  if (typeof editor !== "string") throw new Error(`no editor is known: ${advice}`);
  const name = basename(editor).replace(/\.(?:exe|cmd|bat)$/iu, "");
  if (IN_TERMINAL.has(name)) throw new Error(`${name} wants a terminal of its own: ${advice}`);
  const place = argumentsFor(editor, file, line, Math.max(1, column)).map(String);
  await started(start(editor, [...given.map(String), ...place]), editor);
}

function start(editor: string, args: readonly string[]): ChildProcess {
  // Scripts, as most editors' commands there are, are started by the shell alone.
  return process.platform === "win32"
    ? exec(commandOnWindows(editor, args))
    : spawn(editor, args, { stdio: "ignore", detached: true });
}

function started(child: ChildProcess, editor: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, STARTED_MS);
    child.once("error", ({ message }) => {
      clearTimeout(timer);
      reject(new Error(`the editor did not start: ${message}`));
    });
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve();
      else reject(new Error(`the editor ended with ${signal ?? `code ${code}`}: ${editor}`));
    });
    child.unref();
  });
}
