import type { SourcePlace } from "../source-map.js";

/** "pages/chat/chat.wxml:2:16" */
export function placeOf({ file, line, column }: SourcePlace): string {
  return [file, ...(line > 0 ? [line] : []), ...(line > 0 && column > 0 ? [column] : [])].join(":");
}
