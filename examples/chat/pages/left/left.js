Page({
  enter() {
    wx.redirectTo({ url: "/pages/chat/chat" });
  },
});
