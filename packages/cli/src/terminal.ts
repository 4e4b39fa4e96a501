type Style = "bold" | "dim" | "red" | "yellow" | "green" | "cyan";

/** Select Graphic Rendition: on, off. */
const styles: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
  cyan: [36, 39],
};

export interface TerminalStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Everything that a command says: lines for people, or one JSON object a line for programs. */
export interface Terminal {
  /** True where `--json` was given: only `report` is heard then. */
  readonly json: boolean;
  /** A result: `event` as JSON, or `text` for people. */
  report(event: { readonly event: string; readonly [key: string]: unknown }, text: string): void;
  /** For people only, on standard output. */
  line(text?: string): void;
  /** For people only, on standard error. */
  note(text: string): void;
  /** Says `text` if the returned function has not been called within a second. */
  progress(text: string): () => void;
  style(style: Style, text: string): string;
}

export interface TerminalOptions {
  readonly out: TerminalStream;
  readonly err: TerminalStream;
  readonly json: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const progressAfterMs = 1000;

export function createTerminal({ out, err, json, env }: TerminalOptions): Terminal {
  const coloured =
    out.isTTY === true && err.isTTY === true && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
  const note = (text: string): void => {
    if (!json) err.write(`${text}\n`);
  };
  const style = (name: Style, text: string): string =>
    coloured ? `\u001b[${styles[name][0]}m${text}\u001b[${styles[name][1]}m` : text;
  return {
    json,
    style,
    note,
    report: (event, text) => out.write(json ? `${JSON.stringify(event)}\n` : `${text}\n`),
    line: (text = "") => {
      if (!json) out.write(`${text}\n`);
    },
    progress: (text) => {
      const timer = setTimeout(() => note(style("dim", `${text} …`)), progressAfterMs);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
