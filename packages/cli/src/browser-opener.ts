import { spawn } from "node:child_process";

/** Opens the address in the user's browser. Resolves to false where nothing can open it. */
export function openInBrowser(url: string): Promise<boolean> {
  const [program, ...args] = commandFor(url);
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "ignore", detached: true });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}

function commandFor(url: string): [string, ...string[]] {
  if (process.platform === "darwin") return ["open", url];
  if (process.platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler", url];
  return ["xdg-open", url];
}
