import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { createNodeClock, type Clock } from "@weapp-socket/runtime";
import { describe, expect, test } from "vitest";
import { createDefer } from "../../src/node/clock.js";

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe.each<[string, () => Clock["defer"]]>([
  [
    "Node's own",
    () => {
      const clock = createNodeClock();
      return (callback) => clock.defer(callback);
    },
  ],
  ["without what Node does between two immediates", () => createDefer(undefined)],
])("tasks, %s", (_, create) => {
  test("none runs at once; each is done, with its promise jobs and ticks, before the next", async () => {
    const defer = create();
    const order: string[] = [];
    let number = 0;
    const task = (): void => {
      number += 1;
      const name = `task ${number}`;
      order.push(name);
      process.nextTick(() => order.push(`${name} tick`));
      void (async () => {
        for (let hop = 0; hop < 5; hop += 1) await Promise.resolve();
        order.push(`${name} jobs`);
      })();
    };
    for (let n = 0; n < 3; n += 1) defer(task);
    defer(() => order.push("another"));
    defer(task);
    expect(order).toEqual([]);
    await turn();
    await turn();
    expect(order).toEqual([
      ...[1, 2, 3].flatMap((n) => [`task ${n}`, `task ${n} tick`, `task ${n} jobs`]),
      "another",
      "task 4",
      "task 4 tick",
      "task 4 jobs",
    ]);
  });

  test("what a task defers runs in a later turn: nobody is starved", async () => {
    const defer = create();
    let runs = 0;
    const again = (): void => {
      runs += 1;
      defer(again);
    };
    defer(again);
    defer(again);
    await turn();
    expect(runs).toBe(2);
    await turn();
    expect(runs).toBe(4);
  });

  test("each runs where it was deferred: AsyncLocalStorage", async () => {
    const defer = create();
    const storage = new AsyncLocalStorage<string>();
    const seen: Array<string | undefined> = [];
    const look = (): void => void seen.push(storage.getStore());
    const done = ["a", "b", "a"].map((name) =>
      storage.run(
        name,
        () =>
          new Promise<void>((resolve) => {
            setImmediate(() => {
              defer(look);
              defer(look);
              resolve();
            });
          }),
      ),
    );
    await Promise.all(done);
    await turn();
    expect(seen).toEqual(["a", "a", "b", "b", "a", "a"]);
  });

  test("what one resource defers turn after turn", async () => {
    const defer = create();
    const resource = new AsyncResource("socket");
    let runs = 0;
    const task = (): void => void (runs += 1);
    for (let n = 1; n <= 3; n += 1) {
      resource.runInAsyncScope(() => defer(task));
      await turn();
      expect(runs).toBe(n);
    }
  });

  test("a tick that throws takes no later task with it", async () => {
    const defer = create();
    const others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    const uncaught: unknown[] = [];
    process.on("uncaughtException", (error) => uncaught.push(error));
    let runs = 0;
    const task = (): void => {
      runs += 1;
      if (runs === 2) {
        process.nextTick(() => {
          throw new Error("a page's mistake");
        });
      }
    };
    for (let n = 0; n < 4; n += 1) defer(task);
    await turn();
    await turn();
    process.removeAllListeners("uncaughtException");
    for (const other of others) process.on("uncaughtException", other);
    expect(uncaught).toEqual([new Error("a page's mistake")]);
    expect(runs).toBe(4);
  });
});

test("a tick that throws leaves none of its task's promise jobs for the next one", async () => {
  const clock = createNodeClock();
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  const order: string[] = [];
  process.on("uncaughtException", () => order.push("uncaught"));
  for (let n = 0; n < 3; n += 1) {
    clock.defer(() => {
      order.push("task");
      process.nextTick(() => {
        throw new Error("a page's mistake");
      });
      void Promise.resolve().then(() => order.push("job"));
    });
  }
  for (let n = 0; n < 5; n += 1) await turn();
  process.removeAllListeners("uncaughtException");
  for (const other of others) process.on("uncaughtException", other);
  const each = ["task", "uncaught", "job"];
  expect(order).toEqual([...each, ...each, ...each]);
});

test("under --pending-deprecation Node's function is left alone", async () => {
  const name = "_tickCallback";
  const before = Reflect.get(process, name) as unknown;
  Reflect.set(process, name, function deprecated() {
    throw new Error("a warning that became an error");
  });
  const clock = createNodeClock();
  Reflect.set(process, name, before);
  let runs = 0;
  const task = (): void => void (runs += 1);
  for (let n = 0; n < 3; n += 1) clock.defer(task);
  await turn();
  expect(runs).toBe(3);
});
