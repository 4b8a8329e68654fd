import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { launch, open } from "./browsing.mjs";
import { serve } from "./serving.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let server;
let chromium;
before(async () => {
  [server, chromium] = await Promise.all([serve(), launch()]);
});
after(async () => {
  await chromium?.close();
  await server?.close();
});

async function opened(options = {}, path = "gallery.html") {
  const gallery = await open(chromium.browser, `${server.origin}/${path}`, { locale: "en-US", ...options });
  if (path !== "") await gallery.page.waitForFunction(() => document.querySelector('[data-file="preflight.tsx"]')?.textContent !== "");
  return gallery;
}

/** The result of one specimen, by its title. */
const specimen = async (page, title) => {
  const all = await page.$$(".specimen");
  for (const one of all) if ((await one.$eval("h3", (heading) => heading.textContent)) === title) return one;
  throw new Error(`there is no specimen "${title}"`);
};

for (const path of ["gallery.html", ""]) {
  for (const dark of [false, true]) {
    test(`axe finds nothing on ${path === "" ? "the studio" : "the gallery"}, ${dark ? "dark" : "light"}`, async () => {
      const { page, close } = await opened({ dark }, path);
      // The policy of the page holds for its own scripts, not for what a test evaluates in it.
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

test("every element is shown, with nothing wrong in the console and nothing against the policy", async () => {
  const { page, problems, close } = await opened();
  const counts = await page.evaluate(() =>
    ["price-tag", "price-breakdown", "balance-meter", "rate-card-form"].map((name) => document.querySelectorAll(`.live ${name}:defined`).length),
  );
  assert.ok(counts.every((count) => count >= 4), String(counts));
  assert.deepEqual(problems, []);
  await close();
});

test("the code that is shown is the code that runs", async () => {
  const { page, close } = await opened();
  const different = await page.evaluate(() => {
    /** Tags and attributes without what the elements and their scripts have added since. */
    const bare = (root) => {
      const copy = root.cloneNode(true);
      for (const output of copy.querySelectorAll("output")) output.textContent = "";
      return copy.innerHTML.replace(/<!--.*?-->/g, "").trim();
    };
    return [...document.querySelectorAll(".specimen")].flatMap((specimen) => {
      const live = specimen.querySelector(".live");
      const code = specimen.querySelector("code").textContent;
      if (live === null || !code.startsWith("<")) return [];
      const mounted = document.createElement("template");
      mounted.innerHTML = code;
      const shown = document.createElement("div");
      shown.append(mounted.content.firstElementChild);
      return bare(live) === bare(shown) ? [] : [specimen.querySelector("h3").textContent];
    });
  });
  assert.deepEqual(different, []);
  await close();
});

for (const width of [320, 1280]) {
  test(`nothing is wider than a window of ${width} pixels`, async () => {
    const { page, close } = await opened({ width });
    const wide = await page.evaluate(() => {
      const limit = document.documentElement.clientWidth;
      const all = [...document.querySelectorAll("*")].flatMap((element) => [element, ...(element.shadowRoot?.querySelectorAll("*") ?? [])]);
      const inCode = (element) => element.closest("pre") !== null;
      return all.filter((element) => !inCode(element) && element.getBoundingClientRect().right > limit + 0.5).map(({ localName }) => localName);
    });
    assert.deepEqual(wide, []);
    await close();
  });
}

test("the form is filled in with the keyboard, and what is sent contains the item", async () => {
  const { page, problems, close } = await opened();
  const order = await specimen(page, "In a form that is sent");
  await page.$eval("#order rate-card-form", (form) => form.focus());
  await page.keyboard.press("Space");
  assert.equal(await order.$eval("price-tag", (tag) => tag.total.expected), 2);
  await page.keyboard.press("Enter");
  await page.focus("#order button");
  await page.keyboard.press("Enter");
  const sent = await order.$eval("output", (output) => output.value);
  assert.equal(sent, 'Sent: {"operation":"upscale","mode":"fast"}');
  assert.deepEqual(problems, []);
  await close();
});

test("the hooks' components follow their inputs", async () => {
  const { page, problems, close } = await opened();
  const estimate = await specimen(page, "useEstimate");
  await estimate.$eval("input", (input) => input.focus());
  await page.keyboard.press("ArrowRight");
  assert.equal(await estimate.$eval("output", (output) => output.textContent), "20 credits");
  const preflight = await specimen(page, "usePreflight");
  await preflight.$eval("input", (input) => input.focus());
  await page.keyboard.press("ArrowUp");
  assert.equal(await preflight.$eval("button", (button) => `${button.textContent} ${button.disabled}`), "2 credits short true");
  assert.deepEqual(problems, []);
  await close();
});

test("the studio and the gallery lead to each other, and the studio loads nothing of the gallery", async () => {
  const { page, close } = await opened({}, "");
  const loaded = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname));
  assert.deepEqual(loaded.filter((name) => name.includes("gallery") || name.includes("react")), []);
  await Promise.all([page.waitForNavigation(), page.click("footer a")]);
  assert.equal(new URL(page.url()).pathname, "/gallery.html");
  await page.waitForSelector("header a");
  await Promise.all([page.waitForNavigation(), page.click("header a")]);
  assert.equal(new URL(page.url()).pathname, "/");
  await close();
});
