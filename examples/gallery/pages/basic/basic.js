Page({
  behaviors: [require("../../log")],
  data: {
    icons: [
      "success",
      "success_no_circle",
      "info",
      "warn",
      "waiting",
      "cancel",
      "download",
      "search",
      "clear",
    ],
    percent: 60,
    html: '<h3>标题</h3><p style="color: #07c160">绿色的<b>粗体</b>与<i>斜体</i></p><ul><li>一</li><li>二</li></ul><script>no</script>',
  },
});
