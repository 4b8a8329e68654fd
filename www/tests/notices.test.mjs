/** What the page tells of what was done, and the way back: that it can be seen, and that nothing is charged or moved by it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { change, figures, launch, open, press, receipt, text } from "./browsing.mjs";
import { serve } from "./serving.mjs";

const SOURCES = fileURLToPath(new URL("../src", import.meta.url));

let server;
let chromium;
before(async () => {
  [server, chromium] = await Promise.all([serve({ tier: "pro" }), launch()]);
});
after(async () => {
  await chromium?.close();
  await server?.close();
});

const opened = (hash = "", options = {}) => open(chromium.browser, `${server.origin}/#${hash}`, { locale: "en-US", ...options });

/** What hides an element from a person who looks at the screen as it is; empty where nothing does. */
const hides = (page, selector) =>
  page.$eval(selector, (element) => {
    const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
    const wrong = [];
    if (width < 100 || height < 24) wrong.push(`${width} × ${height} pixels`);
    if (left < 0 || top < 0 || right > innerWidth || bottom > innerHeight) wrong.push(`at ${left}, ${top}`);
    for (let around = element; around !== null; around = around.parentElement) {
      const { opacity, clipPath, visibility } = getComputedStyle(around);
      if (opacity !== "1" || clipPath !== "none" || visibility !== "visible") wrong.push(`${around.className}: ${opacity} ${clipPath} ${visibility}`);
    }
    for (const [x, y] of [[left + width / 2, top + height / 2], [left + 8, top + 8], [right - 8, bottom - 8]]) {
      const found = document.elementFromPoint(x, y);
      if (!element.contains(found)) wrong.push(`under ${found?.className}`);
    }
    return wrong;
  });

const STEPS = [
  ["added from the form", "form=create", "#add-to-plan"],
  ["removed from the plan", "plan=create,upscale;mode=fast", '.items [aria-label^="Remove"]'],
  ["a plan that was cleared", "plan=create", ".plan > header button:last-child"],
  ["a cheaper way of the plan", "plan=create;quality=standard", ".plan .ways button"],
  ["removed in the view of the plan", "view=plan&plan=create,upscale;mode=fast", ".entries .remove"],
];

for (const [width, height] of [[320, 640], [1280, 900]]) {
  for (const dark of [false, true]) {
    test(`what a step did can be seen with its way back, ${width} × ${height}${dark ? ", dark" : ""}`, async () => {
      for (const [what, hash, button] of STEPS) {
        const { page, close } = await opened(hash, { width, height, dark });
        const shown = () => page.evaluate(() => document.querySelectorAll("[data-item]").length);
        const before = await shown();
        await page.waitForSelector(button);
        await press(page, button);
        assert.deepEqual(await hides(page, ".notice"), [], what);
        assert.deepEqual(await hides(page, ".notice .actions"), [], what);
        await (await page.$(".notice [data-undo]")).click();
        assert.equal(await shown(), before, what);
        assert.equal(await page.$(".notice"), null, what);
        await close();
      }
    });
  }
}

test("a notice of the last step makes way for the next, and moves nothing", async () => {
  const { page, close } = await opened("plan=create,upscale;mode=fast");
  const place = () => page.$eval("#run-plan", (button) => JSON.stringify(button.getBoundingClientRect()));
  const before = await place();
  await press(page, "#add-to-plan");
  await press(page, ".notice [data-undo]");
  assert.equal(await place(), before);
  await press(page, "#add-to-plan");
  await change(page, "variations", 2, "range");
  assert.equal(await page.$(".notice"), null);
  await close();
});

for (const [key, modifier] of [["Ctrl+Z", "Control"], ["Cmd+Z", "Meta"]]) {
  test(`${key} takes back what the notice's Undo takes back, but not what a field takes back itself`, async () => {
    const { page, close } = await opened("form=create;model=stability-ultra&plan=create,upscale;mode=fast");
    const items = () => page.$$eval(".items > li", (all) => all.length);
    const undo = async () => {
      await page.keyboard.down(modifier);
      await page.keyboard.press("z");
      await page.keyboard.up(modifier);
    };
    const before = await figures(page, "#run-form price-tag");
    await press(page, '.items [aria-label^="Remove"]');
    await press(page, ".price-column .ways button");
    assert.equal(await items(), 1);
    // The latest first, then the one before.
    await undo();
    assert.deepEqual(await figures(page, "#run-form price-tag"), before);
    assert.equal(await items(), 1);
    await undo();
    assert.equal(await items(), 2);
    await undo();
    assert.equal(await items(), 2);
    await press(page, '.items [aria-label^="Remove"]');
    await page.focus(".entry-quantity input");
    await undo();
    assert.equal(await items(), 1);
    await page.focus("#run-plan");
    await undo();
    assert.equal(await items(), 2);
    await close();
  });
}

