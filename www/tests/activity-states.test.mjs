import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { launch, open, press, text } from "./browsing.mjs";
import { activity, cells, linked, send, shows, spend, view } from "./ledger.mjs";
import { serve } from "./serving.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let server;
let chromium;
before(async () => {
  chromium = await launch();
});
after(() => chromium?.close());
beforeEach(async () => {
  server = await serve({ tier: "pro" });
});
afterEach(() => server?.close());

const opened = (hash = "", options = {}) => activity(chromium.browser, server, hash, options);

test("a receipt that cannot be loaded says so, and is asked for again", async () => {
  await spend(server);
  const { page, close } = await opened();
  await server.stop();
  await press(page, ".entries summary");
  await page.waitForSelector(".receipt button");
  assert.match(await text(page, ".receipt"), /The receipt could not be loaded\. The server cannot be reached/);
  await server.start();
  await press(page, ".receipt button");
  await page.waitForSelector(".receipt dl");
  await close();
});

test("a receipt that is open stays open when the activity is refreshed", async () => {
  await spend(server);
  const { page, problems, close } = await opened();
  await press(page, ".entries summary");
  await page.waitForSelector(".receipt dl");
  const number = await text(page, "details[open] .receipt code");
  await send(server, "/v1/charges", { items: [{ operation: "upscale", mode: "fast" }] });
  await press(page, "#refresh");
  await shows(page, '[data-figure="spent"]', "5 charges");
  await page.waitForFunction(() => document.querySelectorAll(".entries > li").length === 8);
  assert.equal(await text(page, "details[open] .receipt code"), number);
  assert.deepEqual(problems, []);
  await close();
});

/** A ledger of 100,000 entries over 100 days, a thousand a day, in the place of the server's. Each entry adds a credit. */
const manyEntries = () => {
  const send = window.fetch;
  const COUNT = 100_000;
  window.asked = [];
  const json = (value) => new Response(JSON.stringify(value), { status: 200, headers: { "Content-Type": "application/json" } });
  window.fetch = async (path, init) => {
    const url = new URL(path, location.href);
    const number = (name) => Number(url.searchParams.get(name));
    const day = (at) => new Date(Date.parse(`${url.searchParams.get("to")}T00:00:00Z`) - at * 86_400_000).toISOString().slice(0, 10);
    if (url.pathname === "/v1/balances") {
      const length = (Date.parse(url.searchParams.get("to")) - Date.parse(url.searchParams.get("from"))) / 86_400_000 + 1;
      const days = Math.min(length, 100);
      const standing = (back) => ({ seq: COUNT - 1 - back * 1000, posted: COUNT - back * 1000, held: 0 });
      return json({
        from: url.searchParams.get("from"),
        to: url.searchParams.get("to"),
        opening: length >= 100 ? null : standing(days),
        days: Array.from({ length: days }, (_, at) => ({ day: day(days - 1 - at), ...standing(days - 1 - at) })),
      });
    }
    if (url.pathname === "/v1/entries") {
      window.asked.push(url.search);
      const entries = [];
      for (let seq = number("before") - 1; seq >= 0 && entries.length < number("limit"); seq--) {
        entries.push({ seq, kind: "grant", at: "2026-01-01T00:00:00.000Z", postedBefore: seq, postedAfter: seq + 1, heldBefore: 0, heldAfter: 0, holdId: null, asset: null, note: `entry ${seq}` });
      }
      return json({ entries, next: null });
    }
    return send(path, init);
  };
};

test("100,000 entries are paged through with the keyboard, fifty at a time", async () => {
  const { page, problems, close } = await opened("&range=2024-01-01..2026-11-22", { before: manyEntries });
  const notes = () => page.$$eval(".entry .what small", (all) => all.map((one) => one.innerText));
  const at = async (position, first) => {
    await shows(page, "#position", position);
    await page.waitForFunction((first) => document.querySelector(".entry .what small")?.innerText === first, {}, first);
  };
  await at("1–50 of 100,000", "entry 99999");
  assert.equal((await notes()).length, 50);
  const go = async (id) => {
    await page.focus(id);
    await page.keyboard.press("Enter");
  };
  await go("#older");
  await at("51–100 of 100,000", "entry 99949");
  await linked(page, "before=99950");
  // The button keeps the focus, so that the next page is one key away.
  await page.keyboard.press("Enter");
  await at("101–150 of 100,000", "entry 99899");
  await go("#oldest");
  await at("99,951–100,000 of 100,000", "entry 49");
  assert.equal((await notes()).at(-1), "entry 0");
  await go("#older");
  await at("99,951–100,000 of 100,000", "entry 49");
  await linked(page, "before=50");
  await page.reload({ waitUntil: "networkidle0" });
  await at("99,951–100,000 of 100,000", "entry 49");
  await go("#newer");
  await at("99,901–99,950 of 100,000", "entry 99");
  await go("#newest");
  await at("1–50 of 100,000", "entry 99999");
  await page.waitForFunction(() => !location.hash.includes("before="));
  assert.equal((await notes()).length, 50);
  assert.deepEqual(problems, []);
  await close();
});

test("a hundred days are at most ninety bars, and the table beside them says the same", async () => {
  const { page, close } = await opened("&range=2024-01-01..2026-11-22", { before: manyEntries });
  const bars = await page.$$eval(".activity-balance rect.free", (all) => all.length);
  assert.equal(bars, 50);
  const rows = await cells(page, ".activity-balance table");
  assert.equal(rows.length, bars + 1);
  assert.deepEqual(rows[1].slice(1), ["100,000", "–"]);
  assert.match(await text(page, ".activity-balance"), /Every 2 days/);
  await close();
});

