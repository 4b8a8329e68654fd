/** A real browser, and a page that remembers everything that went wrong in it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer from "puppeteer-core";

const OPTIONS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const BROWSERS = {
  chromium: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: OPTIONS },
  firefox: { browser: "firefox", executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr" },
};

export async function launch(name = "chromium") {
  const userDataDir = mkdtempSync(join(tmpdir(), `pricetag-${name}-`));
  const browser = await puppeteer.launch({ ...BROWSERS[name], userDataDir });
  return {
    browser,
    async close() {
      await browser.close();
      rmSync(userDataDir, { recursive: true, force: true });
    },
  };
}

/**
 * Opens the page in a profile of its own, so that no key is left from another test.
 * `problems` collects console errors and warnings, exceptions and breaches of the content security policy.
 */
export async function open(browser, address, { width = 1280, height = 900, locale, dark = false, before } = {}) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const problems = [];
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.exposeFunction("breach", (text) => problems.push(text));
  await page.evaluateOnNewDocument(() => {
    addEventListener("securitypolicyviolation", (event) => window.breach(`${event.violatedDirective}: ${event.blockedURI}`));
  });
  if (before !== undefined) await page.evaluateOnNewDocument(before);
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }]);
  if (locale !== undefined) {
    const session = await page.createCDPSession();
    await session.send("Emulation.setLocaleOverride", { locale });
  }
  await page.goto(address, { waitUntil: "networkidle0" });
  return { page, problems, close: () => context.close() };
}

/** The text of a price as a person sees it: `16 credits 12–20 $0.16`. */
export const price = (page, selector) =>
  page.$eval(selector, (tag) => {
    const parts = [...tag.shadowRoot.querySelectorAll("[part]")].map((part) => part.textContent.trim());
    return parts.length > 0 ? parts.join(" ") : tag.textContent.trim();
  });

/** The figures behind a price, as the card gave them. */
export const figures = (page, selector) => page.$eval(selector, (tag) => tag.price);

/** Changes a field of the form as a person does: the value, then the events; and waits for the frame that shows what it changed. */
export const change = (page, name, value, type = "") =>
  page.evaluate(
    async ({ name, value, type }) => {
      const { shadowRoot } = document.querySelector("rate-card-form");
      const radio = shadowRoot.querySelector(`input[type="radio"][name="${name}"][value="${value}"]`);
      const control = radio ?? shadowRoot.querySelector(`${type === "" ? "" : `input[type="${type}"]`}[name="${name}"]`);
      if (radio === null) control.value = value;
      else radio.checked = true;
      control.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
      control.dispatchEvent(new Event("change", { bubbles: true }));
      await new Promise(requestAnimationFrame);
    },
    { name, value: String(value), type },
  );

export const press = (page, selector) => page.$eval(selector, (element) => element.click());

export const text = (page, selector) => page.$eval(selector, (element) => element.innerText.replace(/\s+/g, " ").trim());

/** Waits until the charge's answer stands in the page, and gives its receipt's figure. */
export async function receipt(page) {
  const shown = await page.waitForSelector(".notice [data-charge]");
  return shown.evaluate((element) => Number(element.dataset.charge));
}
