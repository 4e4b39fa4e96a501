import { EDITOR_PATH, TOKEN_HEADER } from "../host/editor-request.js";
import type { SessionInfo } from "../host/session-info.js";
import type { SourcePlace } from "../source-map.js";

/** Whether the host shows files in an editor. */
export async function findEditor(): Promise<boolean> {
  return (await loadSession())?.hasEditor === true;
}

/** Shows a place in the editor of whoever runs the host. Resolves to what kept it from that; null: nothing did. */
export async function openInEditor({ file, line, column }: SourcePlace): Promise<string | null> {
  // Asked for each time: the host may have been started again, and its token is another then.
  const token = (await loadSession())?.token;
  const query = new URLSearchParams({ file, line: String(line), column: String(column) });
  try {
    const response = await fetch(`${EDITOR_PATH.slice(1)}?${query.toString()}`, {
      method: "POST",
      headers: { [TOKEN_HEADER]: token ?? "" },
    });
    return response.ok ? null : (await response.text()).trim();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function loadSession(): Promise<SessionInfo | undefined> {
  try {
    const response = await fetch("program/session.json");
    return response.ok ? ((await response.json()) as SessionInfo) : undefined;
  } catch {
    return undefined;
  }
}
