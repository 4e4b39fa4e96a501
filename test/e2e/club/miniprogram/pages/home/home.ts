import Emitter from "component-emitter";

interface Item {
  id: number;
  name: string;
  cents: number;
}

const app = getApp<{ hosts: { api: string; push: string } }>();

Page({
  data: { items: [] as Item[], pushes: [] as string[], state: "closed", attempts: 0 },
  emitter: new Emitter(),
  task: undefined as WechatMiniprogram.SocketTask | undefined,
  isGone: false,
  onLoad() {
    wx.request<{ items: Item[] }>({
      url: `${app.hosts.api}/items?kind=all`,
      header: { "x-club": "yes" },
      success: ({ data }) => this.setData({ items: data.items }),
    });
    this.emitter.on("push", (text) => this.setData({ pushes: [...this.data.pushes, text] }));
    this.connect();
  },
  onUnload() {
    this.isGone = true;
    this.task?.close({});
  },
  /** Connects, and again a while after the connection has gone. */
  connect() {
    this.setData({ attempts: this.data.attempts + 1 });
    const task = wx.connectSocket({ url: app.hosts.push });
    this.task = task;
    let isOver = false;
    const again = () => {
      if (isOver || this.isGone) return;
      isOver = true;
      this.setData({ state: "closed" });
      setTimeout(() => this.connect(), 200);
    };
    task.onOpen(() => this.setData({ state: "open" }));
    task.onMessage(({ data }) => this.emitter.emit("push", data as string));
    task.onError(again);
    task.onClose(again);
  },
  open(event: WechatMiniprogram.TouchEvent<{}, {}, { id: number }>) {
    wx.navigateTo({ url: `/packages/detail/pages/item/item?id=${event.currentTarget.dataset.id}` });
  },
  clear() {
    this.setData({ pushes: [] });
  },
});
