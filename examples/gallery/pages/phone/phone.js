Page({
  behaviors: [require("../../log")],
  data: { markers: [{ id: 1, latitude: 23.1, longitude: 113.3, title: "广州塔" }] },
});
