/** Lighthouse's marks for every view, with its mobile setting: a slow telephone on a slow network. */
import lighthouse from "lighthouse";
import { launch } from "../../www/tests/browsing.mjs";

const VIEWS = ["studio", "plan", "activity", "rates"];
export const MARKS = ["performance", "accessibility", "best-practices", "seo"];

async function judge(browser, address) {
  // A profile of its own for each, because what a worker keeps would make the second one fast.
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const { lhr } = await lighthouse(address, { logLevel: "error", output: "json", onlyCategories: MARKS }, undefined, page);
  await context.close();
  if (lhr.runtimeError !== undefined) throw new Error(`${address}: ${lhr.runtimeError.message}`);
  const missed = Object.values(lhr.audits)
    .filter(({ score, scoreDisplayMode }) => score !== null && score < 1 && ["binary", "numeric", "metricSavings"].includes(scoreDisplayMode))
    .map(({ id, displayValue }) => (displayValue === undefined ? id : `${id} (${displayValue})`));
  return { marks: MARKS.map((name) => Math.round(lhr.categories[name].score * 100)), missed, version: lhr.lighthouseVersion };
}

export async function judging(origin) {
  const chromium = await launch();
  try {
    const found = [];
    for (const view of VIEWS) {
      const address = view === VIEWS[0] ? `${origin}/` : `${origin}/#view=${view}`;
      found.push({ view, ...(await judge(chromium.browser, address)) });
      console.log(view, found.at(-1).marks.join(" "), found.at(-1).missed.join(", "));
    }
    return found;
  } finally {
    await chromium.close();
  }
}
