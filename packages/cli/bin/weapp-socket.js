#!/usr/bin/env node
import process from "node:process";
import { main } from "../dist/index.js";

// A reader that has seen enough (`weapp-socket --help | head -1`) is no failure.
process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
process.exitCode = await main(process.argv.slice(2), process);
