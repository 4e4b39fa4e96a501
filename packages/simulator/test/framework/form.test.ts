import { expect, test } from "vitest";
import { component, problems, run, said, using } from "../headless-world.js";

const PAGE = `Page({
  submit({ detail }) { console.log("submit", JSON.stringify(detail.value)); },
  reset() { console.log("reset"); },
})`;

test("wx://form-field: a component of the author's is a field of the form", async () => {
  const app = await run({
    "pages/a/a.js": PAGE,
    "pages/a/a.json": using("stars"),
    "pages/a/a.wxml": `<form bindsubmit="submit">
        <input name="who" value="Ann" /><stars name="score" id="stars" /><button form-type="submit" />
      </form>`,
    ...component(
      "stars",
      'Component({ behaviors: ["wx://form-field"], methods: { choose(value) { this.setData({ value }); } } })',
      "<text>{{value}}</text>",
    ),
  });
  const stars = app.page().find("#stars")?.component() as { choose(value: number): void };
  stars.choose(4);
  app.page().find("button")?.tap();
  expect(said(app)).toEqual(['submit {"who":"Ann","score":4}']);
  expect(problems(app)).toEqual([]);
});

test("wx://form-field-group: fields inside of the component are the form's", async () => {
  const app = await run({
    "pages/a/a.js": PAGE,
    "pages/a/a.json": using("address", "closed"),
    "pages/a/a.wxml": '<form bindsubmit="submit"><address /><closed /><button form-type="submit" /></form>',
    ...component(
      "address",
      'Component({ behaviors: ["wx://form-field-group"] })',
      '<input name="city" value="X" />',
    ),
    ...component("closed", "Component({})", '<input name="hidden" value="Y" />'),
  });
  app.page().find("button")?.tap();
  expect(said(app)).toEqual(['submit {"city":"X"}']);
});

test("wx://form-field-button: a button inside of the component submits the form around it", async () => {
  const app = await run({
    "pages/a/a.js": PAGE,
    "pages/a/a.json": using("send"),
    "pages/a/a.wxml": '<form bindsubmit="submit"><input name="n" value="1" /><send /></form>',
    ...component(
      "send",
      'Component({ behaviors: ["wx://form-field-button"] })',
      '<button form-type="submit">go</button>',
    ),
  });
  app.page().find("button")?.tap();
  expect(said(app)).toEqual(['submit {"n":"1"}']);
});
