import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openInspectorWorld, type InspectorPage, type InspectorWorld } from "./inspector-world.js";

let world: InspectorWorld;
let opened: InspectorPage;
let page: Page;

beforeAll(async () => {
  world = await openInspectorWorld();
});

afterAll(() => world?.close());

beforeEach(async () => {
  opened = await world.open({ permissions: ["clipboard-read", "clipboard-write"] });
  ({ page } = opened);
});

afterEach(async () => {
  await opened.close();
  expect(opened.errors).toEqual([]);
});

const frames = (): Locator => page.getByRole("listbox", { name: "Messages" });
const details = (): Locator => page.getByRole("region", { name: "Details" });
const visibleRows = (): Promise<string[]> => frames().locator(".row .text").allInnerTexts();

/** An open socket with these messages from the server. */
async function receive(...messages: readonly string[]): Promise<void> {
  await opened.phone.evaluate((texts) => {
    const id = window.fake.connect("ws://127.0.0.1:3000");
    window.fake.open(id, 10);
    for (const text of texts) window.fake.receive(id, text);
  }, messages);
  await frames().getByText(messages.at(-1)!, { exact: true }).last().waitFor();
}

describe("sockets", () => {
  test("empty, it says what to do", async () => {
    const advice = page.getByText("No connection yet. It appears here once the page calls wx.connectSocket");
    await expect.poll(() => advice.isVisible()).toBe(true);
  });

  test("each task is a row with state, counts and handshake; the newest is looked at until one is chosen", async () => {
    await opened.phone.evaluate(() => {
      const { fake } = window;
      fake.fail(fake.connect("ws://refused.example"));
      const id = fake.connect("wss://secure.example/push");
      fake.open(id, 100);
      fake.send(id, "hi");
      fake.receive(id, "你好");
      fake.connect("ws://slow.example");
    });
    const rows = page.getByRole("listbox", { name: "Sockets" }).getByRole("option");
    await expect.poll(() => rows.count()).toBe(3);
    await expect.poll(() => rows.nth(0).innerText()).toMatch(/failed[\s\S]*ws:\/\/refused\.example/);
    await expect
      .poll(() => rows.nth(1).innerText())
      .toMatch(/open[\s\S]*wss:\/\/secure\.example\/push[\s\S]*2 B[\s\S]*6 B[\s\S]*100 ms/);
    await expect.poll(() => rows.nth(2).innerText()).toContain("connecting");
    await expect.poll(() => rows.nth(2).getAttribute("aria-selected")).toBe("true");
    await rows.nth(1).click();
    await opened.phone.evaluate(() => window.fake.connect("ws://newer.example"));
    await expect.poll(() => rows.count()).toBe(4);
    await expect.poll(() => rows.nth(1).getAttribute("aria-selected")).toBe("true");
    const told = await details().innerText();
    for (const fact of [
      "pages/chat/chat.js:12",
      "DNS",
      "20 ms",
      "TCP + TLS",
      "50 ms",
      "Upgrade",
      "30 ms",
      "Sec-WebSocket-Accept",
    ])
      expect(told).toContain(fact);
  });

  test("the end of a socket stands where it happened, with its code and what that means", async () => {
    await receive("last words");
    await opened.phone.evaluate(() => window.fake.close(1, 1006, "abnormal closure"));
    await frames().getByText("connection closed 1006 abnormal closure").click();
    await expect.poll(() => details().innerText()).toContain("The connection broke without a close frame");
    await page.getByRole("button", { name: "Connection", exact: true }).click();
    await expect.poll(() => details().innerText()).toContain("closed 1006");
  });

  test("a message is shown as JSON, as text and in hex, and copied as it is shown", async () => {
    const text = '{"content":"你好","list":[1,true]}';
    await receive(text);
    await frames().getByText(text).click();
    const message = page.getByLabel("Message", { exact: true });
    const pretty = JSON.stringify(JSON.parse(text), undefined, 2);
    await expect.poll(() => message.innerText()).toBe(pretty);
    const clipboard = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
    const copy = async (): Promise<void> => {
      // It stands there for a moment only: who looks after the click may come too late.
      const told = details().getByText("Copied").waitFor();
      await details().getByRole("button", { name: "Copy" }).click();
      await told;
    };
    await copy();
    await expect.poll(clipboard).toBe(pretty);
    await details().getByRole("button", { name: "Text" }).click();
    await expect.poll(() => message.innerText()).toBe(text);
    await copy();
    await expect.poll(clipboard).toBe(text);
    await details().getByRole("button", { name: "Hex" }).click();
    await expect.poll(() => details().locator(".hex-row").first().innerText()).toContain("7b 22 63 6f");
    await copy();
    await expect.poll(clipboard).toMatch(/^000000 {2}7b 22 63 6f 6e 74 65 6e {2}74/);
  });

  test("what is no JSON cannot be looked at as JSON, what is binary only in hex", async () => {
    await receive("plain");
    await opened.phone.evaluate(() => window.fake.receive(1, Uint8Array.of(0xca, 0xfe).buffer));
    await frames().getByText("plain").click();
    await expect.poll(() => details().getByRole("button", { name: "JSON" }).isDisabled()).toBe(true);
    await frames().getByText("ca fe").click();
    await expect.poll(() => details().getByRole("button", { name: "Text" }).isDisabled()).toBe(true);
    await expect.poll(() => details().locator(".hex-row").innerText()).toContain("ca fe");
  });

  test("filter by direction and text; matches are marked; a minus leaves out", async () => {
    await receive("ping", "alpha", "beta", "ping");
    await opened.phone.evaluate(() => window.fake.send(1, "Alpha sent"));
    const search = page.getByRole("searchbox");
    await search.fill("alpha");
    await expect.poll(visibleRows).toEqual(["alpha", "Alpha sent"]);
    await expect.poll(() => frames().locator("mark").allInnerTexts()).toEqual(["alpha", "Alpha"]);
    await page.getByRole("button", { name: "Sent" }).click();
    await expect.poll(visibleRows).toEqual(["Alpha sent"]);
    await page.getByRole("button", { name: "Received" }).click();
    await search.fill("-ping");
    await expect.poll(visibleRows).toEqual(["connection open", "alpha", "beta"]);
    await search.fill("nothing like it");
    await page.getByText("Nothing matches.").waitFor();
  });

  test("what comes while a filter is set is filtered", async () => {
    await receive("one ping");
    await page.getByRole("searchbox").fill("ping");
    await opened.phone.evaluate(() => {
      window.fake.receive(1, "a message");
      window.fake.receive(1, "two ping");
    });
    await expect.poll(visibleRows).toEqual(["one ping", "two ping"]);
  });

  test("exported and imported again, a recording is looked at like a living one", async () => {
    await receive("kept");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export" }).click(),
    ]);
    const path = await download.path();
    expect(download.suggestedFilename()).toBe("sockets.jsonl");
    await page.locator('input[type="file"]').setInputFiles(path);
    const rows = page.getByRole("listbox", { name: "Sockets" }).getByRole("option");
    await expect.poll(() => rows.count()).toBe(2);
    await expect.poll(() => rows.nth(1).innerText()).toContain("imported");
    await frames().getByText("kept").waitFor();
    await page
      .locator('input[type="file"]')
      .setInputFiles({ name: "bad.jsonl", mimeType: "", buffer: Buffer.from("no") });
    await expect
      .poll(() => page.getByRole("alert").innerText())
      .toBe("bad.jsonl: line 1: expected a JSON object, got no");
  });

  test("cleared, a living socket stays and goes on", async () => {
    await receive("old");
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText("No message yet.").waitFor();
    await opened.phone.evaluate(() => window.fake.receive(1, "new"));
    await expect.poll(visibleRows).toEqual(["new"]);
  });
});

