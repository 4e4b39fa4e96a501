Page({
  behaviors: [require("../../log")],
  onReady() {
    wx.createSelectorQuery()
      .select("#new")
      .fields({ node: true, size: true })
      .exec(([{ node }]) => this.drawNew(node));
    const old = wx.createCanvasContext("old");
    const gradient = old.createLinearGradient(0, 0, 200, 0);
    gradient.addColorStop(0, "#07c160");
    gradient.addColorStop(1, "#10aeff");
    old.setFillStyle(gradient);
    old.fillRect(10, 10, 200, 60);
    old.setFontSize(20);
    old.setFillStyle("#fff");
    old.fillText("旧的画布", 24, 48);
    old.draw(false, () => this.tell({ type: "draw", detail: {} }));
  },
  drawNew(canvas) {
    const { pixelRatio } = wx.getWindowInfo();
    canvas.width = 300 * pixelRatio;
    canvas.height = 100 * pixelRatio;
    const context = canvas.getContext("2d");
    context.scale(pixelRatio, pixelRatio);
    for (let at = 0; at < 6; at += 1) {
      context.fillStyle = `hsl(${at * 60} 70% 55%)`;
      context.beginPath();
      context.arc(30 + at * 46, 50, 20, 0, Math.PI * 2);
      context.fill();
    }
    wx.canvasToTempFilePath({
      canvas,
      success: ({ errMsg }) => this.tell({ type: "saved", detail: { errMsg } }),
    });
  },
});
