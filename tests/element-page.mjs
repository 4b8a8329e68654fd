/** A page with the elements in Chromium, written in HTML as an author without a bundler writes it. */
import { launch, open } from "../www/tests/browsing.mjs";
import { bundle, serve } from "./serving.mjs";

export const PLAN = '{"items": [{"operation": "create", "variations": 4}]}';
const HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><title>elements</title><link rel="icon" href="data:,">';

/** A server and a browser for one file of tests. */
export async function start() {
  const pages = { "/elements.js": await bundle("pages/elements.js"), "/sent": `${HEAD}<body>sent</body></html>` };
  const server = await serve(pages);
  const chromium = await launch();
  return {
    /** Opens a page with this body; the elements' script is loaded unless it is to come later. */
    async open(body, { later = false } = {}) {
      pages["/"] = `${HEAD}<body>${body}${later ? "" : '<script type="module" src="/elements.js"></script>'}</body></html>`;
      return open(chromium.browser, `${server.origin}/`, { locale: "en-US" });
    },
    async close() {
      await chromium.close();
      await server.close();
    },
  };
}

/** Puts the built-in card to use, and waits until the elements show it. */
export const provide = (page) =>
  page.evaluate(async () => {
    window.provideCard(window.RateCard.builtin());
    await Promise.all([...document.querySelectorAll(":defined")].map((element) => element.updateComplete));
  });

/** What a person sees of every element of a kind: its shadow's text without what is only said, or else its own content. */
export const shown = (page, selector) =>
  page.$$eval(selector, (elements) =>
    elements.map((element) => {
      const copy = document.createElement("div");
      copy.innerHTML = element.shadowRoot.innerHTML;
      for (const said of copy.querySelectorAll(".said")) said.remove();
      const slot = copy.querySelector("slot");
      const text = slot !== null && element.hasChildNodes() ? element.textContent : copy.textContent;
      return text.replace(/\s+/g, " ").trim();
    }),
  );

export const form = (page, work, argument) => page.$eval("rate-card-form", work, argument);