test("looking for savings shows how far it is, waits when the tier allows no more, and can be stopped", async () => {
  await spend(server);
  const { page, close } = await opened("", {
    before: () => {
      const send = window.fetch;
      window.pages = 0;
      window.fetch = async (path, init) => {
        // What names the entries asks for charges after a hold; what looks for savings begins with the first.
        if (!String(path).startsWith("/v1/captures") || /after=hold_[0-9a-f]{32}/.test(path)) return send(path, init);
        window.pages += 1;
        if (window.pages > 1) return new Response("{}", { status: 429, headers: { "Retry-After": "3600" } });
        const page = await (await send(path, init)).json();
        return new Response(JSON.stringify({ ...page, next: "hold_more" }));
      };
    },
  });
  await page.focus("#find-savings");
  await page.keyboard.press("Enter");
  await page.waitForSelector('#savings-progress[data-state="waiting"]');
  assert.match(await text(page, "#savings-progress"), /4 of 4 charges looked through Waiting/);
  await press(page, "#stop-savings");
  await page.waitForSelector('#savings-progress[data-state="stopped"]');
  assert.match(await text(page, "#savings-progress"), /Stopped before the end/);
  assert.ok((await cells(page, "#savings")).length > 1);
  assert.ok(await page.$("#find-savings"));
  await close();
});

test("with the server gone what was loaded stays, and is newer once it is back", async () => {
  await spend(server);
  const { page, close } = await opened();
  await server.stop();
  await press(page, "#refresh");
  await page.waitForSelector("#activity-problem");
  assert.match(await text(page, "#activity-problem"), /The server cannot be reached\. .* What is shown was loaded/);
  assert.match(await text(page, '[data-figure="spent"]'), /4 charges/);
  assert.match(await text(page, ".account .notice"), /nothing can be charged until it is back/);
  await server.start();
  await send(server, "/v1/charges", { items: [{ operation: "upscale", mode: "fast" }] });
  await press(page, "#activity-problem button");
  await shows(page, '[data-figure="spent"]', "5 charges");
  await page.waitForFunction(() => document.querySelector("#activity-problem, .account .notice") === null);
  await close();
});

test("a page that is opened while the server is gone says so, and loads when asked again", async () => {
  const { page, close } = await open(chromium.browser, `${server.origin}/#key=${server.key}`, { locale: "en-US" });
  await page.waitForSelector(".account-figures");
  await page.evaluate(() => {
    window.honest = window.fetch;
    window.fetch = (path, init) => (String(path).startsWith("/v1/") ? Promise.reject(new TypeError("gone")) : window.honest(path, init));
  });
  await press(page, "#forget-key");
  await page.evaluate(() => {
    location.hash = "#view=activity";
  });
  await page.waitForSelector("#enter-key");
  await press(page, "#enter-key");
  await page.keyboard.type(server.key);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#load-account");
  assert.match(await text(page, ".activity-waits"), /Your account could not be loaded/);
  await page.evaluate(() => {
    window.fetch = window.honest;
  });
  await press(page, "#load-account");
  await page.waitForSelector(".activity-summary");
  await close();
});

test("refusals of the server are told in words: too many requests, a key without the scope", async () => {
  for (const [status, words] of [[429, /no more requests in this minute/], [403, /may not read/], [503, /too busy/]]) {
    const { page, close } = await view(chromium.browser, server, "", {
      before: `(() => { const send = window.fetch; window.fetch = (path, init) => String(path).startsWith("/v1/usage") ? Promise.resolve(new Response("{}", { status: ${status} })) : send(path, init); })()`,
    });
    await page.waitForSelector("#activity-problem");
    assert.match(await text(page, "#activity-problem"), words);
    await close();
  }
});

test("a charge in the studio stands in the activity when one comes back to it", async () => {
  const { page, problems, close } = await opened();
  const go = (name) => page.$$eval(".views a", (links, name) => links.find((link) => link.innerText === name).click(), name);
  await go("Studio");
  await page.waitForSelector("#run-form");
  await press(page, "#run-form");
  await page.waitForSelector(".notice [data-charge]");
  await go("Activity");
  await shows(page, '[data-figure="spent"]', "1 charge");
  await shows(page, ".entries", "Charged");
  assert.ok(!(await page.evaluate(() => location.hash)).includes("pk_"));
  assert.deepEqual(problems, []);
  await close();
});

test("a tier without a limit has no balance to follow, and no end", async () => {
  await server.close();
  server = await serve({ tier: "enterprise" });
  await send(server, "/v1/charges", { items: [{ operation: "create" }] });
  const { page, close } = await opened();
  assert.equal(await text(page, '[data-figure="available"] dd'), "Unlimited");
  assert.equal(await text(page, '[data-figure="days"] dd'), "Without end");
  assert.match(await text(page, ".activity-balance"), /credits are unlimited/);
  await close();
});

for (const width of [320, 1280]) {
  for (const dark of [false, true]) {
    test(`axe finds nothing and nothing is too wide at ${width} pixels, ${dark ? "dark" : "light"}`, async () => {
      await spend(server);
      const day = new Date().toISOString().slice(0, 10);
      const { page, close } = await opened(`&range=${day}..${day}&by=model`, { width, dark });
      await press(page, "#find-savings");
      await page.waitForSelector('#savings-progress[data-state="done"]');
      await press(page, ".entries summary");
      await page.waitForSelector(".receipt dl");
      const wide = await page.evaluate(() => {
        const limit = document.documentElement.clientWidth;
        const all = [...document.querySelectorAll("*")].filter((element) => element.closest(".activity-scroll") === null);
        return all.filter((element) => element.getBoundingClientRect().right > limit + 0.5).map(({ localName }) => localName);
      });
      assert.deepEqual(wide, []);
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
