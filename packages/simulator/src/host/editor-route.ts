import type { IncomingMessage, ServerResponse } from "node:http";
import { requestedPath } from "./static-files.js";

/**
 * Shows a file to whoever runs the host, in an editor. Rejects with an error that says to that person why not.
 *
 * @param file absolute path @param line from 1; 0: the file alone @param column from 1; 0: the line alone
 */
export type OpenInEditor = (file: string, line: number, column: number) => Promise<void>;

export interface EditorRouteParts {
  readonly open: OpenInEditor;
  /** Absolute path of a file that a place names, null where there is none: nothing else is opened. */
  readonly locate: (file: string) => string | null;
  readonly sendText: (
    request: IncomingMessage,
    response: ServerResponse,
    status: number,
    text: string,
  ) => void;
}

/** Answers 204 once the file is open; else a status with a sentence for the person. Who asks was checked before. */
export async function answerEditor(
  { open, locate, sendText }: EditorRouteParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const query = new URLSearchParams((request.url ?? "").split("?", 2)[1]);
  const name = query.get("file") ?? "";
  const [line, column] = [Number(query.get("line") ?? 0), Number(query.get("column") ?? 0)];
  if (!isCount(line) || !isCount(column))
    return sendText(request, response, 400, "line and column: expected whole numbers from 0\n");
  const path = requestedPath(encodeURIComponent(name));
  const file = path === null || path === "" ? null : locate(path);
  if (file === null) return sendText(request, response, 404, `the program has no file ${name}\n`);
  try {
    await open(file, line, column);
  } catch (error) {
    return sendText(request, response, 502, `${error instanceof Error ? error.message : String(error)}\n`);
  }
  response.writeHead(204).end();
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
