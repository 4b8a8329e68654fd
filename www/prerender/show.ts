/**
 * Shows the studio's first frame while the scripts are still coming, where it is what they will show: to whoever has chosen nothing
 * yet. What is shown can not be used until they are there.
 */
import { storedKey } from "../src/credential.js";
import { preferredLanguage } from "../src/text/language.js";
import { writeFigures } from "./figures.js";
import type { FirstFrame } from "./first-frame.js";

/** The build writes it before this file. */
declare const FIRST_FRAME: FirstFrame;

function show(page: HTMLElement): void {
  const { link, formats, styles, frames } = FIRST_FRAME;
  const isFirst = ["", link].includes(location.hash) && storedKey() === null;
  const isShown = page.querySelector("main") !== null;
  if (!isFirst || isShown || !("setHTMLUnsafe" in page)) return;
  const language = preferredLanguage();
  const { html, cannotStart } = frames[language];
  document.documentElement.lang = language;
  const brand = page.querySelector("h1");
  page.inert = true;
  page.setHTMLUnsafe(writeFigures(html, formats));
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  for (const { shadowRoot } of page.querySelectorAll(".price-tag")) shadowRoot?.adoptedStyleSheets.push(sheet);
  if (brand !== null) page.querySelector(".top")?.prepend(brand);
  // A price with nothing behind it must not stay.
  const withdraw = ({ target }: Event): void => {
    if (!(target instanceof HTMLScriptElement)) return;
    page.inert = false;
    page.textContent = cannotStart;
  };
  addEventListener("error", withdraw, { capture: true });
}

const page = document.getElementById("page");
if (page !== null) show(page);
