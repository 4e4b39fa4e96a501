const apis = [
  { name: "showToast", options: { title: "成功" } },
  { name: "showLoading", options: { title: "加载中" } },
  { name: "hideLoading", options: {} },
  { name: "showModal", options: { title: "标题", content: "内容" } },
  { name: "showActionSheet", options: { itemList: ["一", "二", "三"] } },
  { name: "setNavigationBarTitle", options: { title: "新的标题" } },
  { name: "setStorage", options: { key: "a", data: 1 } },
  { name: "getStorage", options: { key: "a" } },
  { name: "login", options: {} },
  { name: "getSystemInfo", options: {} },
  { name: "getNetworkType", options: {} },
  { name: "getLocation", options: {} },
  { name: "scanCode", options: {} },
  { name: "chooseImage", options: { count: 1 } },
  { name: "setClipboardData", options: { data: "文字" } },
  { name: "getClipboardData", options: {} },
  { name: "vibrateShort", options: { type: "light" } },
];

Page({
  behaviors: [require("../../log")],
  data: { apis },
  run({ currentTarget }) {
    const { name, options } = apis[currentTarget.dataset.index];
    wx[name]({ ...options, complete: ({ errMsg }) => this.tell({ type: name, detail: errMsg }) });
  },
});
