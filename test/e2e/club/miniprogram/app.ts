import { hosts } from "./utils/hosts";

App<{ hosts: typeof hosts; starts: number }>({
  hosts,
  starts: 0,
  onLaunch() {
    this.starts = Number(wx.getStorageSync("starts") || 0) + 1;
    wx.setStorageSync("starts", this.starts);
  },
});
