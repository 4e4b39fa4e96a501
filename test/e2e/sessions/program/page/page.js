const { connect } = require("@weapp-socket/client");

/** Publishes one text after the other, and writes down all that comes. */
Page({
  data: { state: "" },
  seen: [],
  published: [],
  isOver: false,
  onLoad({ user }) {
    this.client = connect({ url: "ws://push.example", getToken: () => user });
    this.client.on("state", (state) => this.setData({ state }));
    this.client.on("error", () => {});
    const room = this.client.channel("room:1", { from: null });
    room.on("message", ({ position }) => this.seen.push({ type: "message", channel: "room:1", position }));
    room.on("gap", ({ position }) => this.seen.push({ type: "gap", channel: "room:1", position }));
    room.on("state", (state) => {
      if (state !== "live" || this.seen.length > 0) return;
      this.seen.push({ type: "attached", channel: "room:1", position: room.position });
      this.publish(room, 1);
    });
  },
  publish(room, number) {
    if (this.isOver) return;
    room.publish("text " + number).then(({ position }) => {
      this.published.push(position);
      setTimeout(() => this.publish(room, number + 1), 2);
    });
  },
});
