import type { PickerColumns } from "./picker-columns.js";

/** Names by code: "110000" is 北京市. A city's code begins as its province's does. */
export interface RegionNames {
  readonly province_list: Readonly<Record<string, string>>;
  readonly city_list: Readonly<Record<string, string>>;
  readonly county_list: Readonly<Record<string, string>>;
}

/** The provinces, cities and districts of China: 160 kB, loaded when first asked for. */
export async function loadRegions(): Promise<RegionNames> {
  const { areaList } = await import("@vant/area-data");
  return areaList;
}

export interface RegionWish {
  readonly value: unknown;
  /** A line above all others of each column; "": none. */
  readonly customItem: string;
  /** "province", "city" or "region"; streets are not known here. */
  readonly level: string;
}

interface Place {
  readonly name: string;
  /** "": the author's own line. */
  readonly code: string;
}

/** Digits of a code that each column's places share with those below. */
const PREFIX = [2, 4, 6];

/** Provinces, their cities, and the districts of those. */
export function regionColumns(names: RegionNames, { value, customItem, level }: RegionWish): PickerColumns {
  const lists = [names.province_list, names.city_list, names.county_list].slice(
    0,
    level === "province" ? 1 : level === "city" ? 2 : 3,
  );
  const known = new Map<string, readonly Place[]>();
  const lines = new WeakMap<readonly Place[], readonly string[]>();
  let places: Array<readonly Place[]> = [];
  let selected: number[] = [];

  function placesBelow(column: number, above: string): readonly Place[] {
    const key = `${column} ${above}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const isOpen = column === 0 || above !== "";
    const below = isOpen
      ? Object.entries(lists[column] ?? {}).flatMap(([code, name]) =>
          code.startsWith(above) ? [{ name, code }] : [],
        )
      : [];
    const made = customItem === "" ? below : [{ name: customItem, code: "" }, ...below];
    known.set(key, made);
    lines.set(
      made,
      made.map(({ name }) => name),
    );
    return made;
  }

  function fit(choose: (column: number, candidates: readonly Place[]) => number): void {
    places = [];
    selected = [];
    let above = "";
    lists.forEach((_, column) => {
      const candidates = placesBelow(column, above);
      const index = Math.max(0, Math.min(candidates.length - 1, choose(column, candidates)));
      places.push(candidates);
      selected.push(index);
      above = candidates[index]?.code.slice(0, PREFIX[column]) ?? "";
    });
  }

  const wanted: unknown[] = Array.isArray(value) ? value : [];
  fit((column, candidates) => candidates.findIndex(({ name }) => name === wanted[column]));
  const chosen = (): Place[] =>
    places.map((candidates, column) => candidates[selected[column] ?? 0] ?? { name: "", code: "" });

  return {
    get columns() {
      return places.map((candidates) => lines.get(candidates) ?? []);
    },
    get selected() {
      return selected;
    },
    move(column, index) {
      const before = selected;
      // What is below the place that was left begins anew.
      fit((at) => (at < column ? (before[at] ?? 0) : at === column ? index : 0));
    },
    detail: () => ({
      value: chosen().map(({ name }) => name),
      code: chosen().map(({ code }) => code),
      postcode: "",
    }),
  };
}
