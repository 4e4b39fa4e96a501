/** When what is set is drawn. */
import { openBrowser } from "@weapp-socket/testkit";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { component, using } from "../headless-world.js";
import { openFrame, said } from "./page-world.js";

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

test("what is set between two frames is in the data at once and drawn together; callbacks follow in order", async () => {
  const page = await openFrame(browser, {
    "pages/a/a.js": `Page({
      data: { n: 0 },
      count() {
        const n = this.data.n + 1;
        this.setData({ n }, () => console.log("drawn " + n + " as " + globalThis.shown()));
        console.log("set " + this.data.n + ", shown " + globalThis.shown());
      },
    })`,
    "pages/a/a.wxml": '<view id="n">{{n}}</view>',
  });
  await page.evaluate(() => {
    Object.assign(window, { shown: () => document.querySelector("#n")?.textContent });
    const { instance } = window.simulator!.page() as unknown as { instance: { count(): void } };
    instance.count();
    instance.count();
  });
  await expect
    .poll(() => said(page))
    .toEqual(["set 1, shown 0", "set 2, shown 0", "drawn 1 as 2", "drawn 2 as 2"]);
});

test("components inside hear of it within setData, and so do those who look for what was drawn", async () => {
  const page = await openFrame(browser, {
    "pages/a/a.json": using("row"),
    "pages/a/a.js": `Page({
      data: { n: 0 },
      heard({ detail }) { console.log("heard " + detail); },
      count() { this.setData({ n: this.data.n + 1 }); console.log("set " + this.selectComponent("#row").data.n); },
    })`,
    "pages/a/a.wxml": '<row id="row" n="{{n}}" bind:change="heard" />',
    ...component(
      "row",
      "Component({ properties: { n: Number }, observers: { n(n) { if (n > 0) this.triggerEvent('change', n); } } })",
      "<text>{{n}}</text>",
    ),
  });
  await page.evaluate(() => {
    (window.simulator!.page().instance as unknown as { count(): void }).count();
  });
  expect(await said(page)).toEqual(["heard 1", "set 1"]);
});

test("with components inside, what they do not hear of waits for the frame; what they hear of is drawn at once, with all that waits", async () => {
  const page = await openFrame(browser, {
    "pages/a/a.json": using("row"),
    "pages/a/a.js": `Page({
      data: { title: "", rows: [{ id: 1 }, { id: 2 }], lines: [] },
      add() {
        this.setData({ lines: [...this.data.lines, "line"] }, () => console.log("drawn"));
        console.log("set " + this.data.lines.length + ", shown " + globalThis.shown());
      },
      name() {
        this.setData({ title: "t" });
        console.log("named, shown " + globalThis.shown());
      },
      again() { this.setData({ rows: [{ id: 1 }, { id: 3 }] }); console.log("rows set"); },
    })`,
    "pages/a/a.wxml":
      '<row wx:for="{{rows}}" wx:key="id" row="{{item}}" title="{{title}}" /><view wx:for="{{lines}}" wx:key="index" class="line">{{item}}</view>',
    ...component(
      "row",
      `Component({
        properties: { title: { type: String, observer(t) { console.log("title " + t); } }, row: Object },
        observers: { row({ id }) { console.log("row " + id); } },
        detached() { console.log("gone " + this.data.row.id); },
      })`,
      "<text>{{title}}</text>",
    ),
  });
  await page.evaluate(() => {
    Object.assign(window, { shown: () => document.querySelectorAll(".line").length });
    const { instance } = window.simulator!.page() as unknown as { instance: Record<string, () => void> };
    for (const name of ["add", "add", "name", "add", "again"]) instance[name]!();
  });
  await expect.poll(async () => (await said(page)).filter((line) => line === "drawn").length).toBe(3);
  expect((await said(page)).filter((line) => line !== "drawn")).toEqual([
    "row 1",
    "row 2",
    "set 1, shown 0",
    "set 2, shown 0",
    "title t",
    "title t",
    "named, shown 2",
    "set 3, shown 2",
    "row 3",
    "title t",
    // An item that is as it was is set anew as well.
    "row 1",
    "gone 2",
    "rows set",
  ]);
});

test("queries, contexts and scrolling find what was set before them", async () => {
  const page = await openFrame(browser, {
    "pages/a/a.js": `Page({
      data: { height: 10, on: false },
      look() {
        this.setData({ height: 3000, on: true });
        wx.pageScrollTo({ scrollTop: 700, duration: 0 });
        this.createSelectorQuery().select("#box").boundingClientRect(({ height }) => console.log("box " + height)).exec();
        wx.createVideoContext("film").pause({ complete: ({ errMsg }) => console.log(errMsg) });
      },
      onPageScroll({ scrollTop }) { console.log("scrolled " + scrollTop); },
    })`,
    "pages/a/a.wxml": '<view id="box" style="height:{{height}}px"></view><video wx:if="{{on}}" id="film" />',
  });
  await page.evaluate(() => (window.simulator!.page().instance as unknown as { look(): void }).look());
  await expect
    .poll(async () => [...(await said(page))].toSorted())
    .toEqual(["box 3000", "pause:ok", "scrolled 700"]);
});

test("what a handler of input returns comes after what it set, and what is typed after what was set before", async () => {
  const page = await openFrame(browser, {
    "pages/a/a.js": `Page({
      data: { text: "" },
      typed({ detail }) { this.setData({ text: detail.value }); return detail.value.replace("x", "*"); },
    })`,
    "pages/a/a.wxml": '<input value="{{text}}" bindinput="typed"/>',
  });
  const input = page.locator("wx-input input");
  await input.pressSequentially("axb");
  await expect.poll(() => input.inputValue()).toBe("a*b");
  await page.evaluate(() => {
    const shown = window.simulator!.page();
    (shown.instance as unknown as { setData(changes: object): void }).setData({ text: "" });
    shown.find("input")!.input("c");
  });
  await expect.poll(() => input.inputValue()).toBe("c");
});

test("a tab that is not drawn is kept up to date", async () => {
  const page = await openFrame(browser, {
    "pages/a/a.js": "Page({ data: { n: 0 } })",
    "pages/a/a.wxml": '<view id="n">{{n}}</view>',
  });
  await page.evaluate(() => {
    window.requestAnimationFrame = () => 0;
    (window.simulator!.page().instance as unknown as { setData(changes: object): void }).setData({ n: 1 });
  });
  await expect.poll(() => page.locator("#n").textContent()).toBe("1");
});
