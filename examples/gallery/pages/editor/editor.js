Page({
  behaviors: [require("../../log")],
  data: { formats: ["bold", "italic", "underline", "strike"] },
  ready() {
    wx.createSelectorQuery()
      .select("#editor")
      .context(({ context }) => {
        this.editor = context;
        context.setContents({ html: "<p>你好，<strong>编辑器</strong></p>" });
      })
      .exec();
  },
  format({ currentTarget }) {
    this.editor.format(currentTarget.dataset.format);
  },
});
