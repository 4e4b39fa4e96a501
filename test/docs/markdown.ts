import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const root: string = join(import.meta.dirname, "../..");

export interface CodeBlock {
  /** "README.md:12" */
  readonly place: string;
  readonly language: string;
  /** Words after the language: "no-run", "fragment". */
  readonly marks: readonly string[];
  readonly code: string;
}

/** Markdown files that a user reads, by path from the root. */
export function documents(): string[] {
  const tracked = execFileSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  return tracked.split("\0").filter((file) => file !== "" && file !== "CHANGELOG.md");
}

/** Written in Chinese; the English original is beside it. */
export function isTranslation(file: string): boolean {
  return file.endsWith(".zh.md");
}

export function codeBlocks(file: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { fence: string; language: string; marks: string[]; line: number; lines: string[] } | undefined;
  for (const [index, line] of linesOf(file).entries()) {
    const fence = /^\s*(`{3,}|~{3,})\s*(\S*)\s*(.*)$/.exec(line);
    if (open === undefined) {
      if (fence === null) continue;
      const marks = fence[3]!.split(/\s+/).filter((word) => word !== "");
      open = { fence: fence[1]!, language: fence[2]!, marks, line: index + 1, lines: [] };
    } else if (fence?.[1] === open.fence && fence[2] === "") {
      const { language, marks, lines } = open;
      blocks.push({ place: `${file}:${open.line}`, language, marks, code: `${lines.join("\n")}\n` });
      open = undefined;
    } else {
      open.lines.push(line);
    }
  }
  if (open !== undefined) throw new Error(`${file}:${open.line}: this code block is never closed`);
  return blocks;
}

/** "## Words" as 2, in order; those inside of code blocks are none. */
export function headingLevels(file: string): number[] {
  return prose(file).flatMap((line) => {
    const found = /^(#{1,6})\s/.exec(line);
    return found === null ? [] : [found[1]!.length];
  });
}

/** Where links lead, in order of the text. */
export function linkTargets(file: string): string[] {
  return [
    ...prose(file)
      .join("\n")
      .matchAll(/\]\(([^)\s]+)\)/g),
  ].map((match) => match[1]!);
}

/** The names in the first columns of tables, where they are code: what a row is about in any language. */
export function tableShapes(file: string): string[] {
  return prose(file).flatMap((line) => {
    if (!line.startsWith("|")) return [];
    const [, first = ""] = line.split(/(?<!\\)\|/);
    return (
      [...first.matchAll(/`[^`]+`/g)]
        .map(([name]) => name)
        .toSorted()
        .join(" ") || "a row"
    );
  });
}

function prose(file: string): string[] {
  let inside = false;
  return linesOf(file).filter((line) => {
    const fence = /^\s*(`{3,}|~{3,})/.test(line);
    if (fence) inside = !inside;
    return !inside && !fence;
  });
}

function linesOf(file: string): string[] {
  return readFileSync(join(root, file), "utf8").split("\n");
}
