import type { DataChange } from "glass-easel";

type Data = Readonly<Record<string, unknown>>;

/** What was set since the last drawing, as few changes as draw the same. */
export interface ChangeBatch {
  add(changes: readonly DataChange[]): void;
  /**
   * The changes from what was drawn to what is to be drawn.
   *
   * @param isKept fields that are set as they were: of a list that was set anew all items, be they alike or not
   */
  since(drawn: Data, data: Data, isKept: (field: string) => boolean): readonly DataChange[];
}

interface FieldChanges {
  /** The whole field was set; what was set inside of it before and after is drawn with it. */
  whole: DataChange | undefined;
  readonly parts: DataChange[];
}

export function createChangeBatch(): ChangeBatch {
  const fields = new Map<string, FieldChanges>();
  return {
    add(changes) {
      for (const change of changes) {
        const [path] = change;
        const name = String(path[0]);
        const field = fields.get(name) ?? { whole: undefined, parts: [] };
        fields.set(name, field);
        if (isWhole(change)) field.whole = change;
        else field.parts.push(change);
      }
    },
    since: (drawn, data, isKept) =>
      [...fields].flatMap(([name, { whole, parts }]) => {
        if (whole === undefined) return parts;
        // What was set inside of a list changed the one that was drawn: it says no longer what is on the screen.
        if (parts.length > 0 || isKept(name)) return [whole];
        return listChanges(name, drawn[name], data[name]) ?? [whole];
      }),
  };
}

function isWhole([path, , , spliceDel]: DataChange): boolean {
  return path.length === 1 && spliceDel === undefined;
}

/** Of a list that was set anew, the items that are others; undefined: it is not one list for another. */
function listChanges(name: string, before: unknown, after: unknown): readonly DataChange[] | undefined {
  if (!Array.isArray(before) || !Array.isArray(after)) return undefined;
  const changes: DataChange[] = [];
  for (let index = 0; index < after.length; index += 1) {
    if (index >= before.length || !isSame(before[index], after[index]))
      changes.push([[name, index], after[index], undefined, undefined]);
  }
  if (before.length !== after.length) changes.push([[name, "length"], after.length, undefined, undefined]);
  return changes;
}

/** Whether two values are alike, as data is: plain objects, lists and primitives. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  let count = 0;
  for (const name in a) {
    if (!Object.hasOwn(b, name)) return false;
    if (!isSame((a as Data)[name], (b as Data)[name])) return false;
    count += 1;
  }
  for (const _ in b) count -= 1;
  return count === 0;
}
