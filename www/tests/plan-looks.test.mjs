import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { planning, settled, THREE, total } from "./planning.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const { opened } = planning();

const BUSY = `plan=${THREE},create;colour=red&item=2&why=open&budget=25`;
const WHOLE = `plan=${THREE},create;model=huggingface-flux;quantity:30&item=2&why=open&budget=25`;

for (const dark of [false, true]) {
  for (const [name, state] of [["an empty plan", ""], ["a plan", WHOLE], ["a faulty plan", BUSY]]) {
    test(`axe finds nothing on ${name}, ${dark ? "dark" : "light"}`, async () => {
      const { page, close } = await opened(state, { dark });
      await page.evaluate(AXE);
      const violations = await page.evaluate(async () => {
        const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.flat().join(" ")).join(", ")}`);
      });
      assert.deepEqual(violations, []);
      await close();
    });
  }
}

for (const width of [320, 768, 1280, 1920]) {
  test(`at ${width} pixels nothing is wider than the page, and nothing goes wrong`, async () => {
    for (const state of ["", WHOLE, BUSY]) {
      const { page, problems, close } = await opened(state, { width });
      const wide = await page.evaluate(() => {
        const limit = document.documentElement.clientWidth;
        const all = [...document.querySelectorAll(".plan-view *")].flatMap((element) => [element, ...(element.shadowRoot?.querySelectorAll("*") ?? [])]);
        return all.filter((element) => element.getBoundingClientRect().right > limit + 0.5).map(({ className, localName }) => `${localName}.${className}`);
      });
      assert.deepEqual(wide, []);
      assert.deepEqual(problems, []);
      await close();
    }
  });
}

test("the keyboard alone adds an item, changes it, moves it and applies a budget", async () => {
  const { page, close } = await opened("plan=create&budget=2");
  const tabTo = async (selector) => {
    for (let presses = 0; presses < 80; presses += 1) {
      if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`the keyboard does not reach ${selector}`);
  };
  await tabTo('[data-add="upscale"]');
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.localName === "rate-card-form");
  await page.keyboard.press("Space");
  assert.equal((await total(page)).expected, 6);
  await page.focus('[data-item="1"] .handle');
  await page.keyboard.press("ArrowUp");
  await tabTo('[data-item="0"] .entry-quantity input');
  await page.keyboard.press("ArrowUp");
  assert.equal((await total(page)).expected, 8);
  await settled(page);
  await tabTo("#budget");
  await page.keyboard.type("6");
  await tabTo("#apply-budget");
  await page.keyboard.press("Enter");
  assert.equal((await total(page)).expected, 6);
  await close();
});

test("with 500 items one is changed without drawing the others", async () => {
  const { page, close } = await opened(`plan=${Array(500).fill("create;quality=draft").join(",")}`);
  const changed = await page.evaluate(async () => {
    const rows = new Set();
    const observer = new MutationObserver((records) => records.forEach(({ target }) => rows.add((target.closest ? target : target.parentElement).closest("li[data-item]")?.dataset.item)));
    observer.observe(document.querySelector(".entries"), { subtree: true, childList: true, attributes: true, characterData: true });
    const input = document.querySelector('[data-item="250"] .entry-quantity input');
    input.value = "2";
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await Promise.resolve();
    observer.disconnect();
    return [...rows];
  });
  assert.deepEqual(changed.filter((item) => item !== "250"), []);
  assert.equal((await total(page)).expected, 1002);
  await close();
});
