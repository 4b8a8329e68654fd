/** How soon the page answers a person: from a key to the price, to the next frame, and from navigation to the first price. */
import { createServer } from "node:http";
import { launch, open } from "../../www/tests/browsing.mjs";

const PRESSES = 300;
const LOADS = 15;
const SLOWDOWN = 4;

/** Items of every kind, so that the plan is as much work as any. */
const PLAN = Array.from({ length: 50 }, (_, index) =>
  [
    "create;quality=standard;quantity:5",
    "edit;edit=general;width:2048;height:2048;variations:4",
    "upscale;mode=fast;quantity:3",
    "social;platforms:3",
    "create;model=stability-core;variations:2",
  ][index % 5],
).join(",");

const sorted = (figures) => [...figures].sort((a, b) => a - b);
export const median = (figures) => sorted(figures)[Math.floor(figures.length / 2)];
export const p99 = (figures) => sorted(figures)[Math.min(figures.length - 1, Math.ceil(figures.length * 0.99) - 1)];

/**
 * Watches the page from within: from the key until the price beneath `tag` has changed in the DOM, how long the frames
 * of interactions took, and what held the main thread for more than 50 ms.
 */
function watch(tag) {
  const seen = { keys: [], frames: [], longTasks: [] };
  window.seen = seen;
  let pressed = null;
  addEventListener("keydown", () => (pressed = performance.now()), { capture: true });
  new MutationObserver(() => {
    if (pressed !== null) seen.keys.push(performance.now() - pressed);
    pressed = null;
  }).observe(document.querySelector(tag).shadowRoot, { subtree: true, childList: true, characterData: true });
  new PerformanceObserver((list) => {
    for (const { duration, interactionId } of list.getEntries()) if (interactionId > 0) seen.frames.push(duration);
  }).observe({ type: "event", durationThreshold: 16 });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.longTasks.push(duration);
  }).observe({ type: "longtask" });
}

/** The next frame is on the screen, so that each press is an interaction of its own. */
const painted = (page) => page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));

async function press(page, key) {
  await page.keyboard.press(key);
  await painted(page);
}

async function pressing(browser, origin, { hash, tag, focus, keys }) {
  const { page, close } = await open(browser, `${origin}/${hash}`);
  await page.evaluate(focus);
  // The first presses compile what the others run.
  for (let index = 0; index < 40; index += 1) await press(page, keys[index % keys.length]);
  await page.evaluate(watch, tag);
  for (let index = 0; index < PRESSES; index += 1) await press(page, keys[index % keys.length]);
  const seen = await page.evaluate(() => window.seen);
  await close();
  if (seen.keys.length < PRESSES * 0.9) throw new Error(`only ${seen.keys.length} of ${PRESSES} keys changed the price`);
  return seen;
}

/** A slider of the form, with 50 items beside it. */
const onSlider = (browser, origin) =>
  pressing(browser, origin, {
    hash: `#form=create;variations:5&plan=${PLAN}`,
    tag: "#run-form price-tag",
    focus: () => document.querySelector("rate-card-form").shadowRoot.querySelector('input[type="range"]').focus(),
    keys: ["ArrowRight", "ArrowLeft"],
  });

/** The quantity of an item in the middle of the plan: its price and the total of all 50 change. */
const inPlan = (browser, origin) =>
  pressing(browser, origin, {
    hash: `#plan=${PLAN}`,
    tag: "#run-plan price-tag",
    focus: () => document.querySelectorAll(".items input")[25].focus(),
    keys: ["ArrowUp", "ArrowDown"],
  });

/** Draws the slider to and fro with the pointer, and gives what held the main thread. */
async function dragging(browser, origin) {
  const { page, close } = await open(browser, `${origin}/#form=create;variations:5&plan=${PLAN}`);
  await page.evaluate(watch, "#run-form price-tag");
  const slider = await page.evaluateHandle(() => document.querySelector("rate-card-form").shadowRoot.querySelector('input[type="range"]'));
  const { x, y, width, height } = await slider.boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  for (let turn = 0; turn < 10; turn += 1) await page.mouse.move(x + (turn % 2 === 0 ? width - 8 : 8), y + height / 2, { steps: 30 });
  await page.mouse.up();
  await painted(page);
  const { longTasks } = await page.evaluate(() => window.seen);
  await close();
  return longTasks;
}

