const session = require("../../session.js");

const banners = {
  connecting: "正在连接…",
  waiting: "连不上服务器，稍后自动重连",
  offline: "没有网络，恢复后自动重连",
  hidden: "",
  live: "",
};

Page({
  data: {
    state: "connecting",
    banner: banners.connecting,
    online: 0,
    content: "",
    list: [],
    lastId: "",
  },
  message: "",

  onLoad() {
    this.me = keep("me", () => "p" + Math.random().toString(36).slice(2));
    this.client = session();
    this.room = this.client.channel("chat");
    // What the page listens to, it stops listening to in onUnload: the connection stays, the channel is left.
    this.stops = [
      this.client.on("state", () => this.showState()),
      this.room.on("state", (state) => state === "live" && this.countMembers()),
      this.room.on("presence", () => this.countMembers()),
      this.room.on("messages", (messages) => this.show(messages)),
      this.room.on("gap", () =>
        this.add([{ id: "gap-" + Date.now(), role: "note", content: "有些消息没有收到，点此重新加载" }]),
      ),
    ];
    this.showState();
    this.loadHistory();
    // What an earlier life of the app could not send: under the same keys, so that nothing is sent twice.
    unsent().forEach((message) => this.publish(message));
  },

  onUnload() {
    this.stops.forEach((stop) => stop());
  },

  showState() {
    const { state, error } = this.client;
    this.setData({ state, banner: state === "ended" ? error.message : banners[state] });
  },

  countMembers() {
    this.room.members().then(
      // The first page's sockets are in the channel as well, and name no device.
      ({ members }) => this.setData({ online: members.filter(({ device }) => device).length }),
      (error) => console.log("成员：" + error.message),
    );
  },

  loadHistory() {
    this.room.history({ limit: 30 }).then(
      ({ messages }) => this.show(messages, true),
      (error) => console.log("历史：" + error.message),
    );
  },

  /** Tapped: what the history still has takes the notice's place. It does not reach back to what was there before. */
  reload(e) {
    this.room.history({ limit: 30 }).then(
      ({ messages }) => this.fill(e.currentTarget.dataset.id, this.toItems(messages)),
      (error) => console.log("历史：" + error.message),
    );
  },

  fill(noteId, items) {
    const { list } = this.data;
    const at = list.findIndex(({ id }) => id === noteId);
    // It was tapped twice.
    if (at < 0) return;
    const missing = items.filter((item) => !list.some(({ id }) => id === item.id));
    const hasHole = at > 0 && missing.length > 0;
    const hole = hasHole ? [{ id: "hole-" + noteId, role: "hole", content: "更早的消息没有找回" }] : [];
    this.setData({ list: list.slice(0, at).concat(hole, missing, list.slice(at + 1)) });
  },

  show(messages, isHistory) {
    this.add(this.toItems(messages), isHistory);
  },

  toItems(messages) {
    return messages.map(({ position, data }) => ({
      id: (data && data.key) || position,
      position,
      role: data && data.from === this.me ? "me" : "server",
      content: data && typeof data.content === "string" ? data.content : JSON.stringify(data),
      state: "",
    }));
  },

  /** New items go to the end, history to the beginning; one that is there already is what it is now. */
  add(items, isHistory) {
    const fresh = {};
    items.forEach((item) => (fresh[item.id] = item));
    const list = this.data.list.map((item) => {
      const newer = fresh[item.id];
      delete fresh[item.id];
      return newer || item;
    });
    const added = items.filter(({ id }) => fresh[id]);
    const all = isHistory ? added.concat(list) : list.concat(added);
    this.setData({ list: all, lastId: all.length > 0 ? all[all.length - 1].id : "" });
  },

  input(e) {
    this.message = e.detail.value;
  },

  send() {
    if (!this.message) {
      wx.showToast({ title: "消息不能为空", icon: "none", duration: 2000 });
      return;
    }
    const message = { key: this.me + "-" + Date.now(), content: this.message };
    wx.setStorageSync("unsent", unsent().concat(message));
    this.publish(message);
    this.message = "";
    this.setData({ content: "" });
  },

  publish({ key, content }) {
    const item = { id: key, role: "me", content };
    const data = { content, key, from: this.me };
    this.add([{ ...item, state: "sending" }]);
    this.room.publish(data, { key }).then(
      () => {
        forget(key);
        this.add([{ ...item, state: "" }]);
      },
      (error) => {
        console.log("发送失败：" + error.message);
        this.add([{ ...item, state: "failed" }]);
      },
    );
  },

  resend(e) {
    const { key, content } = e.currentTarget.dataset;
    this.publish({ key, content });
  },
});

function unsent() {
  return wx.getStorageSync("unsent") || [];
}

function forget(key) {
  wx.setStorageSync(
    "unsent",
    unsent().filter((message) => message.key !== key),
  );
}

function keep(key, make) {
  const value = wx.getStorageSync(key) || make();
  wx.setStorageSync(key, value);
  return value;
}
