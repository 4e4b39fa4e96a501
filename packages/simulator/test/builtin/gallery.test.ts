import { join } from "node:path";
import { launch, type LaunchedProgram } from "@weapp-socket/simulator";
import { openBrowser } from "@weapp-socket/testkit";
import { expect, onTestFinished, test } from "vitest";
import { problems } from "../headless-world.js";
import { startSimulator } from "../host/simulator-world.js";

const dir = join(import.meta.dirname, "../../../../examples/gallery");

/** What is done on each page, and the first words of what it then has to say, the last first. */
const ACTS: Readonly<
  Record<string, readonly [act: (app: LaunchedProgram) => unknown, says: readonly string[]]>
> = {
  basic: [() => {}, ['activeend {"curPercent":60}']],
  form: [
    (app) => {
      const page = app.page();
      page.find("input")!.input("张三");
      page.find("switch")!.choose(false);
      page.findAll("checkbox")[1]!.tap();
      page.findAll("radio")[1]!.tap();
      page.find("slider")!.choose(70);
      page.find("button")!.tap();
    },
    [
      'submit {"value":{"name":"张三","on":false,"likes":["a","b"],"sex":"f","volume":70,"note":""}}',
      'change {"value":70}',
      'change {"value":"f"}',
      'change {"value":["a","b"]}',
      'change {"value":false}',
      'input {"value":"张三"',
    ],
  ],
  picker: [
    (app) => {
      app.page().find("#country")!.tap();
      const picker = app.overlays.find(({ kind }) => kind === "picker");
      if (picker?.kind === "picker") {
        picker.move(0, 2);
        picker.confirm();
      }
      app.page().find("#date")!.choose("2026-12-01");
      app.page().find("picker-view")!.choose([0, 0]);
    },
    [
      "pickend {}",
      'change {"value":[0,0]}',
      "pickstart {}",
      'change {"value":"2026-12-01"}',
      'change {"value":"2"}',
    ],
  ],
  swiper: [
    (app) => app.page().find("swiper")!.choose(1),
    ['animationfinish {"current":1', 'change {"current":1,"currentItemId":"#10aeff","source":"touch"}'],
  ],
  movable: [
    (app) => {
      app.page().find("movable-view")!.choose({ x: 40, y: 50 });
      app.page().find("button")!.tap();
    },
    ["enter {}", 'change {"x":40,"y":50,"source":"touch"}'],
  ],
  media: [() => {}, ["", ""]],
  editor: [() => {}, ['input {"html":"<p>你好，<strong>编辑器</strong></p>"']],
  phone: [
    async (app) => {
      await app.waitFor(() => events(app).length === 6);
      app.page().find("map")!.choose(1);
    },
    ['markertap {"markerId":1}'],
  ],
  wx: [(app) => app.page().find("#setStorage")!.tap(), ['setStorage "setStorage:ok"']],
};

const events = (app: LaunchedProgram): readonly string[] => app.page().data("events") as string[];

test.each(Object.entries(ACTS))("the gallery's page %s without a browser", async (name, [act, says]) => {
  const app = await launch(dir, { page: `pages/${name}/${name}` });
  onTestFinished(() => app.close());
  await act(app);
  await app.waitFor(() => says.every((words, at) => events(app)[at]?.startsWith(words)), {
    timeoutMs: 30_000,
  });
  expect(problems(app)).toEqual([]);
});

test("every page of the gallery is drawn in Chromium, and what is dragged tells of it", async () => {
  const { url } = await startSimulator({ dir });
  const browser = await openBrowser();
  onTestFinished(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 375, height: 780 } });
  await page.route(
    (address) => address.hostname !== "127.0.0.1",
    (route) => route.abort(),
  );
  const open = async (name: string): Promise<void> => {
    await page.goto(`${url}/frame/`);
    await page.waitForFunction(() => window.simulator !== undefined);
    await page.evaluate(async (wanted) => {
      (window.simulator!.wx["reLaunch"] as (options: object) => void)({ url: `/pages/${wanted}/${wanted}` });
      await window.simulator!.waitFor(() => window.simulator!.page().path === `pages/${wanted}/${wanted}`);
      await window.simulator!.idle();
    }, name);
  };
  const said = (): Promise<unknown> => page.evaluate(() => window.simulator!.page().data("events"));
  const errors = (): Promise<unknown> =>
    page.evaluate(() =>
      window.simulator!.logs.filter(({ level }) => level === "error").map(({ parts }) => parts.join(" ")),
    );
  const drag = async (selector: string, dx: number, dy: number): Promise<void> => {
    const box = (await page.locator(selector).first().boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + dx / 2, y + dy / 2, { steps: 4 });
    await page.mouse.move(x + dx, y + dy, { steps: 4 });
    await page.mouse.up();
  };
  for (const name of Object.keys(ACTS)) {
    await open(name);
    expect([name, await errors()]).toEqual([name, []]);
  }
  await open("swiper");
  await drag("wx-swiper", -250, 0);
  await expect
    .poll(said)
    .toContainEqual(
      expect.stringContaining('change {"current":1,"currentItemId":"#10aeff","source":"touch"}'),
    );
  await open("movable");
  await drag("wx-movable-view", 60, 30);
  await expect.poll(said).toContainEqual(expect.stringContaining('"source":"touch"'));
  await open("form");
  await drag(".weapp-slider-block", 60, 0);
  await expect.poll(said).toContainEqual(expect.stringMatching(/^change \{"value":[5-9]\d\}/u));
  await open("picker");
  await page.locator("wx-picker-view-column").first().hover();
  await page.mouse.wheel(0, 50);
  await expect.poll(said).toContainEqual(expect.stringContaining('change {"value":[3,1]}'));
  await drag("wx-picker-view-column", 0, -50);
  await expect.poll(said).toContainEqual(expect.stringContaining('change {"value":[4,1]}'));
  await open("media");
  await expect.poll(said).toContainEqual(expect.stringContaining("saved"));
  const pixel = await page.evaluate(() => {
    const canvas = document.querySelectorAll<HTMLCanvasElement>("wx-canvas > canvas")[1]!;
    return [...canvas.getContext("2d")!.getImageData(12, 12, 1, 1).data];
  });
  expect(pixel[3]).toBeGreaterThan(0);
});
