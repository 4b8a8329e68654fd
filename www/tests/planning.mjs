/** The view of the plan, opened in a real browser against a real server. */
import { after, before } from "node:test";
import { figures, launch, open } from "./browsing.mjs";
import { serve } from "./serving.mjs";

export const THREE = "create;quality=standard;quantity:5,edit;edit=general;variations:4,social;platforms:3";

/** A server and a browser for all tests of a file. */
export function planning() {
  const made = {};
  before(async () => {
    [made.server, made.chromium] = await Promise.all([serve(), launch()]);
  });
  after(async () => {
    await made.chromium?.close();
    await made.server?.close();
  });
  return {
    key: () => made.server.key,
    async opened(state = "", options = {}) {
      const hash = `#view=plan${state === "" ? "" : `&${state}`}`;
      const plan = await open(made.chromium.browser, `${made.server.origin}/${hash}`, { locale: "en-US", ...options });
      await plan.page.waitForSelector(".plan-view");
      return plan;
    },
  };
}

export const total = (page) => figures(page, "#run-plan price-tag");
export const titles = (page) => page.$$eval(".entry-title", (all) => all.map((title) => title.textContent));
export const linkHas = (page, part) => page.waitForFunction((wanted) => decodeURIComponent(location.hash).includes(wanted), {}, part);
/** What takes longer has caught up with the last change. */
export const settled = (page) => page.waitForSelector('.plan-more[aria-busy="false"]');
/** Types a value, and waits for the frame that shows all that it changed. */
export const type = (page, selector, value) =>
  page.$eval(
    selector,
    async (input, value) => {
      input.value = value;
      input.dispatchEvent(new InputEvent("input", { bubbles: true }));
      await new Promise(requestAnimationFrame);
    },
    String(value),
  );
