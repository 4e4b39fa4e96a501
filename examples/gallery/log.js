// What the components say: each page shows its last events.
module.exports = Behavior({
  data: { events: [] },
  methods: {
    tell({ type, detail }) {
      this.setData({ events: [`${type} ${JSON.stringify(detail)}`, ...this.data.events].slice(0, 6) });
    },
  },
});
