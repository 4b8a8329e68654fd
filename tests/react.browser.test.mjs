/** The React hooks in Chromium, with React's development build and its strict mode. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open } from "../www/tests/browsing.mjs";
import { bundle, serve } from "./serving.mjs";

const html = (root) => `<!doctype html><title>react</title><link rel="icon" href="data:,"><div id="root">${root}</div><script type="module" src="/page.js"></script>`;
/** What a server renders for the page's first state. */
const RENDERED =
  '<div><input type="range" min="1" max="20" aria-label="Variations" value="4"/><output>4 cost 16</output><p>covered</p></div>';

let server;
let chromium;
before(async () => {
  server = await serve({ "/": html(""), "/hydrated": html(RENDERED), "/page.js": await bundle("pages/react.js") });
  chromium = await launch();
});
after(async () => {
  await chromium?.close();
  await server?.close();
});

const opened = async (path = "/") => {
  const { page, problems, close } = await open(chromium.browser, `${server.origin}${path}`);
  await page.waitForSelector("output");
  return { page, problems, close };
};

test("the price follows the slider within the same event", async () => {
  const { page, problems, close } = await opened();
  const shown = await page.evaluate(() => {
    const slider = document.querySelector("input");
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
    return ["5", "10", "2", "11"].map((value) => {
      set.call(slider, value);
      window.flushSync(() => slider.dispatchEvent(new InputEvent("input", { bubbles: true })));
      return document.querySelector("output").textContent;
    });
  });
  assert.deepEqual(shown, ["5 cost 20", "10 cost 40", "2 cost 8", "out-of-range"]);
  assert.deepEqual(problems, []);
  await close();
});

test("a render with inputs that hold the same gives the same answers", async () => {
  const { page, close } = await opened();
  const { same, renders, effects } = await page.evaluate(() => {
    const before = window.seen.effects;
    for (let round = 0; round < 10; round += 1) window.flushSync(() => window.renderAgain());
    const { estimates, preflights, effects } = window.seen;
    const last = (answers) => answers.slice(-10).every((answer) => answer === answers.at(-1));
    return { same: last(estimates) && last(preflights), renders: estimates.length, effects: effects - before };
  });
  assert.ok(renders >= 11);
  assert.equal(same, true);
  assert.equal(effects, 0);
  await close();
});

test("a changed plan is never answered with the answer of another", async () => {
  const { page, close } = await opened();
  assert.deepEqual(await page.evaluate(() => window.wrongAnswers()), []);
  await close();
});

test("what the server rendered is taken over without a difference", async () => {
  const { page, problems, close } = await opened("/hydrated");
  assert.equal(await page.$eval("output", (output) => output.textContent), "4 cost 16");
  await page.focus("input");
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.$eval("output", (output) => output.textContent), "5 cost 20");
  assert.deepEqual(problems, []);
  await close();
});
