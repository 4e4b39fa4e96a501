import type { Diagnostic } from "@weapp-socket/simulator";
import type { Terminal } from "./terminal.js";

/** "pages/chat/chat.wxml:12:7: error: …", and the hint below it. */
export function formatDiagnostic(diagnostic: Diagnostic, { style }: Pick<Terminal, "style">): string {
  const { severity, message, hint } = diagnostic;
  const label = style(severity === "error" ? "red" : "yellow", severity);
  const first = `${style("bold", placeOf(diagnostic))}: ${label}: ${message}`;
  return hint === undefined ? first : `${first}\n  ${style("dim", hint)}`;
}

function placeOf({ file, line, column }: Diagnostic): string {
  if (line === 0) return file;
  return column === 0 ? `${file}:${line}` : `${file}:${line}:${column}`;
}
