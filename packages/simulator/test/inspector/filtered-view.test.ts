import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createFilteredView, type FilteredView } from "../../src/inspector/filtered-view.js";
import { createRing } from "../../src/inspector/ring.js";

const isEven = (value: number): boolean => value % 2 === 0;

function contents<T>(view: FilteredView<T>): (T | undefined)[] {
  return Array.from({ length: view.length }, (_, index) => view.at(index));
}

describe("ring", () => {
  test("it keeps the newest, under the numbers that they came with", () => {
    const ring = createRing<string>(3);
    for (const entry of ["a", "b", "c", "d", "e"]) ring.push(entry);
    expect([ring.first, ring.end]).toEqual([2, 5]);
    expect([0, 1, 2, 3, 4, 5].map((number) => ring.get(number))).toEqual([
      undefined,
      undefined,
      "c",
      "d",
      "e",
      undefined,
    ]);
    expect(ring.toArray()).toEqual(["c", "d", "e"]);
  });

  test("cleared, it is empty and counts on", () => {
    const ring = createRing<string>(2);
    ring.push("a");
    ring.clear();
    expect([ring.first, ring.end, ring.get(0), ring.revision]).toEqual([1, 1, undefined, 1]);
    ring.push("b");
    expect([ring.get(1), ring.toArray()]).toEqual(["b", ["b"]]);
  });

  test("it is the end of an array that only grows", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(fc.integer()), (capacity, entries) => {
        const ring = createRing<number>(capacity);
        for (const entry of entries) ring.push(entry);
        expect(ring.toArray()).toEqual(entries.slice(-capacity));
      }),
    );
  });
});

describe("filtered view", () => {
  test("each entry is looked at once", () => {
    const ring = createRing<number>(100);
    const seen: number[] = [];
    const view = createFilteredView(ring, (value) => {
      seen.push(value);
      return isEven(value);
    });
    for (let value = 0; value < 5; value += 1) {
      ring.push(value);
      view.refresh();
      view.refresh();
    }
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(contents(view)).toEqual([0, 2, 4]);
  });

  test("a changed entry is looked at again", () => {
    const ring = createRing<{ isIn: boolean }>(10);
    const entry = { isIn: false };
    ring.push(entry);
    const view = createFilteredView(ring, ({ isIn }) => isIn);
    entry.isIn = true;
    view.refresh();
    expect(view.length).toBe(0);
    ring.touch();
    view.refresh();
    expect(view.length).toBe(1);
  });

  test("what left the ring has left the view, and is counted", () => {
    const ring = createRing<number>(4);
    const view = createFilteredView(ring, isEven);
    for (let value = 0; value < 10; value += 1) ring.push(value);
    view.refresh();
    expect([contents(view), view.dropped]).toEqual([[6, 8], 0]);
    for (let value = 10; value < 13; value += 1) ring.push(value);
    view.refresh();
    expect([contents(view), view.dropped]).toEqual([[10, 12], 2]);
    expect([8, 9, 10, 12].map((number) => view.indexOf(number))).toEqual([-1, -1, 0, 1]);
    expect([view.numberAt(1), view.numberAt(2), view.at(2)]).toEqual([12, -1, undefined]);
  });

  test("refreshed at any time, it is the ring filtered", () => {
    const step = fc.oneof(
      fc.record({ push: fc.integer({ min: 0, max: 9 }) }),
      fc.constant("refresh" as const),
      fc.constant("clear" as const),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.array(step, { maxLength: 200 }), (capacity, steps) => {
        const ring = createRing<number>(capacity);
        const view = createFilteredView(ring, isEven);
        for (const each of steps) {
          if (each === "refresh") view.refresh();
          else if (each === "clear") ring.clear();
          else ring.push(each.push);
        }
        view.refresh();
        expect(contents(view)).toEqual(ring.toArray().filter(isEven));
        for (let index = 0; index < view.length; index += 1)
          expect(view.indexOf(view.numberAt(index))).toBe(index);
      }),
    );
  });

  test("a long life does not make it big", () => {
    const ring = createRing<number>(100);
    const view = createFilteredView(ring, isEven);
    for (let value = 0; value < 100_000; value += 1) {
      ring.push(value);
      if (value % 50 === 0) view.refresh();
    }
    view.refresh();
    expect(contents(view)).toEqual(ring.toArray().filter(isEven));
  });
});
