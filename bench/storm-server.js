// The server of storm.js: node storm-server.js PORT FOLDER MILLISECONDS. Every token is the name of a user. Its broker is
// LMDB in FOLDER, as far away as MILLISECONDS say, there and back, and what was asked of it is counted.
import { createPushServer } from "@weapp-socket/server";
import { openLmdbBroker } from "@weapp-socket/server/lmdb";

const [port, path, roundTripMs] = process.argv.slice(2);
const asked = {};

/** Counts what is asked, and answers later; `detach` has no answer, what is no function stays. */
function faraway(target, prefix = "") {
  return new Proxy(target, {
    get(_, name) {
      const value = Reflect.get(target, name);
      if (name === "presence" || name === "records") return faraway(value, `${name}.`);
      if (typeof value !== "function") return value;
      return (...args) => {
        const method = `${prefix}${String(name)}`;
        asked[method] = (asked[method] ?? 0) + 1;
        if (Number(roundTripMs) === 0 || name === "detach") return value.apply(target, args);
        return later(() => value.apply(target, args));
      };
    },
  });
}

async function later(call) {
  await pause(roundTripMs / 2);
  const answer = await call();
  await pause(roundTripMs / 2);
  return answer;
}

function pause(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

const server = createPushServer({
  broker: faraway(await openLmdbBroker({ path })),
  channels: [{ match: "room:*", historyCount: 1_000_000, durability: "disk", clientPublish: true }],
  authenticate: (_, { token }) => (token === undefined ? undefined : { user: token }),
  authorize: () => true,
});
await server.listen({ port: Number(port), host: "127.0.0.1" });
process.on("message", () => process.send({ asked, cpuMs: process.cpuUsage().user / 1_000 }));
process.send("ready");
