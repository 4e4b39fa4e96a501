import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FanOut, Group, NO_GROUPS, type OwnFrames, type Receiver } from "../src/fan-out.js";

class FakeReceiver implements Receiver {
  groups: readonly Group[] = NO_GROUPS;
  own: OwnFrames | undefined = undefined;
  readonly writes: Uint8Array[] = [];
  onWrite: (() => void) | undefined;

  write(bytes: Uint8Array): void {
    this.writes.push(bytes);
    this.onWrite?.();
  }

  get text(): string {
    return this.writes.map((bytes) => Buffer.from(bytes).toString()).join("");
  }
}

const frame = (text: string): Uint8Array => Buffer.from(text);

function setup(count: number): { fanOut: FanOut; group: Group; members: FakeReceiver[] } {
  const fanOut = new FanOut();
  const group = new Group("room");
  const members = Array.from({ length: count }, () => new FakeReceiver());
  for (const member of members) fanOut.join(member, group);
  return { fanOut, group, members };
}

describe("fan-out", () => {
  test("frames of one turn are put together once and written once per member, the same bytes to all", async () => {
    const { fanOut, group, members } = setup(3);
    fanOut.publish(group, frame("a"));
    fanOut.publish(group, frame("b"));
    await Promise.resolve();
    fanOut.publish(group, frame("c"));
    expect(members.map((member) => member.writes.length)).toEqual([0, 0, 0]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(members.map((member) => member.text)).toEqual(["abc", "abc", "abc"]);
    expect(new Set(members.map((member) => member.writes[0])).size).toBe(1);
  });

  test("what is sent to one member keeps its place among what all get", () => {
    const { fanOut, group, members } = setup(2);
    const [one, two] = members as [FakeReceiver, FakeReceiver];
    fanOut.publish(group, frame("a"));
    fanOut.send(one, frame("1"));
    fanOut.publish(group, frame("b"));
    fanOut.publish(group, frame("c"));
    fanOut.send(one, frame("2"));
    fanOut.flush();
    expect(one.text).toBe("a1bc2");
    expect(one.writes.length).toBe(1);
    expect(two.text).toBe("abc");
  });

  test("who joins in the middle of a turn gets what follows, who leaves got what was before", () => {
    const { fanOut, group, members } = setup(2);
    const [stays, leaves] = members as [FakeReceiver, FakeReceiver];
    const joins = new FakeReceiver();
    fanOut.publish(group, frame("a"));
    fanOut.join(joins, group);
    fanOut.leave(leaves, group);
    fanOut.publish(group, frame("b"));
    fanOut.leave(joins, group);
    fanOut.publish(group, frame("c"));
    fanOut.join(joins, group);
    fanOut.publish(group, frame("d"));
    fanOut.flush();
    expect(stays.text).toBe("abcd");
    expect(leaves.text).toBe("a");
    expect(joins.text).toBe("bd");
  });

  test("a member that is dropped gets nothing more, also in the middle of a flush", () => {
    const { fanOut, group, members } = setup(3);
    const [first, second, third] = members as [FakeReceiver, FakeReceiver, FakeReceiver];
    first.onWrite = () => fanOut.drop(second);
    fanOut.send(second, frame("x"));
    fanOut.send(first, frame("y"));
    fanOut.drop(second);
    fanOut.publish(group, frame("a"));
    fanOut.flush();
    expect(first.text).toBe("ya");
    expect(second.text).toBe("");
    expect(third.text).toBe("a");
    expect(group.members.size).toBe(2);
  });

  test("settle writes at once what is due, and takes the receiver out of its groups", () => {
    const { fanOut, group, members } = setup(1);
    const [member] = members as [FakeReceiver];
    fanOut.publish(group, frame("a"));
    fanOut.send(member, frame("1"));
    fanOut.settle(member);
    expect(member.text).toBe("a1");
    fanOut.publish(group, frame("b"));
    fanOut.flush();
    expect(member.text).toBe("a1");
    expect(member.groups).toEqual([]);
  });

  test("a turn that gathers much is flushed before its end", () => {
    const { fanOut, group, members } = setup(1);
    for (let i = 0; i < 5; i += 1) fanOut.publish(group, new Uint8Array(64 * 1024));
    expect(members[0]!.writes.length).toBe(1);
    fanOut.flush();
    expect(members[0]!.text.length).toBe(5 * 64 * 1024);
  });

  test("any order of publish, send, join, leave and flush gives each receiver what the plain way would give", () => {
    const receivers = fc.integer({ min: 0, max: 3 });
    const groups = fc.integer({ min: 0, max: 1 });
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant("publish" as const), group: groups }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant("send" as const), receiver: receivers }) },
      fc.record({ do: fc.constant("join" as const), receiver: receivers, group: groups }),
      fc.record({ do: fc.constant("leave" as const), receiver: receivers, group: groups }),
      fc.record({ do: fc.constant("settle" as const), receiver: receivers }),
      fc.record({ do: fc.constant("drop" as const), receiver: receivers }),
      fc.record({ do: fc.constant("flush" as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const fanOut = new FanOut();
        const all = Array.from({ length: 4 }, () => new FakeReceiver());
        const rooms = [new Group("a"), new Group("b")];
        // The plain way: every frame goes to every member at once. Frames carry their group, since only the order
        // within a group, and between a group and own frames, is promised.
        const expected: string[][] = all.map(() => []);
        const due: string[][] = all.map(() => []);
        let count = 0;
        for (const next of steps) {
          const receiver = "receiver" in next ? all[next.receiver]! : undefined;
          const room = "group" in next ? rooms[next.group]! : undefined;
          const label = `${String(count++)};`;
          if (next.do === "publish") {
            for (const [index, other] of all.entries())
              if (room!.members.has(other)) due[index]!.push(`${room!.name}${label}`);
            fanOut.publish(room!, frame(`${room!.name}${label}`));
          } else if (next.do === "send") {
            due[next.receiver]!.push(`-${label}`);
            fanOut.send(receiver!, frame(`-${label}`));
          } else if (next.do === "join") fanOut.join(receiver!, room!);
          else if (next.do === "leave") fanOut.leave(receiver!, room!);
          else if (next.do === "settle") fanOut.settle(receiver!);
          else if (next.do === "drop") {
            due[next.receiver]!.length = 0;
            fanOut.drop(receiver!);
          } else fanOut.flush();
          if (next.do === "flush" || next.do === "settle") {
            for (const [index, texts] of due.entries()) {
              if (next.do === "settle" && index !== next.receiver) continue;
              expected[index]!.push(...texts.splice(0));
            }
          }
        }
        fanOut.flush();
        for (const [index, texts] of due.entries()) expected[index]!.push(...texts);
        for (const [index, receiver] of all.entries()) {
          const got = receiver.text.split(";").filter(Boolean);
          const want = expected[index]!.map((text) => text.slice(0, -1));
          expect(got.toSorted()).toEqual(want.toSorted());
          for (const kind of ["a", "b"]) {
            const of = (texts: string[]): string[] =>
              texts.filter((text) => text[0] === kind || text[0] === "-");
            expect(of(got)).toEqual(of(want));
          }
        }
        for (const receiver of all) expect(receiver.own).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });
});