/**
 * From navigation until the frame that shows the first price is on the screen, and until the page can be used, in a profile that
 * has never seen it. The browser tells the first of the text beside the price, on the same button and drawn with it; of text in a
 * shadow root it does not.
 */
async function firstPrice(browser, origin, hash) {
  const { page, context, shown } = await arrive(browser, `${origin}/${hash}`, () => {
    new MutationObserver(() => {
      const [name, tag] = document.querySelector("#run-form")?.children ?? [];
      if (name === undefined || name.hasAttribute("elementtiming")) return;
      name.setAttribute("elementtiming", "price");
      if (!document.querySelector("#page").inert) window.usable ??= performance.now();
      // The frame that shows the name begins here.
      if ("amount" in window) return;
      window.amount = null;
      requestAnimationFrame(() => (window.amount = tag.shadowRoot?.querySelector('[part="amount"]')?.textContent));
    }).observe(document, { childList: true, subtree: true });
  });
  if (!(await page.evaluate(() => window.amount))) throw new Error("the button was on the screen before its price");
  const usable = await (await page.waitForFunction(() => window.usable)).jsonValue();
  await context.close();
  return { shown, usable };
}

/** From navigation until an element with a timing of its own is on the screen; `mark` runs before the document does. */
async function arrive(browser, address, mark = () => {}) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.evaluateOnNewDocument(mark);
  await page.evaluateOnNewDocument(() => {
    new PerformanceObserver((list) => (window.shown ??= list.getEntries()[0].renderTime)).observe({ type: "element", buffered: true });
  });
  await page.emulateCPUThrottling(SLOWDOWN);
  await page.goto(address);
  const shown = await (await page.waitForFunction(() => window.shown)).jsonValue();
  return { page, context, shown };
}

/** What the browser takes for itself: a page with nothing but a number field and a word. */
const EMPTY = '<!doctype html><title>Empty</title><p elementtiming="word">Empty</p><input type="number" value="5" min="1" max="10000" />';

/** The same with an empty page: from a key to the field's event, and from navigation to the word. */
async function inEmptyPage(browser) {
  const server = createServer((_, response) => response.writeHead(200, { "Content-Type": "text/html" }).end(EMPTY));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${server.address().port}/`;
  try {
    const page = await browser.newPage();
    await page.goto(address);
    await page.focus("input");
    await page.evaluate(() => {
      window.keys = [];
      let pressed;
      addEventListener("keydown", () => (pressed = performance.now()), { capture: true });
      addEventListener("input", () => window.keys.push(performance.now() - pressed), { capture: true });
    });
    for (let index = 0; index < PRESSES; index += 1) await press(page, ["ArrowUp", "ArrowDown"][index % 2]);
    const keys = await page.evaluate(() => window.keys);
    await page.close();
    const loads = [];
    for (let index = 0; index < LOADS; index += 1) {
      const { context, shown } = await arrive(browser, address);
      loads.push(shown);
      await context.close();
    }
    return { keys, loads };
  } finally {
    server.close();
  }
}

export async function using(origin) {
  const chromium = await launch();
  try {
    const { browser } = chromium;
    const slider = await onSlider(browser, origin);
    const plan = await inPlan(browser, origin);
    const longTasks = await dragging(browser, origin);
    const loads = [];
    const linked = [];
    for (let index = 0; index < LOADS; index += 1) {
      loads.push(await firstPrice(browser, origin, "#form=create"));
      linked.push(await firstPrice(browser, origin, "#form=create;variations:2"));
    }
    const empty = await inEmptyPage(browser);
    return { slider, plan, longTasks, loads, linked, empty, version: await browser.version() };
  } finally {
    await chromium.close();
  }
}
