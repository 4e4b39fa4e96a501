import { createVirtualClock } from "@weapp-socket/testkit/clock";
import { expect, test } from "vitest";
import { createFaults } from "../../src/faults/faults.js";
import type { JsonObject } from "../../src/program.js";
import { createHostGate, type HostGateOptions } from "../../src/view/host-gate.js";

function openGate(options: Partial<HostGateOptions> = {}) {
  const asked: [string, JsonObject][] = [];
  const faults = createFaults({ dial: () => expect.unreachable() }, createVirtualClock(), () => 0);
  const call = createHostGate({
    host: async (method, params) => {
      asked.push([method, params]);
      return { result: null, body: null };
    },
    faults,
    map: () => [],
    domains: null,
    referer: "https://servicewechat.com/wx1/0/page-frame.html",
    ...options,
  });
  return { asked, faults, call };
}

test("addresses are led elsewhere, all else goes as it is", async () => {
  const { call, asked } = openGate({
    map: () => [{ from: "https://prod.example", to: "http://127.0.0.1:1" }],
  });
  await call("request", { url: "https://prod.example/a", timeoutMs: 1, header: { a: "b" } });
  await call("files.read", { path: "https://prod.example" });
  expect(asked).toEqual([
    [
      "request",
      {
        url: "http://127.0.0.1:1/a",
        timeoutMs: 1,
        header: { a: "b", referer: "https://servicewechat.com/wx1/0/page-frame.html" },
      },
    ],
    ["files.read", { path: "https://prod.example" }],
  ]);
});

test.each([
  ["request", "https://r.example/x"],
  ["upload", "https://u.example"],
  ["download", "https://d.example"],
])("%s looks into its own list, at what the page wrote", async (method, url) => {
  const { call, asked } = openGate({
    map: () => [{ from: url, to: "http://127.0.0.1:1" }],
    domains: {
      request: ["https://r.example"],
      socket: ["wss://s.example"],
      uploadFile: ["https://u.example"],
      downloadFile: ["https://d.example"],
    },
  });
  await call(method, { url });
  expect(asked).toMatchObject([[method, { url: "http://127.0.0.1:1" }]]);
  const refused = { code: "domain", message: "url not in domain list" };
  await expect(call(method, { url: "https://s.example" })).rejects.toMatchObject(refused);
});

test("offline, nothing that needs the network goes out", async () => {
  const { call, asked, faults } = openGate();
  faults.change({ offline: true });
  await expect(call("request", { url: "https://a" })).rejects.toMatchObject({ code: "dns" });
  await call("files.list", {});
  faults.change({ offline: false });
  await call("request", { url: "https://a" });
  expect(asked.map(([method]) => method)).toEqual(["files.list", "request"]);
});
