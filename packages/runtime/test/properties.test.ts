import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createModel, type Model } from "./model.js";

/** Any sequence of calls and server behaviours keeps the invariants of SPEC.md. */

const rejections: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);
beforeAll(() => void process.on("unhandledRejection", onRejection));
afterAll(() => void process.off("unhandledRejection", onRejection));

type Action = (model: Model) => void | Promise<void>;

const which = fc.nat(6);
const code = fc.constantFrom(undefined, 1000, 1001, 3000, 4999, 5000, "x");
const reason = fc.constantFrom(undefined, "bye", "再".repeat(42));

/** Each names itself, so that a counterexample can be read. */
function action(name: string, run: Action): { name: string; run: Action; toString(): string } {
  return { name, run, toString: () => name };
}

const actions = fc.oneof(
  { weight: 5, arbitrary: fc.constant(action("connect", (model) => model.connect("ws://a.example/"))) },
  fc
    .constantFrom("http://a", "ws://a b", "WS://a", "wss://a:99999", undefined)
    .map((url) => action(`connect ${String(url)}`, (model) => model.connect(url))),
  {
    weight: 4,
    arbitrary: which.map((task) => action(`server opens ${task}`, (model) => model.serverOpens(task))),
  },
  {
    weight: 3,
    arbitrary: which.map((task) => action(`server sends ${task}`, (model) => model.serverSends(task))),
  },
  which.map((task) => action(`server refuses ${task}`, (model) => model.serverRefuses(task))),
  fc
    .tuple(which, fc.constantFrom(1000, 1005, 1006, 4001))
    .map(([task, ending]) =>
      action(`server closes ${task} ${ending}`, (model) => model.serverCloses(task, ending)),
    ),
  fc
    .tuple(which, fc.constantFrom<unknown>("x", new ArrayBuffer(2), new Uint8Array(2), undefined, 7))
    .map(([task, data]) => action(`send ${task}`, (model) => model.send(task, data))),
  fc
    .tuple(which, code, reason)
    .map(([task, ...rest]) =>
      action(`close ${task} ${String(rest[0])}`, (model) => model.close(task, ...rest)),
    ),
  fc.constant(action("global send", (model) => model.globalSend())),
  code.map((one) => action(`global close ${String(one)}`, (model) => model.globalClose(one))),
  fc.constant(action("hide", (model) => model.hide())),
  fc.constant(action("show", (model) => model.show())),
  fc.constant(action("suspend", (model) => model.suspend())),
  fc
    .constantFrom("wifi" as const, "4g" as const, "none" as const)
    .map((type) => action(`network ${type}`, (model) => model.runtime.setNetworkType(type))),
  fc.constantFrom(10, 5_000, 1_800_000).map((ms) => action(`${ms} ms`, (model) => model.pass(ms))),
  { weight: 6, arbitrary: fc.constant(action("settle", (model) => model.pass(0))) },
  fc.constant(action("destroy", (model) => model.destroy())),
);

test.each(["device", "devtools"] as const)("%s: no sequence breaks an invariant", async (profile) => {
  await fc.assert(
    fc.asyncProperty(fc.array(actions, { maxLength: 60 }), fc.boolean(), async (sequence, throwing) => {
      const model = createModel(profile, throwing);
      for (const one of sequence) {
        await model.during(() => one.run(model));
        model.checkNow();
      }
      await model.finish();
      model.checkEnd();
    }),
    { numRuns: 8_000 },
  );
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  expect(rejections).toEqual([]);
});
