// The parts of launch-editor that are used; it has types for the whole alone, which writes to this command's output.

declare module "launch-editor/guess.js" {
  /** The editor and its arguments; null where none is known. Words of the command may be operators of a shell. */
  export default function guessEditor(
    command?: string,
  ): readonly [string | object | null, ...(string | object)[]];
}

declare module "launch-editor/get-args.js" {
  export default function argumentsFor(
    editor: string,
    file: string,
    line: number,
    column: number,
  ): readonly (string | number)[];
}

declare module "launch-editor/construct-windows-launch-command.js" {
  export default function commandOnWindows(editor: string, args: readonly string[]): string;
}
