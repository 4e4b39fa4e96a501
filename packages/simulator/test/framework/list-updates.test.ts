/** However a list came about, what is drawn is what the data says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { openBrowser } from "@weapp-socket/testkit";
import { expect, test } from "vitest";
import { run, said } from "../headless-world.js";
import { openFrame } from "../page/page-world.js";

interface Row {
  readonly id: number;
  readonly t: number;
  readonly kids: readonly number[];
}
interface Data {
  readonly list: readonly Row[];
  readonly sel: number;
  readonly other: string;
  readonly limit: number;
}
type Changes = Readonly<Record<string, unknown>>;

const start = (): Data => ({ list: [], sel: 0, other: "a", limit: 1 });

const FILES = {
  "pages/a/a.js": `Page({ data: ${JSON.stringify(start())} })`,
  "pages/a/a.wxml": [
    '<view><view wx:for="{{list}}" wx:key="id">{{index}}:{{item.t}}|{{list[index - 1].t}}|{{other}}|{{item.id === sel ? "on" : ""}}',
    '<text wx:for="{{item.kids}}" wx:for-item="kid" wx:key="*this">{{kid}}{{item.t}}</text><text wx:if="{{item.t > limit}}">!</text>;</view></view>',
    '<view wx:for="{{list}}" wx:key="id">{{item.t}},</view>',
    '<view wx:for="{{list}}">{{item.t}}<block wx:if="{{sel}}">{{other}}</block>,</view>',
    "<text>{{sel}}{{other}}{{list.length}}</text>",
  ].join(""),
};

/** What the template above shows of the data. */
function drawn({ list, sel, other, limit }: Data): string {
  const rows = list.map(({ id, t, kids }, index) => {
    const before = list[index - 1]?.t ?? "";
    const inner = kids.map((kid) => `${kid}${t}`).join("");
    return `${index}:${t}|${before}|${other}|${id === sel ? "on" : ""}${inner}${t > limit ? "!" : ""};`;
  });
  const plain = list.map(({ t }) => `${t},`);
  const mixed = list.map(({ t }) => `${t}${sel === 0 ? "" : other},`);
  return [...rows, ...plain, ...mixed, sel, other, list.length].join("");
}

const small = fc.integer({ min: 0, max: 3 });
const row = fc.record({ id: small, t: small, kids: fc.uniqueArray(small, { maxLength: 2 }) });
const rows = fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 4 });
const others = fc.record(
  { sel: small, other: fc.constantFrom("a", "b"), limit: small },
  { requiredKeys: [] },
);
/** One call of setData, given what is set already: a list anew, some of it, other fields, and any of these together. */
const step = fc.record({
  list: fc.option(rows, { nil: undefined }),
  grown: fc.boolean(),
  part: fc.option(fc.tuple(small, small), { nil: undefined }),
  kids: fc.option(fc.tuple(small, fc.uniqueArray(small, { maxLength: 2 })), { nil: undefined }),
  partFirst: fc.boolean(),
  others,
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What the steps set, one call each, and the data after them. */
function callsOf(steps: readonly Step[]): { readonly calls: Changes[]; readonly data: Data } {
  let data = start();
  const calls = steps.map(({ list, grown, part, kids, partFirst, others: fields }) => {
    const set: [string, unknown][] = [];
    const take = (name: string, value: unknown, next: Data): void => {
      set.push([name, value]);
      data = next;
    };
    const setPart = (): void => {
      if (part === undefined || part[0] >= data.list.length) return;
      const [at, t] = part;
      const changed = data.list.map((each, index) => (index === at ? { ...each, t } : each));
      take(`list[${at}].t`, t, { ...data, list: changed });
    };
    if (partFirst) setPart();
    if (list !== undefined) take("list", list, { ...data, list });
    if (grown) {
      const last = { id: 10 + data.list.length, t: data.list.length, kids: [] };
      const at = data.list.length;
      take(`list[${at}]`, last, { ...data, list: [...data.list, last] });
    }
    if (!partFirst) setPart();
    if (kids !== undefined && kids[0] < data.list.length) {
      const [at, value] = kids;
      const changed = data.list.map((each, index) => (index === at ? { ...each, kids: value } : each));
      take(`list[${at}].kids`, value, { ...data, list: changed });
    }
    for (const [name, value] of Object.entries(fields)) take(name, value, { ...data, [name]: value });
    // `setData` keeps and changes what it was given.
    return structuredClone(Object.fromEntries(set));
  });
  return { calls, data };
}

test("each call is drawn as the data says", async () => {
  const app = await run(FILES);
  const page = app.page();
  fc.assert(
    fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
      page.setData({ ...start() });
      for (let count = 1; count <= steps.length; count += 1) {
        const { calls, data } = callsOf(steps.slice(0, count));
        page.setData(calls.at(-1)!);
        expect(page.text()).toBe(drawn(data));
      }
    }),
    { numRuns: 300 },
  );
});

