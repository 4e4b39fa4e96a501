Component({
  properties: { count: { type: Number, value: 0 } },
  data: { isMany: false },
  observers: {
    count(count: number) {
      this.setData({ isMany: count > 2 });
    },
  },
  methods: {
    clear() {
      this.triggerEvent("clear", { count: this.data.count });
    },
  },
});
