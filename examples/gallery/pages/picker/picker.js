Page({
  behaviors: [require("../../log")],
  data: {
    countries: ["中国", "美国", "巴西", "日本"],
    country: 0,
    animals: [
      ["有脊椎", "无脊椎"],
      ["猫", "狗", "鱼"],
    ],
    region: ["广东省", "广州市", "海珠区"],
    years: [2024, 2025, 2026, 2027, 2028],
  },
  column(event) {
    this.tell(event);
    const { column, value } = event.detail;
    if (column === 0) this.setData({ "animals[1]": value === 0 ? ["猫", "狗", "鱼"] : ["蚯蚓", "蜗牛"] });
  },
});
