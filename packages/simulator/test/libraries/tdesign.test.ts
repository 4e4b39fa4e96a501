import { describe, expect, test } from "vitest";
import { errorsOf, launchLibrary, show, testComponents, type LibraryPages } from "./component-library.js";

const tdesign = {
  name: "tdesign-miniprogram",
  prefix: "t-",
  pathOf: (tag: string) => `tdesign-miniprogram/${tag}/${tag}`,
};

/** Components that a chat or a dashboard would use. */
const plain: Readonly<Record<string, string>> = {
  button: '<t-button theme="primary">主要</t-button><t-button loading size="small">载入</t-button>',
  cell: '<t-cell-group title="分组"><t-cell title="标题" note="内容" arrow description="描述"/></t-cell-group>',
  icon: '<t-icon name="app" size="48rpx"/>',
  image: '<t-image width="60" height="60" src="data:image/gif;base64,R0lGODlhAQABAAAAACw="/>',
  layout: '<t-row><t-col span="8">一</t-col><t-col span="16">二</t-col></t-row>',
  tag: '<t-tag theme="danger">标签</t-tag><t-check-tag content="选"/>',
  avatar: "<t-avatar-group><t-avatar>A</t-avatar><t-avatar>B</t-avatar></t-avatar-group>",
  badge: '<t-badge count="{{8}}"><t-icon name="app"/></t-badge>',
  loading: '<t-loading text="加载中"/>',
  divider: '<t-divider content="文字"/>',
  noticeBar: '<t-notice-bar visible content="通知内容"/>',
  progress: '<t-progress percentage="{{50}}"/>',
  skeleton: "<t-skeleton/>",
  empty: '<t-empty description="空"/>',
  result: '<t-result theme="success" title="成功"/>',
  qrcode: '<t-qrcode value="weapp-socket"/>',
  swiper: `<t-swiper list="{{['data:image/gif;base64,R0lGODlhAQABAAAAACw=']}}"/>`,
  picker: `<t-picker visible><t-picker-item options="{{[{label:'甲',value:1},{label:'乙',value:2}]}}"/></t-picker>`,
  calendar: '<t-calendar visible use-popup="{{false}}"/>',
  countDown: '<t-count-down time="{{60000}}"/>',
  steps: '<t-steps current="{{1}}"><t-step-item title="一"/><t-step-item title="二"/></t-steps>',
  grid: '<t-grid column="{{2}}"><t-grid-item text="一" icon="app"/><t-grid-item text="二" icon="app"/></t-grid>',
  sidebar:
    '<t-side-bar value="1"><t-side-bar-item value="1" label="甲"/><t-side-bar-item value="2" label="乙"/></t-side-bar>',
  collapse:
    '<t-collapse value="{{[0]}}"><t-collapse-panel header="标题" value="{{0}}">内容</t-collapse-panel></t-collapse>',
  navbar: '<t-navbar title="标题" left-arrow/>',
  tabBar: '<t-tab-bar value="a"><t-tab-bar-item value="a" icon="home">首页</t-tab-bar-item></t-tab-bar>',
  search: '<t-search placeholder="搜索"/>',
  rate: '<t-rate value="{{3}}"/>',
  slider: '<t-slider value="{{30}}"/>',
  upload: '<t-upload files="{{[]}}"/>',
  segmented: `<t-segmented value="{{1}}" options="{{[{label:'一',value:1},{label:'二',value:2}]}}"/>`,
  dropdown: `<t-dropdown-menu><t-dropdown-item value="{{0}}" options="{{[{label:'全部',value:0}]}}"/></t-dropdown-menu>`,
  swipeCell: '<t-swipe-cell><t-cell title="滑动"/></t-swipe-cell>',
  popup: '<t-popup visible placement="bottom"><view style="height:100px">内容</view></t-popup>',
  textarea: '<t-textarea placeholder="留言" maxlength="{{50}}" indicator/>',
  chatLoading: "<t-chat-loading/>",
  chatSender: '<t-chat-sender placeholder="请输入"/>',
  chatMarkdown: '<t-chat-markdown content="**粗** 和 `码`"/>',
};

const acting: LibraryPages = {
  form: {
    wxml: `<t-input label="名字" value="{{name}}" bind:change="typed"/>
      <t-switch value="{{on}}" bind:change="switched"/>
      <t-stepper value="{{count}}" bind:change="counted"/>
      <t-button id="go" bind:tap="went">去</t-button>`,
    js: `Page({
      data: { name: "", on: false, count: 1, clicks: 0 },
      typed(e) { this.setData({ name: e.detail.value }) },
      switched(e) { this.setData({ on: e.detail.value }) },
      counted(e) { this.setData({ count: e.detail.value }) },
      went() { this.setData({ clicks: this.data.clicks + 1 }) },
    })`,
  },
  tabs: {
    wxml: `<t-tabs value="{{active}}" bind:change="changed">
      <t-tab-panel label="标签一" value="a">内容一</t-tab-panel>
      <t-tab-panel label="标签二" value="b">内容二</t-tab-panel></t-tabs>`,
    js: 'Page({ data: { active: "b" }, changed(e) { this.setData({ active: e.detail.value }) } })',
  },
  feedback: {
    wxml: '<t-toast id="t-toast"/><t-dialog id="t-dialog"/>',
    js: `import Toast from "tdesign-miniprogram/toast/index";
      import Dialog from "tdesign-miniprogram/dialog/index";
      Page({
        data: { answer: "" },
        toast() { Toast({ context: this, selector: "#t-toast", message: "提示内容" }) },
        ask() {
          Dialog.confirm({ context: this, selector: "#t-dialog", title: "标题", content: "要删除吗", confirmBtn: "好", cancelBtn: "不" })
            .then(() => this.setData({ answer: "confirm" }), () => this.setData({ answer: "cancel" }))
        },
      })`,
  },
};

testComponents(tdesign, plain);

describe("people use them", () => {
  test("a form", async () => {
    const app = await launchLibrary(tdesign, acting);
    const page = app.page();
    page.find("t-input input")?.input("小明");
    page.find(".t-switch")?.tap();
    page.find(".t-stepper__plus")?.tap();
    page.find("#go button")?.tap();
    await app.idle();
    expect(page.data()).toEqual({ name: "小明", on: true, count: 2, clicks: 1 });
    expect(errorsOf(app)).toEqual([]);
  });

  test("tabs", async () => {
    const app = await launchLibrary(tdesign, acting);
    await show(app, "tabs");
    const page = app.page();
    await app.waitFor(() => page.findAll(".t-tabs__item").length === 2);
    page.findAll(".t-tabs__item")[0]?.tap();
    await app.waitFor(() => page.data("active") === "a");
    expect(errorsOf(app)).toEqual([]);
  });

  test("toasts and dialogs", async () => {
    const app = await launchLibrary(tdesign, acting);
    await show(app, "feedback");
    const page = app.page();
    const call = (name: string): void => (page.instance[name] as () => void)();
    call("toast");
    await app.waitFor(() => page.text().includes("提示内容"));
    call("ask");
    await app.waitFor(() => page.text().includes("要删除吗"));
    page.findAll("t-dialog button").at(-1)?.tap();
    await app.waitFor(() => page.data("answer") === "confirm");
    expect(errorsOf(app)).toEqual([]);
  });
});
