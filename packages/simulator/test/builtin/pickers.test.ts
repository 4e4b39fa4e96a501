import type { LaunchedProgram, Overlay } from "@weapp-socket/simulator";
import { expect, test } from "vitest";
import { run, said } from "../headless-world.js";

const SCRIPT = `Page({
  data: {
    range: ["中国", "美国", "巴西"],
    multi: [["动物", "植物"], ["猫", "狗"]],
    selected: [0, 0],
    disabled: false,
  },
  tell({ type, detail }) { console.log(type, JSON.stringify(detail)) },
  column({ detail }) {
    console.log("columnchange", JSON.stringify(detail));
    if (detail.column === 0) this.setData({ "multi[1]": detail.value === 1 ? ["树", "花", "草"] : ["猫", "狗"], selected: [detail.value, 0] });
  },
})`;

const picker = (attributes: string) =>
  run({
    "pages/a/a.js": SCRIPT,
    "pages/a/a.wxml": `<picker ${attributes} bindchange="tell" bindcancel="tell"><view class="it">选择</view></picker>`,
  });

type Picker = Extract<Overlay, { kind: "picker" }>;

/** Touches the picker and gives what appears. */
async function open(app: LaunchedProgram): Promise<Picker> {
  app.page().find(".it")!.tap();
  return app.waitFor(() => app.overlays.find((overlay): overlay is Picker => overlay.kind === "picker"));
}

test("a line of one column: its index, as text", async () => {
  const app = await picker('range="{{range}}" value="{{1}}" header-text="国家"');
  const overlay = await open(app);
  expect(overlay).toMatchObject({ title: "国家", columns: [["中国", "美国", "巴西"]], selected: [1] });
  overlay.move(0, 2);
  overlay.confirm();
  expect(said(app)).toEqual(['change {"value":"2"}']);
  expect(app.overlays).toEqual([]);
  expect((await open(app)).selected).toEqual([2]);
});

test("objects are shown by their range-key; what is cancelled says so, what is disabled does not open", async () => {
  const app = await picker(
    `range="{{[{ id: 1, name: 'a' }, { id: 2, name: 'b' }]}}" range-key="name" disabled="{{disabled}}"`,
  );
  const overlay = await open(app);
  expect(overlay.columns).toEqual([["a", "b"]]);
  overlay.cancel();
  expect(said(app)).toEqual(["cancel {}"]);
  app.page().setData({ disabled: true });
  app.page().find("picker")!.tap();
  expect(app.overlays).toEqual([]);
});

test("of several columns each tells of its change, and the author fills the next one", async () => {
  const app = await run({
    "pages/a/a.js": SCRIPT,
    "pages/a/a.wxml":
      '<picker mode="multiSelector" range="{{multi}}" value="{{selected}}" bindchange="tell" bindcolumnchange="column"><view class="it"/></picker>',
  });
  const overlay = await open(app);
  overlay.move(0, 1);
  expect(overlay.columns).toEqual([
    ["动物", "植物"],
    ["树", "花", "草"],
  ]);
  expect(overlay.selected).toEqual([1, 0]);
  overlay.move(1, 2);
  overlay.confirm();
  expect(said(app)).toEqual([
    'columnchange {"column":0,"value":1}',
    'columnchange {"column":1,"value":2}',
    'change {"value":[1,2]}',
  ]);
});

test.each([
  ["14:30", "14:05", "14:31", { hours: ["14"], minutes: 27, selected: [0, 25] }, "14:30"],
  ["09:00", "10:30", "12:00", { hours: ["10", "11", "12"], minutes: 30, selected: [0, 0] }, "10:30"],
])("time %s between %s and %s", async (value, start, end, shown, answer) => {
  const app = await picker(`mode="time" value="${value}" start="${start}" end="${end}"`);
  const overlay = await open(app);
  expect(overlay.columns[0]).toEqual(shown.hours);
  expect(overlay.columns[1]).toHaveLength(shown.minutes);
  expect(overlay.selected).toEqual(shown.selected);
  overlay.confirm();
  expect(said(app)).toEqual([`change {"value":"${answer}"}`]);
});