/**
 * What an item is made of is looked at anew only where it changed. This stands on the inside of the framework's lists:
 * with a version of them that is another it must fail, or else large lists became slow and nobody saw it.
 */
test("items that have nothing to do with a change are passed over", async () => {
  const app = await run({
    "pages/a/a.js": "Page({ data: { list: [1, 2, 3, 4].map((id) => ({ id, t: 0 })), other: 0 } })",
    "pages/a/a.wxml": [
      '<wxs module="m">module.exports = { look: function (item) { console.log("looked at " + item.id); return []; } };</wxs>',
      '<view wx:for="{{list}}" wx:key="id">{{item.t}}<text wx:for="{{m.look(item)}}" wx:for-item="none">-</text></view>',
      '<text wx:if="{{other}}">{{other}}</text>',
    ].join(""),
  });
  const page = app.page();
  const lookedAt = (changes: object): string => {
    const before = said(app).length;
    page.setData(changes as Record<string, unknown>);
    return said(app).slice(before).join(", ").replaceAll("looked at ", "");
  };
  // What each depends on is found out once, and once again after it has changed.
  expect(lookedAt({ "list[0].t": 1 })).toBe("1, 2, 3, 4");
  expect(lookedAt({ "list[2].t": 1 })).toBe("1, 3");
  expect(lookedAt({ other: 1 })).toBe("3");
  expect(lookedAt({ other: 2 })).toBe("");
  expect(lookedAt({ "list[4]": { id: 5, t: 0 } })).toBe("5");
  expect(page.text()).toBe("101002");
});

test("the framework, its adapter and its compiler are the versions that all this was written for", () => {
  const root = join(import.meta.dirname, "../..");
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  for (const name of ["glass-easel", "glass-easel-miniprogram-adapter", "glass-easel-template-compiler"]) {
    const installed = JSON.parse(
      readFileSync(join(root, "../../node_modules", name, "package.json"), "utf8"),
    ) as { version: string };
    expect([name, dependencies[name], installed.version]).toEqual([name, "0.12.1", "0.12.1"]);
  }
});

test("calls between two frames, drawn together, are drawn as the data says", async () => {
  const browser = await openBrowser();
  try {
    const frame = await openFrame(browser, FILES);
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 4 }),
        fc.array(step, { maxLength: 4 }),
        async (first, second) => {
          const { calls, data } = callsOf([...first, ...second]);
          const shown = await frame.evaluate(
            ([clean, before, after]) => {
              const page = window.simulator!.page();
              page.setData(clean);
              page.text();
              for (const changes of before) page.setData(changes);
              page.text();
              for (const changes of after) page.setData(changes);
              return page.text();
            },
            [{ ...start() }, calls.slice(0, first.length), calls.slice(first.length)] as const,
          );
          expect(shown).toBe(drawn(data));
        },
      ),
      { numRuns: 100 },
    );
  } finally {
    await browser.close();
  }
});
