import { beforeEach, describe, expect, it } from "vitest";
import { createTickets, type TicketHolder, type Tickets } from "../../src/auth/tickets.js";
import { createMemoryBroker, type MemoryBroker } from "../../src/broker/memory-broker.js";
import { createManualClock, type ManualClock } from "../broker/manual-clock.js";
import { handshakeOf } from "./handshakes.js";
import type { RecordStore } from "../../src/broker/record.js";

const refererOf = (appId: string): Record<string, string> => ({
  referer: `https://servicewechat.com/${appId}/17/page-frame.html`,
});

describe("tickets", () => {
  let clock: ManualClock;
  let broker: MemoryBroker;
  let tickets: Tickets;
  beforeEach(() => {
    clock = createManualClock();
    broker = createMemoryBroker({ clock });
    tickets = createTickets({ records: broker.records, clock });
  });

  const redeem = async (token: string, headers = {}, device?: string) =>
    tickets.authenticate(handshakeOf(headers), device === undefined ? { token } : { token, device });

  it("makes its bearer the user, once", async () => {
    const { ticket, expiresAtMs } = await tickets.mint({ user: "u1", claims: { role: "seller" } });
    expect(ticket).toMatch(/^ticket[\w-]{32}$/);
    expect(expiresAtMs).toBe(clock.now() + 60_000);
    expect(await redeem(ticket)).toEqual({ user: "u1", claims: { role: "seller" } });
    await expect(redeem(ticket)).rejects.toMatchObject({ code: "unauthorized", retryable: false });
  });

  it("serves one of many who bring it at the same time", async () => {
    const { ticket } = await tickets.mint({ user: "u1" });
    const all = await Promise.allSettled(Array.from({ length: 20 }, async () => redeem(ticket)));
    expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("ends after its time", async () => {
    const { ticket } = await tickets.mint({ user: "u1" });
    clock.advance(59_999);
    const { ticket: second } = await tickets.mint({ user: "u2" });
    clock.advance(1);
    await expect(redeem(ticket)).rejects.toMatchObject({ code: "unauthorized" });
    expect(await redeem(second)).toEqual({ user: "u2" });
  });

  it("answers the same for used, expired and invented tickets", async () => {
    const { ticket: used } = await tickets.mint({ user: "u1" });
    await redeem(used);
    const { ticket: expired } = await tickets.mint({ user: "u1" });
    clock.advance(60_000);
    const texts = await Promise.all(
      [used, expired, `ticket${"A".repeat(32)}`].map(async (ticket) =>
        redeem(ticket).then(String, (error: unknown) => String(error)),
      ),
    );
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain("ticket: expected one that was not used and has not expired");
  });

  it("is refused on another device, and in another mini program, and is used up then", async () => {
    const holder: TicketHolder = { user: "u1", device: "d1", appId: "wxaaaa" };
    const attempts: [Record<string, string>, string | undefined][] = [
      [refererOf("wxaaaa"), "d2"],
      [refererOf("wxaaaa"), undefined],
      [refererOf("wxbbbb"), "d1"],
    ];
    for (const [headers, device] of attempts) {
      const { ticket } = await tickets.mint(holder);
      await expect(redeem(ticket, headers, device)).rejects.toMatchObject({ code: "unauthorized" });
      await expect(redeem(ticket, refererOf("wxaaaa"), "d1")).rejects.toMatchObject({ code: "unauthorized" });
    }
    const { ticket } = await tickets.mint(holder);
    expect(await redeem(ticket, refererOf("wxaaaa"), "d1")).toEqual({
      user: "u1",
      device: "d1",
      appId: "wxaaaa",
    });
  });

  it("does not need a Referer, which nobody can rely on", async () => {
    const { ticket } = await tickets.mint({ user: "u1", appId: "wxaaaa" });
    expect(await redeem(ticket)).toEqual({ user: "u1", appId: "wxaaaa" });
  });

  it("hands on when the connection must prove itself anew", async () => {
    const { ticket } = await tickets.mint({ user: "u1", sessionExpiresAtMs: 99 });
    expect(await redeem(ticket)).toEqual({ user: "u1", expiresAtMs: 99 });
  });

  it.each(["", "ticket", "ticketA", "a.b.c", `ticket${"A".repeat(33)}`, `Ticket${"A".repeat(32)}`])(
    "leaves %j to others",
    async (token) => {
      expect(await redeem(token)).toBeUndefined();
    },
  );

  it("is not in the store in a form that could be used", async () => {
    const written: string[] = [];
    const records: RecordStore = {
      read: (key) => broker.records.read(key),
      take: (key) => broker.records.take(key),
      takeOwned: (owner) => broker.records.takeOwned(owner),
      write(write) {
        written.push(JSON.stringify(write));
        return broker.records.write(write);
      },
    };
    const spying = createTickets({ records, clock });
    const { ticket } = await spying.mint({ user: "u1" });
    expect(written).toHaveLength(1);
    expect(written[0]).not.toContain(ticket);
    expect(written[0]).not.toContain(ticket.slice(6));
  });

  it("refuses users, claims and times that cannot be", async () => {
    for (const user of ["", "a b", "a\r\nb", "u".repeat(129), "用户"]) {
      await expect(tickets.mint({ user })).rejects.toThrow(RangeError);
    }
    await expect(tickets.mint({ user: "u1", claims: { x: "y".repeat(5000) } })).rejects.toThrow(
      "claims: expected",
    );
    for (const wrong of [
      { device: "a b" },
      { device: "d".repeat(65) },
      { device: 1 as unknown as string },
      { appId: "" },
      { sessionExpiresAtMs: NaN },
    ]) {
      await expect(tickets.mint({ user: "u1", ...wrong })).rejects.toThrow(
        /^(device|appId|sessionExpiresAtMs): /,
      );
    }
    for (const ttlMs of [0, 999, 60_001, NaN]) {
      expect(() => createTickets({ records: broker.records, ttlMs })).toThrow(
        "ttlMs: expected 1000 to 60000",
      );
    }
  });
});
