// Takes pictures of the page: node xtask/js/screenshots.mjs <folder for the README's> <folder for all others>
//
// From a real server (PRICETAG_BIN) with some activity in it, which is made through the API and is the same each time.
// The README's are each view in light and dark at 1280 pixels; the others, at more widths, are for looking at.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch, open } from "../../www/tests/browsing.mjs";
import { serve } from "../../www/tests/serving.mjs";

const [shown, others] = process.argv.slice(2);

const FORM = "form=create;model=wavespeed-ideogram-v3;variations:4;width:2048";
const PLAN = "plan=create;quality=standard;quantity:5,edit;edit=inpaint;quantity:3,upscale;mode=fast;quantity:4,social;platforms:3";
const VIEWS = ["studio", "plan", "activity", "rates"];
/** The width of the README's pictures, and those that are only looked at. */
const SHOWN_WIDTH = 1280;
const WIDTHS = [320, 768, 1280, 1920];
const CHARGES = 60;
const SEED = 7;

/** The same numbers each time (a linear congruential generator), from 0 to 1. */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** An item by chance, with options that the card has. */
function itemOf(card, random) {
  const among = (list) => list[Math.floor(random() * list.length)];
  const operation = among(card.operations);
  const item = { operation: operation.id };
  for (const { name, options, default: usual } of operation.choices ?? []) if (usual === undefined || random() < 0.6) item[name] = among(options).id;
  for (const { name, max } of operation.counts ?? []) item[name] = 1 + Math.floor(random() * Math.min(max, 4));
  return item;
}

/** Charges of many kinds, for a few assets. What the tier or the card forbids is passed over, as a person would. */
async function use({ origin, key }) {
  const random = numbers(SEED);
  const answer = await fetch(`${origin}/v1/card`);
  const fingerprint = answer.headers.get("etag").replaceAll('"', "");
  const card = await answer.json();
  const assets = ["spring-campaign", "product-shots", "blog-headers"];
  let charged = 0;
  for (let number = 0; charged < CHARGES && number < 10 * CHARGES; number += 1) {
    const plan = { items: [itemOf(card, random)] };
    const asset = assets[Math.floor(random() * assets.length)];
    const estimate = await (await fetch(`${origin}/v1/estimate`, { method: "POST", body: JSON.stringify({ plan }) })).json();
    if (estimate.total === undefined) continue;
    const { status } = await fetch(`${origin}/v1/charges`, {
      method: "POST",
      headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json", "Idempotency-Key": `picture-charge-${number}` },
      body: JSON.stringify({ plan, accepted: { fingerprint, high: estimate.total.high }, asset }),
    });
    if (status === 201) charged += 1;
  }
  if (charged < CHARGES) throw new Error(`only ${charged} of ${CHARGES} charges were made`);
}

async function take(browser, { origin, key }, view, width, dark, path) {
  const hash = `#view=${view}&key=${key}&${FORM}&${PLAN}`;
  const { page, problems, close } = await open(browser, `${origin}/${hash}`, { width, height: 960, dark, locale: "en-US" });
  await page.waitForFunction(() => document.querySelector('main [aria-busy="true"], main .loading') === null);
  // Fonts and frames are done, so that a picture shows what stays.
  await page.evaluate(() => document.fonts.ready.then(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))));
  await page.screenshot({ path, fullPage: width !== SHOWN_WIDTH || path.startsWith(others) });
  if (problems.length > 0) throw new Error(`${view} at ${width} pixels: ${problems.join("; ")}`);
  await close();
}

mkdirSync(shown, { recursive: true });
mkdirSync(others, { recursive: true });
const server = await serve({ tier: "pro" });
const chromium = await launch();
try {
  await use(server);
  for (const view of VIEWS) {
    for (const scheme of ["light", "dark"]) {
      const name = (width) => (width === SHOWN_WIDTH ? `${view}-${scheme}.png` : `${view}-${scheme}-${width}.png`);
      await take(chromium.browser, server, view, SHOWN_WIDTH, scheme === "dark", join(shown, name(SHOWN_WIDTH)));
      for (const width of WIDTHS) await take(chromium.browser, server, view, width, scheme === "dark", join(others, name(width)));
    }
    console.log(view);
  }
} finally {
  await chromium.close();
  await server.close();
}
