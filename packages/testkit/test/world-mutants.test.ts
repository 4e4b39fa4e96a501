import { afterEach, describe, expect, test, vi } from "vitest";
import type { ChannelCursor, ClientMachine, ClientMessage, SessionMachine } from "@weapp-socket/protocol";

// A test of the tests: the protocol is broken in one place at a time, and the worlds must notice.

const WORLDS = 200;
const cursorPath = "../../protocol/src/channel-cursor.js";
const outboxPath = "../../protocol/src/client/outbox.js";
const positionPath = "../../protocol/src/position.js";
const machinePath = "../../protocol/src/client/client-machine.js";
const sessionPath = "../../protocol/src/server/session-machine.js";

afterEach(() => {
  vi.doUnmock(cursorPath);
  vi.doUnmock(outboxPath);
  vi.doUnmock(machinePath);
  vi.doUnmock(sessionPath);
  vi.doUnmock(positionPath);
  vi.resetModules();
});

/** The first world, counted from 1, that notices. */
async function firstToNotice(): Promise<string> {
  vi.resetModules();
  const { runWorld } = await import("@weapp-socket/testkit/world");
  for (let seed = 1; seed <= WORLDS; seed += 1) {
    const { findings, brokenKeys, brokenPresence, unanswered, leftBehind, unfenced } = runWorld(seed);
    for (const finding of findings) return finding.kind;
    if (brokenKeys.length > 0) return "broken key";
    if (unanswered.length > 0) return "unanswered";
    if (unfenced > 0) return "unfenced";
    if (brokenPresence.length > 0) return "presence";
    if (leftBehind.length > 0) return "left behind";
  }
  return "nothing";
}

function mutateCursor(mutate: (real: ChannelCursor) => ChannelCursor): void {
  vi.doMock(cursorPath, async (original) => {
    const real = await original<{ createChannelCursor: (start: string | null) => ChannelCursor }>();
    return {
      ...real,
      createChannelCursor: (start: string | null) => mutate(real.createChannelCursor(start)),
    };
  });
}

function mutateSession(mutate: (machine: SessionMachine) => void): void {
  vi.doMock(sessionPath, async (original) => {
    const real = await original<{ SessionMachine: typeof SessionMachine }>();
    class Mutant extends real.SessionMachine {
      constructor(...args: ConstructorParameters<typeof SessionMachine>) {
        super(...args);
        mutate(this);
      }
    }
    return { ...real, SessionMachine: Mutant };
  });
}

describe("without", () => {
  test("the chain check: a hole is delivered over", async () => {
    mutateCursor((real) => ({
      ...real,
      take(p, prev) {
        const verdict = real.take(p, prev);
        if (verdict !== "recover") return verdict;
        real.jump(p);
        return "deliver";
      },
    }));
    expect(await firstToNotice()).toMatch(/lost|unreported-gap|reordered/);
  });

  test("the dedupe: what is known is delivered again", async () => {
    mutateCursor((real) => ({
      ...real,
      take(p, prev) {
        const verdict = real.take(p, prev);
        return verdict === "duplicate" ? "deliver" : verdict;
      },
    }));
    expect(await firstToNotice()).toMatch(/duplicated|reordered/);
  });

  test("the outbox's keys: a repetition counts as something new", async () => {
    vi.doMock(outboxPath, async (original) => {
      const real = await original<{
        createOutbox: (...sizes: number[]) => { due: (...args: never[]) => ClientMessage[] };
      }>();
      return {
        createOutbox: (...sizes: number[]) => {
          const outbox = real.createOutbox(...sizes);
          const due = outbox.due.bind(outbox);
          outbox.due = (...args) =>
            due(...args).map((message) =>
              message.t === "publish"
                ? Object.assign(message, { key: `${message.key}:${message.id}` })
                : message,
            );
          return outbox;
        },
      };
    });
    expect(await firstToNotice()).toBe("broken key");
  });

  test("the outbox: what was sent once is not sent again", async () => {
    vi.doMock(outboxPath, async (original) => {
      const real = await original<{ createOutbox: (...sizes: number[]) => { lost: () => void } }>();
      return {
        createOutbox: (...sizes: number[]) => Object.assign(real.createOutbox(...sizes), { lost() {} }),
      };
    });
    expect(await firstToNotice()).toBe("unanswered");
  });

  test("the beginning's nonce: a log that was lost and begun again passes for the first", async () => {
    vi.doMock(positionPath, async (original) => {
      const real = await original<{ formatPosition: (offset: number, random32: number) => string }>();
      return {
        ...real,
        formatPosition: (offset: number, random32: number) =>
          real.formatPosition(offset, offset === 0 ? 0 : random32),
      };
    });
    expect(await firstToNotice()).toBe("unreported-gap");
  });

  test("the fence: an older socket is heard", async () => {
    vi.doMock(machinePath, async (original) => {
      const real = await original<{ createClientMachine: (options: object) => ClientMachine }>();
      return {
        createClientMachine: (options: object) => {
          const machine = real.createClientMachine(options);
          let generation = 0;
          return Object.defineProperties({} as ClientMachine, {
            ...Object.getOwnPropertyDescriptors(machine),
            handle: {
              value: (input: Parameters<ClientMachine["handle"]>[0], now: number) => {
                const outputs = machine.handle("generation" in input ? { ...input, generation } : input, now);
                for (const output of outputs) if (output.type === "token") generation = output.generation;
                return outputs;
              },
            },
          });
        },
      };
    });
    expect(await firstToNotice()).toBe("unfenced");
  });

  test("the look at the broker's positions: a publication that passed a node by is not missed", async () => {
    mutateSession((machine) => Object.assign(machine, { verify: () => [] }));
    expect(await firstToNotice()).toBe("lost");
  });

  test("the leave at hidden: who is not looking is present", async () => {
    mutateSession((machine) => Object.assign(machine, { show() {} }));
    expect(await firstToNotice()).toBe("presence");
  });
});