test("in the plan's view Ctrl+Z takes back a step of the plan, and no change of the form that cannot be seen", async () => {
  const { page, close } = await opened("form=create;model=stability-ultra&plan=create,upscale;mode=fast");
  const undo = async () => {
    await page.keyboard.down("Control");
    await page.keyboard.press("z");
    await page.keyboard.up("Control");
  };
  await page.waitForSelector(".price-column .ways button");
  await press(page, '.items [aria-label^="Remove"]');
  await press(page, ".price-column .ways button");
  const changed = await figures(page, "#run-form price-tag");
  await press(page, '.views a[href*="view=plan"]');
  await page.waitForSelector(".entries > li");
  const entries = () => page.$$eval(".entries > li", (all) => all.length);
  assert.equal(await entries(), 1);
  await undo();
  assert.equal(await entries(), 2);
  await undo();
  await press(page, ".views a");
  await page.waitForSelector("#run-form price-tag");
  assert.deepEqual(await figures(page, "#run-form price-tag"), changed);
  await close();
});

for (const [what, hash, button] of [["a step", "form=create", "#add-to-plan"], ["a copied link", "plan=create", ".plan > header button"]]) {
  test(`a screen reader is told what the notice of ${what} says`, async () => {
    const { page, close } = await opened(hash);
    await page.waitForSelector(button);
    await press(page, button);
    await page.waitForSelector(".notice");
    const heard = await page.evaluate(() => [".notice p", "output[aria-live]"].map((each) => document.querySelector(each).textContent));
    assert.equal(heard[1], heard[0]);
    await close();
  });
}

/* ---------------------------------------------------------------------------------------------- receipts, and Run */

for (const [width, height] of [[320, 640], [1280, 900]]) {
  for (const [hash, button] of [["form=create&plan=upscale;mode=fast", "#run-form"], ["view=plan&plan=create,upscale;mode=fast", "#run-plan"], ["plan=create", "#run-plan"]]) {
    test(`a receipt is seen and leaves the button where it was, ${width} × ${height}, ${hash}`, async () => {
      const { page, close } = await opened(`key=${server.key}&${hash}`, { width, height });
      await page.waitForSelector(button);
      await page.$eval(button, (element) => element.scrollIntoView({ block: "nearest" }));
      const place = () => page.$eval(button, (element) => JSON.stringify(element.getBoundingClientRect()));
      const before = await place();
      await press(page, button);
      await receipt(page);
      assert.equal(await place(), before);
      assert.deepEqual(await hides(page, ".notice:has([data-charge])"), []);
      assert.deepEqual(await hides(page, ".notice .actions"), []);
      await close();
    });
  }
}

test("what was just charged is not run again by another press of the same button", async () => {
  const { page, close } = await opened(`key=${server.key}&form=create`);
  const before = (await server.account()).balance.available;
  await press(page, "#run-form");
  await receipt(page);
  assert.equal(await page.$eval("#run-form", (button) => button.ariaDisabled), "true");
  assert.equal(await text(page, "#verdict-form"), "Charged. Dismiss the receipt to rerun.");
  await press(page, "#run-form");
  await page.focus("#run-form");
  await page.keyboard.press("Enter");
  // Another work may run at once, and the same when its receipt is gone.
  await change(page, "variations", 2, "range");
  assert.equal(await page.$eval("#run-form", (button) => button.ariaDisabled), null);
  await change(page, "variations", 1, "range");
  assert.equal(await page.$eval("#run-form", (button) => button.ariaDisabled), "true");
  await press(page, ".notice:has([data-charge]) .quiet");
  assert.equal(await page.$eval("#run-form", (button) => button.ariaDisabled), null);
  assert.equal((await server.account()).balance.available, before - 4);
  await press(page, "#run-form");
  await receipt(page);
  assert.equal((await server.account()).balance.available, before - 8);
  await close();
});

test("while it is not known whether it was charged, Run sends the same attempt", async () => {
  const { page, close } = await opened(`key=${server.key}&form=create`, {
    before: () => {
      const send = window.fetch;
      let lost = false;
      window.fetch = async (...request) => {
        const answer = await send(...request);
        if (request[1]?.method !== "POST" || lost) return answer;
        lost = true;
        throw new TypeError("the connection was closed");
      };
    },
  });
  const before = (await server.account()).balance.available;
  await press(page, "#run-form");
  await page.waitForSelector(".run-panel [data-attempt]");
  await press(page, "#run-form");
  assert.equal(await receipt(page), 4);
  assert.equal((await server.account()).balance.available, before - 4);
  await close();
});

/* --------------------------------------------------------------------------------- style sheets that never meet */

const files = (ending, folder = SOURCES) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(ending))
    .map((name) => ({ name, content: readFileSync(join(folder, name), "utf8") }));

