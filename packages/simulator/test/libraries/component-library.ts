import { symlinkSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { launch, type LaunchedProgram } from "@weapp-socket/simulator";
import { openBrowser } from "@weapp-socket/testkit";
import { expect, onTestFinished, test } from "vitest";
import { startSimulator } from "../host/simulator-world.js";
import { makeFolder, type ProgramFolder } from "../program-folder.js";

const modules = join(import.meta.dirname, "../../../../node_modules");

export interface ComponentLibrary {
  /** Of npm. */
  readonly name: string;
  /** Where a component is: `tag` of `van-cell` is "cell". */
  readonly pathOf: (tag: string) => string;
  readonly prefix: string;
}

/** WXML by page name, and the page's own script where it has one. */
export type LibraryPages = Readonly<Record<string, { readonly wxml: string; readonly js?: string }>>;

/** A program with one page for each of these, using the library as npm installs it. */
function makeLibraryProgram(library: ComponentLibrary, pages: LibraryPages): ProgramFolder {
  const files: Record<string, string> = {
    "package.json": JSON.stringify({ dependencies: { [library.name]: "*" } }),
    "app.json": JSON.stringify({ pages: Object.keys(pages).map((name) => `pages/${name}/${name}`) }),
    "app.js": "App({})",
  };
  for (const [name, { wxml, js = "Page({})" }] of Object.entries(pages)) {
    const tags = new Set(
      [...wxml.matchAll(new RegExp(`<${library.prefix}([\\w-]+)`, "gu"))].map(([, tag = ""]) => tag),
    );
    const usingComponents = Object.fromEntries(
      [...tags].map((tag) => [library.prefix + tag, library.pathOf(tag)]),
    );
    files[`pages/${name}/${name}.wxml`] = wxml;
    files[`pages/${name}/${name}.js`] = js;
    files[`pages/${name}/${name}.json`] = JSON.stringify({ usingComponents });
  }
  const folder = makeFolder(files);
  const place = join(folder.dir, "node_modules", library.name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(join(modules, library.name), place);
  return folder;
}

export async function launchLibrary(
  library: ComponentLibrary,
  pages: LibraryPages,
): Promise<LaunchedProgram> {
  const app = await launch(makeLibraryProgram(library, pages).dir);
  onTestFinished(() => app.close());
  return app;
}

/** Goes to a page and lets it settle. */
export async function show(app: LaunchedProgram, name: string): Promise<void> {
  (app.wx["reLaunch"] as (options: object) => void)({ url: `/pages/${name}/${name}` });
  await app.waitFor(() => app.page().path === `pages/${name}/${name}`);
  await app.idle();
}

/** What was said that is an error. */
export function errorsOf(app: LaunchedProgram): readonly string[] {
  return app.logs
    .filter(({ level }) => level === "error")
    .map(({ parts, source }) => `${source}: ${parts.join(" ")}`);
}

/** What a page looks like in Chromium. */
interface DrawnPage {
  readonly name: string;
  /** Of its first component, in CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly errors: readonly string[];
}

/** Draws every page in Chromium. */
async function drawLibrary(library: ComponentLibrary, pages: LibraryPages): Promise<DrawnPage[]> {
  const { url } = await startSimulator({ dir: makeLibraryProgram(library, pages).dir });
  const browser = await openBrowser();
  onTestFinished(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 375, height: 812 } });
  // Icon fonts and pictures of the libraries are elsewhere; what is not here is not waited for.
  await page.route(
    (address) => address.hostname !== "127.0.0.1",
    (route) => route.abort(),
  );
  await page.goto(`${url}/frame/`);
  await page.waitForFunction(() => window.simulator !== undefined);
  const drawn: DrawnPage[] = [];
  for (const name of Object.keys(pages)) {
    drawn.push(
      await page.evaluate(async (wanted) => {
        const simulator = window.simulator!;
        const seen = simulator.logs.length;
        (simulator.wx["reLaunch"] as (options: object) => void)({ url: `/pages/${wanted}/${wanted}` });
        await simulator.waitFor(() => simulator.page().path === `pages/${wanted}/${wanted}`);
        await simulator.idle();
        const measure = (): { width: number; height: number } => {
          const body = document.querySelector("wx-page-window:not([hidden]) wx-page")!;
          const boxes = [...body.querySelectorAll("*")].map((element) => element.getBoundingClientRect());
          return {
            width: Math.max(...boxes.map(({ width }) => width)),
            height: Math.max(...boxes.map(({ height }) => height)),
          };
        };
        // Components that measure themselves do so after they were drawn: a few frames, which may take their time.
        let size = { width: 0, height: 0 };
        for (let looks = 0; looks < 100 && (looks === 0 || size.width < 10 || size.height < 10); looks += 1) {
          await new Promise((done) => setTimeout(done, 100));
          size = measure();
        }
        return {
          name: wanted,
          ...size,
          errors: simulator.logs
            .slice(seen)
            .filter(({ level }) => level === "error")
            .map(({ parts }) => parts.join(" ")),
        };
      }, name),
    );
  }
  return drawn;
}

/** @param wxml of each component by a name of the page that it is on */
export function testComponents(library: ComponentLibrary, wxml: Readonly<Record<string, string>>): void {
  const names = Object.keys(wxml);
  const pages: LibraryPages = Object.fromEntries(
    Object.entries(wxml).map(([name, text]) => [name, { wxml: text }]),
  );

  test("every component is made without a browser, and says nothing that is an error", async () => {
    const app = await launchLibrary(library, pages);
    const empty: string[] = [];
    for (const name of names) {
      await show(app, name);
      if (app.page().tree().children.length === 0) empty.push(name);
    }
    expect(empty).toEqual([]);
    expect(errorsOf(app)).toEqual([]);
  });

  test("every component is drawn in Chromium", async () => {
    const drawn = await drawLibrary(library, pages);
    expect(drawn.map(({ name }) => name)).toEqual(names);
    expect(
      drawn.filter(({ errors, width, height }) => errors.length > 0 || width < 10 || height < 10),
    ).toEqual([]);
  });
}