describe("keyboard", () => {
  test('"/" leads to the search, Escape empties and leaves it', async () => {
    await receive("a");
    await page.keyboard.press("/");
    await page.keyboard.type("a/b");
    const search = page.getByRole("searchbox");
    await expect.poll(() => search.inputValue()).toBe("a/b");
    await page.keyboard.press("Escape");
    await expect.poll(() => search.inputValue()).toBe("");
    await page.keyboard.press("Escape");
    expect(await search.evaluate((field) => field === document.activeElement)).toBe(false);
  });

  test("arrows, Home and End go through the frames, and the list says which one is chosen", async () => {
    await receive("a", "b", "c");
    await frames().focus();
    const chosen = async (): Promise<string> => {
      const id = await frames().getAttribute("aria-activedescendant");
      return page.locator(`[id="${id}"] .text`).innerText();
    };
    const walk: [key: string, text: string][] = [
      ["ArrowUp", "c"],
      ["ArrowUp", "b"],
      ["ArrowDown", "c"],
      ["ArrowDown", "c"],
      ["Home", "connection open"],
      ["ArrowUp", "connection open"],
      ["End", "c"],
    ];
    for (const [key, text] of walk) {
      await page.keyboard.press(key);
      await expect.poll(chosen).toBe(text);
    }
    await expect.poll(() => page.getByLabel("Message", { exact: true }).innerText()).toBe("c");
  });

  test("arrows go through the sockets", async () => {
    await opened.phone.evaluate(() => {
      for (const name of ["a", "b", "c"]) window.fake.connect(`ws://${name}`);
    });
    const table = page.getByRole("listbox", { name: "Sockets" });
    await table.getByText("ws://c").waitFor();
    await table.focus();
    const chosen = table.locator('[aria-selected="true"] .socket-url');
    for (const [key, url] of [
      ["ArrowUp", "ws://b"],
      ["Home", "ws://a"],
      ["End", "ws://c"],
    ] as const) {
      await page.keyboard.press(key);
      await expect.poll(() => chosen.innerText()).toBe(url);
    }
  });

  test("arrows go from tab to tab, around the ends", async () => {
    await page.getByRole("tab", { name: "Sockets" }).focus();
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement!.textContent);
    for (const [key, name] of [
      ["ArrowRight", "wx calls"],
      ["ArrowLeft", "Sockets"],
      ["ArrowLeft", "Problems"],
      ["ArrowRight", "Sockets"],
      ["End", "Problems"],
      ["Home", "Sockets"],
    ] as const) {
      await page.keyboard.press(key);
      await expect.poll(focused).toBe(name);
      const selected = page.getByRole("tab", { selected: true });
      await expect.poll(() => selected.textContent()).toBe(name);
      await expect
        .poll(() => page.getByRole("tabpanel").getAttribute("aria-labelledby"))
        .toBe(await selected.getAttribute("id"));
    }
  });

  test("everything that can be pressed is reached with Tab, has a name and shows its focus", async () => {
    await receive("a");
    await frames().getByText("a", { exact: true }).click();
    const wanted = await page.evaluate(
      () =>
        [...document.querySelectorAll<HTMLElement>("button, select, input, [tabindex='0']")].filter(
          (element) =>
            element.tabIndex >= 0 && !(element as HTMLButtonElement).disabled && element.checkVisibility(),
        ).length,
    );
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    const seen = new Set<string>();
    for (let at = 0; at < wanted + 2; at += 1) {
      await page.keyboard.press("Tab");
      const found = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement;
        if (element === document.body) return null;
        const { outlineStyle } = getComputedStyle(element);
        const name =
          element.getAttribute("aria-label") ||
          element.title ||
          element.textContent ||
          element.getAttribute("placeholder");
        const label = element.closest("label")?.textContent ?? "";
        const ring =
          outlineStyle !== "none" ||
          element.matches(".search input, .splitter") ||
          element.tagName === "IFRAME";
        return {
          key: `${element.tagName} ${element.className} ${name}${label}`,
          isNamed: name !== "" || label !== "",
          ring,
        };
      });
      // Past the last one the keyboard is the browser's for a moment.
      if (found === null) continue;
      expect(found).toMatchObject({ isNamed: true, ring: true });
      seen.add(found.key);
    }
    expect(seen.size).toBeGreaterThan(wanted * 0.8);
  });

  test("the line between list and details is moved with the arrow keys, and stays", async () => {
    await receive("a");
    const line = page.getByRole("separator", { name: "Size of the details" });
    const before = Number(await line.getAttribute("aria-valuenow"));
    await line.focus();
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => line.getAttribute("aria-valuenow")).toBe(String(before + 16));
    await page.reload();
    await page.waitForFunction(() => window.simulator !== undefined);
    await receive("a");
    await expect.poll(() => line.getAttribute("aria-valuenow")).toBe(String(before + 16));
  });
});
