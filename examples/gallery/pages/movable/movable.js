Page({
  behaviors: [require("../../log")],
  data: { shown: false },
  open() {
    this.setData({ shown: true });
  },
});
