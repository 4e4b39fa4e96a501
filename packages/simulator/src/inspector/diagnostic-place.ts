import type { Diagnostic } from "../program.js";

/** "pages/chat/chat.wxml:2:16" */
export function placeOf({ file, line, column }: Diagnostic): string {
  return [file, ...(line > 0 ? [line] : []), ...(line > 0 && column > 0 ? [column] : [])].join(":");
}
