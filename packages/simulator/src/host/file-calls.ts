import type { JsonObject, JsonValue } from "../program.js";
import { CallError, type CallHandler } from "../relay/host/relay-session.js";
import type { FileStore } from "./file-store.js";

/**
 * The calls behind wx.getFileSystemManager, wx.saveFile and the like: what a program keeps survives its page. They fail
 * with the codes of `FileStore`, or "params".
 *
 * - `files.list` `{}`: replies an array of `StoredEntry`.
 * - `files.read` `{ path }`: replies with the file as body.
 * - `files.write` `{ path }`: the body of the call is the file.
 * - `files.makeDirectory` `{ path }`, `files.remove` `{ path }`, `files.rename` `{ from, to }`.
 *
 * @param store that of the program as it is now
 */
export function createFileCalls(store: () => FileStore): ReadonlyMap<string, CallHandler> {
  return new Map<string, CallHandler>([
    ["files.list", async () => ({ result: (await store().list()) as unknown as JsonValue })],
    ["files.read", async ({ params }) => ({ result: null, body: await store().read(text(params, "path")) })],
    [
      "files.write",
      async ({ params, bodies }) => {
        await store().write(text(params, "path"), Buffer.concat(bodies));
        return { result: null };
      },
    ],
    [
      "files.makeDirectory",
      async ({ params }) => {
        await store().makeDirectory(text(params, "path"));
        return { result: null };
      },
    ],
    [
      "files.remove",
      async ({ params }) => {
        await store().remove(text(params, "path"));
        return { result: null };
      },
    ],
    [
      "files.rename",
      async ({ params }) => {
        await store().rename(text(params, "from"), text(params, "to"));
        return { result: null };
      },
    ],
  ]);
}

function text(params: JsonObject, key: string): string {
  const value = params[key];
  if (typeof value === "string") return value;
  throw new CallError("params", `${key} is a string, got ${JSON.stringify(value)}`);
}
