import { expect, test, vi } from "vitest";
import { CallError, type CallHandler } from "../../src/relay/host/relay-session.js";
import type { RelayEvent } from "../../src/relay/page/relay.js";
import { DIAL, openRelayWorld, recordEvents } from "./relay-world.js";

test("a dial reaches the host's transport whole, its answer the page", async () => {
  const { relay, links } = await openRelayWorld();
  const events = recordEvents();
  relay.transport.dial(DIAL, events);
  expect(events.seen).toEqual([]);
  await expect.poll(() => links).toHaveLength(1);
  expect(links[0]!.request).toEqual(DIAL);
  links[0]!.events.open({ header: { Upgrade: "websocket" } });
  await expect.poll(() => events.seen).toEqual([["open", { header: { Upgrade: "websocket" } }]]);
});

test("messages keep their sort, bytes and order in both directions, and are fresh buffers", async () => {
  const { relay, links } = await openRelayWorld();
  const events = recordEvents();
  const link = relay.transport.dial(DIAL, events);
  const bytes = Uint8Array.from([0, 255, 1]).buffer;
  link.send("\uFEFF字\u0000😀");
  link.send(bytes);
  link.send("");
  link.send(new ArrayBuffer(0));
  await expect.poll(() => links[0]?.calls).toHaveLength(4);
  const sent = links[0]!.calls.map(([, data]) => data);
  expect(sent).toEqual(["\uFEFF字\u0000😀", bytes, "", new ArrayBuffer(0)]);
  expect((sent[1] as ArrayBuffer).byteLength).toBe(3);
  links[0]!.events.open({ header: {} });
  for (const data of sent) links[0]!.events.message(data as string | ArrayBuffer);
  links[0]!.events.close(4001, "done");
  await expect.poll(() => events.seen.at(-1)).toEqual(["close", 4001, "done"]);
  expect(events.seen.slice(1, -1)).toEqual(sent.map((data) => ["message", data]));
});

test("what a host sends in one turn arrives in order, and nothing of it is missed", async () => {
  const { relay, links } = await openRelayWorld();
  const events = recordEvents();
  relay.transport.dial(DIAL, events);
  await expect.poll(() => links).toHaveLength(1);
  links[0]!.events.open({ header: {} });
  for (let index = 0; index < 1000; index += 1) links[0]!.events.message(String(index));
  links[0]!.events.close(1000, "");
  await expect.poll(() => events.seen).toHaveLength(1002);
  expect(events.seen.slice(1, -1).map(([, data]) => Number(data))).toEqual(
    Array.from({ length: 1000 }, (_, i) => i),
  );
});

test("two links do not mix", async () => {
  const { relay, links } = await openRelayWorld();
  const [a, b] = [recordEvents(), recordEvents()];
  relay.transport.dial(DIAL, a);
  relay.transport.dial({ ...DIAL, url: "ws://b" }, b);
  await expect.poll(() => links).toHaveLength(2);
  links[1]!.events.fail({ cause: "dns", detail: "no such name" });
  links[0]!.events.open({ header: {} });
  links[0]!.events.message("for a");
  await expect.poll(() => a.seen).toHaveLength(2);
  expect(b.seen).toEqual([["fail", { cause: "dns", detail: "no such name" }]]);
});

test("a terminated link hears nothing more, whatever the host still says", async () => {
  const { relay, links } = await openRelayWorld();
  const events = recordEvents();
  const link = relay.transport.dial(DIAL, events);
  await expect.poll(() => links).toHaveLength(1);
  link.terminate();
  links[0]!.events.open({ header: {} });
  links[0]!.events.message("late");
  const other = recordEvents();
  relay.transport.dial(DIAL, other);
  await expect.poll(() => links).toHaveLength(2);
  expect(links[0]!.calls).toEqual([["terminate"]]);
  links[1]!.events.open({ header: {} });
  await expect.poll(() => other.seen).toHaveLength(1);
  expect(events.seen).toEqual([]);
});

test("close goes to the host with its code and reason", async () => {
  const { relay, links } = await openRelayWorld();
  relay.transport.dial(DIAL, recordEvents()).close(3001, "字");
  await expect.poll(() => links[0]?.calls).toEqual([["close", 3001, "字"]]);
});

test("what the host holds back is counted in bufferedBytes until it is gone", async () => {
  const { relay, links } = await openRelayWorld();
  const link = relay.transport.dial(DIAL, recordEvents());
  await expect.poll(() => links).toHaveLength(1);
  links[0]!.bufferedBytes = 500;
  link.send("x");
  await expect.poll(() => link.bufferedBytes).toBe(500);
  links[0]!.bufferedBytes = 0;
  await expect.poll(() => link.bufferedBytes).toBe(0);
});