test("no class is made of data: each name that an element can have stands in its template", () => {
  const wrong = [];
  for (const { name, content } of files(".ts")) {
    for (const [whole, quoted, bare] of content.matchAll(/\bclass=(?:"([^"]*\$\{(?:[^}"]|"[^"]*")*\}[^"]*)"|\$\{([^}]*)\})/g)) {
      const parts = quoted === undefined ? [bare] : [...quoted.matchAll(/(\S*)\$\{([^}]*)\}/g)].flatMap(([, prefix, made]) => (prefix === "" ? [made] : []));
      // Names between which a condition decides, or what follows a prefix.
      for (const part of parts) if (!/^[^?]+\? "[\w -]*" : "[\w -]*"$/.test(part)) wrong.push(`${name}: ${whole}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("a class of all views has one sheet that says what it is", () => {
  const owners = new Map();
  for (const { name, content } of files(".css", join(SOURCES, "styles"))) {
    if (name === "gallery.css") continue;
    const plain = content.replace(/\/\*.*?\*\//gs, "");
    for (const [, selectors] of plain.matchAll(/([^{};]+)\{/g)) {
      for (const selector of selectors.split(",")) {
        const [, owned] = /^\s*\.([\w-]+)\s*$/.exec(selector) ?? [];
        if (owned !== undefined) owners.set(owned, (owners.get(owned) ?? new Set()).add(name));
      }
    }
  }
  assert.ok(owners.size > 30);
  assert.deepEqual([...owners].filter(([, sheets]) => sheets.size > 1).map(([owned, sheets]) => `${owned}: ${[...sheets].join(", ")}`), []);
});

/** Every rule of the sheets that a view brought along, by what it is for. */
const foreign = (page, view, known) =>
  page.evaluate(
    (view, known) => {
      const rulesOf = (rules) => [...rules].flatMap((rule) => ("selectorText" in rule ? [rule] : "cssRules" in rule ? rulesOf(rule.cssRules) : []));
      const all = (rules) => [...rules].reduce((count, { cssRules = [] }) => count + 1 + all(cssRules), 0);
      const links = [...document.querySelectorAll('link[rel="stylesheet"]')].filter(({ href }) => !known.includes(href));
      const selectors = links.flatMap(({ sheet }) => rulesOf(sheet.cssRules)).flatMap(({ selectorText }) => selectorText.split(/,(?![^(]*\))/));
      const count = links.reduce((sum, { sheet }) => sum + all(sheet.cssRules), 0);
      return { count, wrong: selectors.filter((selector) => !selector.includes(`.view-${view}`)), hrefs: links.map(({ href }) => href) };
    },
    view,
    known,
  );

test("a view that was looked at leaves no style behind for the others", async () => {
  const views = ["plan", "activity", "rates"];
  const hash = `key=${server.key}&plan=create,upscale;mode=fast`;
  const busy = async (page, view) => {
    await page.waitForSelector({ plan: ".plan-share", activity: ".activity-entries .entry", rates: ".rates-offers" }[view]);
    await page.waitForSelector("footer");
  };
  /** Where everything stands, to a pixel. */
  const looks = (page) =>
    page.evaluate(() => {
      scrollTo(0, 0);
      document.activeElement?.blur();
      return [...document.querySelectorAll("main *")]
        .filter((element) => element.closest("svg, code, time") === null)
        .map((element) => {
          const { x, y, width, height } = element.getBoundingClientRect();
          return `${element.localName}.${element.className} ${[x, y, width, height].map(Math.round).join(" ")}`;
        });
    });
  for (const view of views) {
    const { page, close } = await opened(`view=${view}&${hash}`, { height: 2000 });
    await busy(page, view);
    const known = await page.$$eval('link[rel="stylesheet"]', (links) => links.map(({ href }) => href));
    const before = await looks(page);
    for (const other of [...views.filter((each) => each !== view), view]) {
      await press(page, `.views a[href*="view=${other}"]`);
      await busy(page, other);
      if (other === view) continue;
      const { count, wrong, hrefs } = await foreign(page, other, known);
      assert.ok(count > 50, `${count} rules of ${other}`);
      assert.deepEqual(wrong, []);
      known.push(...hrefs);
    }
    await page.waitForNetworkIdle({ idleTime: 50 });
    assert.deepEqual(await looks(page), before, view);
    await close();
  }
});

test("nothing that can be pressed is hidden from those who look", async () => {
  for (const hash of ["form=create&plan=create", "view=plan&plan=create", `key=${server.key}&view=activity`, "view=rates"]) {
    const { page, close } = await opened(hash);
    await page.waitForSelector("footer");
    const found = await page.$$eval(".visually-hidden", (all) => {
      const pressed = all.flatMap((element) => [element, ...element.querySelectorAll("*")]).filter((element) => element.matches("button, a, select, section, input"));
      return { count: all.length, pressed: pressed.filter((element) => element.closest("label") === null).map(({ outerHTML }) => outerHTML) };
    });
    assert.ok(found.count > 0);
    assert.deepEqual(found.pressed, []);
    await close();
  }
});
