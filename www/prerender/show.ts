/**
 * Shows the studio's first frame while the scripts are still coming, where it is what they will show: to whoever has chosen nothing
 * yet. What is shown can not be used until they are there.
 */
import { hasAnotherCard } from "../src/card-seen.js";
import { storedKey } from "../src/credential.js";
import { keptState } from "../src/state-kept.js";
import { localeFor, preferredLanguage } from "../src/text/language.js";
import { writeFigures } from "./figures.js";
import type { FirstFrame } from "./first-frame.js";

/** The build writes it before this file. */
declare const FIRST_FRAME: FirstFrame;

function show(page: HTMLElement): void {
  const { link, formats, styles, frames } = FIRST_FRAME;
  const language = preferredLanguage();
  const { html, cannotStart } = frames[language];
  document.documentElement.lang = language;
  // Without its scripts the page must not stay empty, and no price without anything behind it.
  addEventListener("load", () => {
    if ("begun" in page.dataset) return;
    page.inert = false;
    page.textContent = cannotStart;
  });
  const isFirst = ["", link].includes(location.hash) && storedKey() === null && keptState() === null && !hasAnotherCard();
  if (!isFirst || !("setHTMLUnsafe" in page)) return;
  const brand = page.querySelector("h1");
  page.setHTMLUnsafe(writeFigures(html, formats, localeFor(language)));
  page.inert = true;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  for (const { shadowRoot } of page.querySelectorAll(".price-tag")) shadowRoot?.adoptedStyleSheets.push(sheet);
  if (brand !== null) page.querySelector(".top")?.prepend(brand);
}

const page = document.getElementById("page");
if (page !== null) show(page);
