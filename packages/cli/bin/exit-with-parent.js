// Loaded into the server's process before its own file: when the command that started it dies without a word
// (kill -9, a closed console), the server ends too and does not keep the port.
if (process.channel) {
  process.once("disconnect", () => process.exit());
  process.channel.unref();
}