test("a date has as many days as its month, and stays within its bounds", async () => {
  const app = await picker('mode="date" value="2024-01-31" start="2023-06-15" end="2024-12-31"');
  const overlay = await open(app);
  expect(overlay.columns.map((lines) => lines.length)).toEqual([2, 12, 31]);
  expect(overlay.columns.map((lines) => lines[0])).toEqual(["2023年", "1月", "1日"]);
  overlay.move(1, 1);
  expect(overlay.columns[2]).toHaveLength(29);
  expect(overlay.selected).toEqual([1, 1, 28]);
  overlay.move(0, 0);
  expect(overlay.columns[1]![0]).toBe("6月");
  expect(overlay.columns[2]![0]).toBe("15日");
  overlay.confirm();
  expect(said(app)).toEqual(['change {"value":"2023-06-29"}']);
});

test.each([
  ["year", "2020"],
  ["month", "2020-03"],
])("fields %s", async (fields, answer) => {
  const app = await picker(`mode="date" fields="${fields}" value="2020-03-04"`);
  (await open(app)).confirm();
  expect(said(app)).toEqual([`change {"value":"${answer}"}`]);
});

test("a region is its names and its codes; streets and postcodes are not known", async () => {
  const app = await picker(`mode="region" value="{{['广东省', '广州市', '海珠区']}}"`);
  const overlay = await open(app);
  expect(overlay.columns).toHaveLength(3);
  expect(overlay.columns[0]).toContain("北京市");
  overlay.confirm();
  expect(said(app)).toEqual([
    'change {"value":["广东省","广州市","海珠区"],"code":["440000","440100","440105"],"postcode":""}',
  ]);
});

test("another province has its own cities; an own line stands above them; a level leaves columns out", async () => {
  const app = await picker('mode="region" custom-item="全部" level="city"');
  const overlay = await open(app);
  expect(overlay.columns.map((lines) => lines[0])).toEqual(["全部", "全部"]);
  overlay.move(0, overlay.columns[0]!.indexOf("浙江省"));
  overlay.move(1, overlay.columns[1]!.indexOf("杭州市"));
  overlay.confirm();
  expect(said(app)).toEqual([
    'change {"value":["浙江省","杭州市"],"code":["330000","330100"],"postcode":""}',
  ]);
});

test("a test chooses without looking; a form has what was picked", async () => {
  const app = await run({
    "pages/a/a.js": SCRIPT,
    "pages/a/a.wxml": `<form bindsubmit="tell"><picker name="country" range="{{range}}" bindchange="tell"/><picker name="at" mode="time" value="08:00"/>
      <slider name="volume" value="{{30}}"/><button form-type="submit"/></form>`,
  });
  app.page().find("picker")!.choose(1);
  app.page().find("button")!.tap();
  expect(said(app)).toEqual([
    'change {"value":"1"}',
    'submit {"value":{"country":"1","at":"08:00","volume":30}}',
  ]);
});

test("columns in the page tell of the whole choice, between its start and its end", async () => {
  const app = await run({
    "pages/a/a.js": SCRIPT,
    "pages/a/a.wxml": `<picker-view value="{{[1, 0]}}" bindchange="tell" bindpickstart="tell" bindpickend="tell">
      <picker-view-column><view wx:for="{{range}}" wx:key="*this">{{item}}</view></picker-view-column>
      <picker-view-column><view wx:for="{{range}}" wx:key="*this">{{item}}</view></picker-view-column></picker-view>`,
  });
  const view = app.page().find("picker-view")!;
  view.choose([1, 2]);
  expect(said(app)).toEqual(["pickstart {}", 'change {"value":[1,2]}', "pickend {}"]);
  expect(view.attributes["value"]).toEqual([1, 2]);
  expect(() => view.choose(2)).toThrow("choose: expected a line for each column, got 2");
});
