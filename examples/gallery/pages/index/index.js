Page({
  data: {
    pages: [
      { path: "basic", title: "文字与图标", note: "text icon progress rich-text" },
      { path: "form", title: "表单", note: "button input textarea switch checkbox radio slider" },
      { path: "picker", title: "选择器", note: "picker picker-view" },
      { path: "swiper", title: "滚动与轮播", note: "swiper scroll-view" },
      { path: "movable", title: "移动与容器", note: "movable-view page-container match-media" },
      { path: "media", title: "画布与媒体", note: "canvas image video audio" },
      { path: "editor", title: "富文本编辑", note: "editor" },
      { path: "phone", title: "需要手机的", note: "camera map live-player ad" },
      { path: "wx", title: "接口", note: "wx.*" },
    ],
  },
});
