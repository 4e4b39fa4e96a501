const url = "ws://127.0.0.1:3000";

Page({
  data: {
    content: "",
    list: [],
    lastId: "",
    state: "connecting",
    status: "",
  },
  message: "",
  ws: null,

  onLoad() {
    this.connect();
  },

  onUnload() {
    this.ws.close();
  },

  connect() {
    this.setData({ state: "connecting", status: "正在连接…" });
    const ws = wx.connectSocket({
      url,
      success: (res) => console.log("已发起连接：" + res.errMsg),
      fail: (err) => console.log("连接失败：" + err.errMsg),
    });
    ws.onOpen(() => {
      this.setData({ state: "open", status: "已连接" });
    });
    ws.onMessage((msg) => {
      console.log("接收消息：" + msg.data);
      this.append({ role: "server", content: contentOf(msg.data) });
    });
    // A phone reports a failed connection by the error alone, DevTools by an error and then a close.
    ws.onError((err) => {
      console.log("连接出错：" + err.errMsg);
      this.setData({ state: "failed", status: "连不上服务器，请先启动它" });
    });
    ws.onClose((res) => {
      console.log("连接已关闭：" + res.code + " " + res.reason);
      if (this.data.state === "failed") return;
      this.setData({ state: "closed", status: "连接已断开（" + res.code + "）" });
    });
    this.ws = ws;
  },

  input(e) {
    this.message = e.detail.value;
  },

  send() {
    if (!this.message) {
      wx.showToast({ title: "消息不能为空", icon: "none", duration: 2000 });
      return;
    }
    const id = this.append({ role: "me", content: this.message });
    this.ws.send({
      data: this.message,
      fail: (err) => {
        console.log("发送失败：" + err.errMsg);
        this.setData({ ["list[" + id + "].failed"]: true });
      },
    });
    this.message = "";
    this.setData({ content: "" });
  },

  append(message) {
    const list = this.data.list;
    const lastId = list.length;
    list.push({ id: lastId, ...message });
    this.setData({ list, lastId });
    return lastId;
  },

  session() {
    wx.navigateTo({ url: "/pages/session/session" });
  },

  leave() {
    wx.redirectTo({ url: "/pages/left/left" });
  },
});

/** The server speaks JSON like {"content": "…"}; anything else is shown as it came. */
function contentOf(data) {
  if (typeof data !== "string") return "（" + data.byteLength + " 字节）";
  try {
    const { content } = JSON.parse(data);
    return typeof content === "string" ? content : data;
  } catch {
    return data;
  }
}
