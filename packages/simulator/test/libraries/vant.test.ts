import { describe, expect, test } from "vitest";
import { errorsOf, launchLibrary, show, testComponents, type LibraryPages } from "./component-library.js";

const vant = { name: "@vant/weapp", prefix: "van-", pathOf: (tag: string) => `@vant/weapp/${tag}/index` };

/** Components that a chat or a dashboard would use. */
const plain: Readonly<Record<string, string>> = {
  button:
    '<van-button type="primary">主要</van-button><van-button loading size="small" plain>载入</van-button>',
  cell: '<van-cell-group title="分组"><van-cell title="标题" value="内容" label="描述" is-link/></van-cell-group>',
  icon: '<van-icon name="chat-o" dot/><van-icon name="home-o" info="9"/>',
  image: '<van-image width="60" height="60" src="data:image/gif;base64,R0lGODlhAQABAAAAACw="/>',
  layout: '<van-row gutter="20"><van-col span="8">一</van-col><van-col span="16">二</van-col></van-row>',
  tag: '<van-tag type="danger">标签</van-tag>',
  loading: '<van-loading type="spinner">加载中</van-loading>',
  divider: '<van-divider contentPosition="center">文字</van-divider>',
  noticeBar: '<van-notice-bar text="通知内容" left-icon="volume-o"/>',
  progress: '<van-progress percentage="50"/>',
  skeleton: '<van-skeleton title avatar row="3"/>',
  empty: '<van-empty description="没有数据"/>',
  card: '<van-card num="2" price="2.00" title="商品" desc="描述"/>',
  circle: '<van-circle value="{{30}}" text="30%"/>',
  countDown: '<van-count-down time="60000"/>',
  steps: `<van-steps steps="{{[{text:'一'},{text:'二'}]}}" active="{{1}}"/>`,
  grid: '<van-grid><van-grid-item icon="photo-o" text="一"/><van-grid-item icon="photo-o" text="二"/></van-grid>',
  sidebar: '<van-sidebar><van-sidebar-item title="甲"/><van-sidebar-item title="乙"/></van-sidebar>',
  collapse: `<van-collapse value="{{['1']}}"><van-collapse-item title="标题" name="1">内容</van-collapse-item></van-collapse>`,
  picker: `<van-picker columns="{{['甲','乙','丙']}}"/>`,
  datetime: '<van-datetime-picker type="date" value="{{1700000000000}}"/>',
  tree: `<van-tree-select items="{{[{text:'浙江',children:[{id:1,text:'杭州'}]}]}}" main-active-index="{{0}}"/>`,
  navBar: '<van-nav-bar title="标题" left-text="返回" left-arrow/>',
  tabbar: '<van-tabbar active="{{0}}"><van-tabbar-item icon="home-o">首页</van-tabbar-item></van-tabbar>',
  search: '<van-search value="" placeholder="搜索" show-action/>',
  rate: '<van-rate value="{{3}}"/>',
  slider: '<van-slider value="{{30}}"/>',
  uploader: '<van-uploader file-list="{{[]}}"/>',
  calendar: '<van-calendar show="{{true}}" poppable="{{false}}"/>',
  dropdown: `<van-dropdown-menu><van-dropdown-item value="{{0}}" options="{{[{text:'全部',value:0},{text:'新款',value:1}]}}"/></van-dropdown-menu>`,
  swipeCell:
    '<van-swipe-cell right-width="{{65}}"><van-cell title="滑动"/><view slot="right">删除</view></van-swipe-cell>',
  sheet: `<van-action-sheet show actions="{{[{name:'一'},{name:'二'}]}}"/>`,
  popup: '<van-popup show position="bottom">内容</van-popup>',
  overlay: "<van-overlay show/>",
  submitBar: '<van-submit-bar price="{{3050}}" button-text="提交"/>',
  indexBar:
    '<van-index-bar><view><van-index-anchor index="A"/><van-cell title="文本"/></view></van-index-bar>',
};

const acting: LibraryPages = {
  form: {
    wxml: `<van-field value="{{name}}" label="名字" placeholder="请输入" bind:change="typed"/>
      <van-switch checked="{{on}}" bind:change="switched"/>
      <van-checkbox value="{{agreed}}" bind:change="agree">同意</van-checkbox>
      <van-stepper value="{{1}}" bind:change="counted"/>
      <van-button id="go" bind:click="went">去</van-button>`,
    js: `Page({
      data: { name: "", on: false, agreed: false, count: 1, clicks: 0 },
      typed(e) { this.setData({ name: e.detail }) },
      switched(e) { this.setData({ on: e.detail }) },
      agree(e) { this.setData({ agreed: e.detail }) },
      counted(e) { this.setData({ count: e.detail }) },
      went() { this.setData({ clicks: this.data.clicks + 1 }) },
    })`,
  },
  feedback: {
    wxml: '<van-dialog id="van-dialog"/><van-toast id="van-toast"/><van-notify id="van-notify"/>',
    js: `import Dialog from "@vant/weapp/dialog/dialog";
      import Toast from "@vant/weapp/toast/toast";
      import Notify from "@vant/weapp/notify/notify";
      Page({
        data: { answer: "" },
        ask() {
          Dialog.confirm({ title: "标题", message: "要删除吗" })
            .then(() => this.setData({ answer: "confirm" }), () => this.setData({ answer: "cancel" }))
        },
        toast() { Toast("提示内容") },
        notify() { Notify("通知内容") },
      })`,
  },
  tabs: {
    wxml: `<van-tabs active="{{active}}" bind:change="changed">
      <van-tab title="标签一">内容一</van-tab><van-tab title="标签二">内容二</van-tab></van-tabs>`,
    js: "Page({ data: { active: 1 }, changed(e) { this.setData({ active: e.detail.index }) } })",
  },
};

testComponents(vant, plain);

describe("people use them", () => {
  test("a form", async () => {
    const app = await launchLibrary(vant, acting);
    const page = app.page();
    page.find("van-field input")?.input("小明");
    page.find(".van-switch")?.tap();
    page.find(".van-checkbox__icon-wrap")?.tap();
    page.find(".van-stepper__plus")?.tap();
    page.find("#go button")?.tap();
    await app.idle();
    expect(page.data()).toEqual({ name: "小明", on: true, agreed: true, count: 2, clicks: 1 });
    expect(errorsOf(app)).toEqual([]);
  });

  test("dialogs, toasts and notices", async () => {
    const app = await launchLibrary(vant, acting);
    await show(app, "feedback");
    const page = app.page();
    const call = (name: string): void => (page.instance[name] as () => void)();
    call("ask");
    await app.waitFor(() => page.text().includes("要删除吗"));
    page.findAll(".van-dialog__button button")[1]?.tap();
    await app.waitFor(() => page.data("answer") === "confirm");
    call("toast");
    await app.waitFor(() => page.text().includes("提示内容"));
    call("notify");
    await app.waitFor(() => page.text().includes("通知内容"));
    expect(errorsOf(app)).toEqual([]);
  });

  test("tabs", async () => {
    const app = await launchLibrary(vant, acting);
    await show(app, "tabs");
    const page = app.page();
    await app.waitFor(() => page.text().includes("内容二"));
    page.findAll(".van-tab")[0]?.tap();
    await app.waitFor(() => page.data("active") === 0);
    expect(errorsOf(app)).toEqual([]);
  });
});
