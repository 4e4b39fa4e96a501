const app = getApp<{ starts: number }>();

Page({
  data: { starts: 0 },
  onShow() {
    this.setData({ starts: app.starts });
  },
});