test("a relay that is lost ends open links with 1006, others with a failure, calls with an error, and says so", async () => {
  const hang: CallHandler = () => new Promise(() => undefined);
  const { relay, links, socket } = await openRelayWorld({ calls: new Map([["hang", hang]]) });
  const [open, connecting, heard] = [recordEvents(), recordEvents(), vi.fn<(event: RelayEvent) => void>()];
  relay.listen(heard);
  relay.transport.dial(DIAL, open);
  const late = relay.transport.dial(DIAL, connecting);
  const call = relay.call("hang", {});
  call.catch(() => undefined);
  await expect.poll(() => links).toHaveLength(2);
  links[0]!.events.open({ header: {} });
  await expect.poll(() => open.seen).toHaveLength(1);
  socket.destroy();
  await expect.poll(() => heard).toHaveBeenCalledWith({ type: "lost" });
  expect(open.seen.at(-1)).toEqual(["close", 1006, ""]);
  expect(connecting.seen).toEqual([["fail", { cause: "reset", detail: expect.any(String) as string }]]);
  await expect(call).rejects.toMatchObject({ code: "lost" });
  await expect(relay.call("hang", {})).rejects.toMatchObject({ code: "lost" });
  expect(late.bufferedBytes).toBe(0);
  const after = recordEvents();
  relay.transport.dial(DIAL, after);
  expect(after.seen).toEqual([]);
  await expect.poll(() => after.seen).toHaveLength(1);
});

test("when a page goes its links are terminated and its calls aborted", async () => {
  let aborted: AbortSignal | undefined;
  const hang: CallHandler = ({ signal }) => {
    aborted = signal;
    return new Promise(() => undefined);
  };
  const { relay, links } = await openRelayWorld({ calls: new Map([["hang", hang]]) });
  relay.transport.dial(DIAL, recordEvents());
  relay.call("hang", {}).catch(() => undefined);
  await expect.poll(() => aborted).toBeDefined();
  relay.close();
  await expect.poll(() => links[0]!.calls).toEqual([["terminate"]]);
  expect(aborted!.aborted).toBe(true);
});

test("calls carry params, bodies, events and a body back", async () => {
  const shout: CallHandler = async ({ params, bodies, emit }) => {
    emit("progress", { part: 1 });
    emit("chunk", null, Buffer.from("chunk"));
    return {
      result: { got: params["word"] ?? null, sizes: bodies.map((b) => b.length) },
      body: Buffer.concat(bodies),
    };
  };
  const { relay } = await openRelayWorld({ calls: new Map([["shout", shout]]) });
  const seen: unknown[] = [];
  const { result, body } = await relay.call(
    "shout",
    { word: "字" },
    {
      body: [Uint8Array.from([1]).buffer, Uint8Array.from([2, 3]).buffer],
      onEvent: (name, data, part) =>
        seen.push([name, data, part === null ? null : Buffer.from(part).toString()]),
    },
  );
  expect(result).toEqual({ got: "字", sizes: [1, 2] });
  expect([...new Uint8Array(body!)]).toEqual([1, 2, 3]);
  expect(seen).toEqual([
    ["progress", { part: 1 }, null],
    ["chunk", null, "chunk"],
  ]);
});

test("a call that fails says why by its code", async () => {
  const calls = new Map<string, CallHandler>([
    ["no", () => Promise.reject(new CallError("dns", "no such name"))],
    ["broken", () => Promise.reject(new Error("oops"))],
  ]);
  const { relay } = await openRelayWorld({ calls });
  await expect(relay.call("no", {})).rejects.toMatchObject({ code: "dns", message: "no such name" });
  await expect(relay.call("broken", {})).rejects.toMatchObject({ code: "internal", message: "oops" });
  await expect(relay.call("none", {})).rejects.toMatchObject({
    code: "params",
    message: 'there is no method "none"',
  });
});

test("an aborted call rejects at once and stops the host", async () => {
  let signal: AbortSignal | undefined;
  const hang: CallHandler = (context) => {
    signal = context.signal;
    return new Promise(() => undefined);
  };
  const { relay } = await openRelayWorld({ calls: new Map([["hang", hang]]) });
  const abort = new AbortController();
  const call = relay.call("hang", {}, { signal: abort.signal });
  await expect.poll(() => signal).toBeDefined();
  abort.abort();
  await expect(call).rejects.toMatchObject({ code: "abort" });
  await expect.poll(() => signal!.aborted).toBe(true);
  await expect(relay.call("hang", {}, { signal: abort.signal })).rejects.toMatchObject({ code: "abort" });
});

test("the host's word of a new program is heard", async () => {
  const { relay, session } = await openRelayWorld();
  const heard = vi.fn<(event: RelayEvent) => void>();
  const undo = relay.listen(heard);
  session.tell({ type: "program", version: 2, diagnostics: [] });
  await expect.poll(() => heard).toHaveBeenCalledWith({ type: "program", version: 2, diagnostics: [] });
  undo();
});

test("a page that does not read is cut at the limit", async () => {
  const { relay, links, socket } = await openRelayWorld({ maxBufferedBytes: 1024 * 1024 });
  const heard = vi.fn<(event: RelayEvent) => void>();
  relay.listen(heard);
  relay.transport.dial(DIAL, recordEvents());
  await expect.poll(() => links).toHaveLength(1);
  links[0]!.events.open({ header: {} });
  socket.cork();
  const message = new ArrayBuffer(256 * 1024);
  for (let index = 0; index < 6; index += 1) links[0]!.events.message(message);
  expect(links[0]!.calls).toEqual([["terminate"]]);
  socket.uncork();
  await expect.poll(() => heard).toHaveBeenCalledWith({ type: "lost" });
});
