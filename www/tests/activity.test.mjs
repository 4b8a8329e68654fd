import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { launch, open, press, text } from "./browsing.mjs";
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

const view = (hash = "", options = {}) =>
  open(chromium.browser, `${server.origin}/#key=${server.key}&view=activity${hash}`, { locale: "en-US", ...options });

/** The view once its figures stand in it. */
async function opened(hash = "", options = {}) {
  const shown = await view(hash, options);
  await shown.page.waitForSelector('.activity[aria-busy="false"] .activity-entries[aria-busy="false"]');
  return shown;
}

const get = async (path) => {
  const answer = await fetch(`${server.origin}${path}`, { headers: { Authorization: `Bearer ${server.key}` } });
  return answer.json();
};

async function send(path, plan, asset) {
  const { fingerprint } = (await (await fetch(`${server.origin}/v1/estimate`, { method: "POST", body: JSON.stringify({ plan }) })).json()).card;
  const answer = await fetch(`${server.origin}${path}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${server.key}`, "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
    body: JSON.stringify({ plan, accepted: { fingerprint, high: 1000 }, ...(asset === undefined ? {} : { asset }) }),
  });
  assert.equal(answer.status, 201);
  return answer.json();
}

/** Four charges of 4, 20, 2 and 0 credits, and a hold. */
async function spend() {
  await send("/v1/charges", { items: [{ operation: "create" }] }, "campaign");
  await send("/v1/charges", { items: [{ operation: "create", quality: "premium", variations: 2 }, { operation: "create", variations: 2 }] }, "campaign");
  await send("/v1/charges", { items: [{ operation: "upscale", mode: "fast" }] });
  await send("/v1/charges", { items: [{ operation: "social", platforms: 1 }] });
  return send("/v1/holds", { items: [{ operation: "create" }] });
}

/** The cells of a table, row by row, as a person reads them. */
const cells = (page, selector) =>
  page.$$eval(`${selector} tr`, (rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.replace(/\s+/g, " ").trim())));

const choose = (page, selector, value) => page.select(selector, value);

const shows = (page, selector, expected) =>
  page.waitForFunction(
    (selector, expected) => document.querySelector(selector)?.innerText.replace(/\s+/g, " ").includes(expected),
    {},
    selector,
    expected,
  );

const hash = (page) => page.evaluate(() => location.hash);

/** Waits until the link says this; it follows a moment after the last change. */
const linked = (page, part) => page.waitForFunction((part) => location.hash.includes(part), {}, part);

test("without a key the view explains what it needs, and leads to where a key is entered", async () => {
  const { page, problems, close } = await open(chromium.browser, `${server.origin}/#view=activity`);
  await page.waitForSelector("#enter-key");
  assert.match(await text(page, ".activity-waits"), /Enter the key of your account/);
  await page.focus("#enter-key");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "key");
  await page.keyboard.type(server.key);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".activity-summary");
  assert.deepEqual(problems, []);
  await close();
});

test("an account that has spent nothing is told so, without a bare 0", async () => {
  const { page, problems, close } = await opened();
  assert.equal(await text(page, '[data-figure="spent"]'), "Spent – no charges");
  assert.equal(await text(page, '[data-figure="days"]'), "Lasts for – nothing was spent in these days");
  assert.match(await text(page, ".activity-spending"), /Nothing was charged in these days/);
  assert.ok(await page.$eval("#find-savings", ({ disabled }) => disabled));
  assert.ok(await page.$eval("#export-usage", ({ disabled }) => disabled));
  assert.deepEqual(await page.$$eval(".entry .what", (all) => all.map((one) => one.innerText)), ["Credits added", "Account opened"]);
  assert.deepEqual(problems, []);
  await close();
});

test("the figures are the ledger's: available, set aside, spent, and how long it lasts", async () => {
  await spend();
  const { page, problems, close } = await opened();
  const usage = await get("/v1/usage");
  const account = await server.account();
  assert.equal(await text(page, '[data-figure="available"] dd'), `${account.balance.available.toLocaleString("en")} credits`);
  assert.equal(await text(page, '[data-figure="held"] dd'), `${account.balance.held} credits`);
  assert.equal(await text(page, '[data-figure="spent"]'), `Spent ${usage.total.charged} credits 4 charges`);
  assert.equal(await text(page, '[data-figure="days"] dd'), `${usage.daysToExhaustion.toLocaleString("en")} days`);
  const [, today] = await cells(page, ".activity-balance table");
  assert.deepEqual(today.slice(1), [account.balance.posted.toLocaleString("en"), String(account.balance.held)]);
  assert.equal((await page.$$(".activity-balance rect.free")).length, 1);
  assert.deepEqual(problems, []);
  await close();
});

test("spending is grouped by operation, day, asset and every choice of the card, as the ledger adds it up", async () => {
  await spend();
  const { page, problems, close } = await opened();
  const options = await page.$$eval("#by option", (all) => all.map(({ value }) => value));
  assert.deepEqual(options.slice(0, 3), ["operation", "day", "asset"]);
  assert.ok(options.includes("model") && options.includes("quality"));
  for (const by of options) {
    await choose(page, "#by", by);
    const usage = await get(`/v1/usage?by=${by}`);
    const title = await page.$eval("#by option:checked", (option) => option.innerText);
    await shows(page, "#spending thead", title);
    const rows = await cells(page, "#spending");
    assert.equal(rows.length, usage.groups.length + 2, by);
    for (const [at, group] of usage.groups.entries()) {
      const charged = group.charged === 0 ? "Included" : String(group.charged);
      assert.deepEqual([rows[at + 1][1], rows[at + 1][3], rows[at + 1][4]], [charged, String(group.captures), String(group.outputs)], by);
    }
  }
  await choose(page, "#by", "asset");
  await shows(page, "#spending tbody", "No asset named");
  assert.equal((await cells(page, "#spending"))[1][0], "campaign");
  await linked(page, "by=asset");
  await page.reload({ waitUntil: "networkidle0" });
  await shows(page, "#spending tbody", "campaign");
  assert.equal(await page.$eval("#by", ({ value }) => value), "asset");
  assert.deepEqual(problems, []);
  await close();
});

test("the days are chosen with presets or dates, and the link brings them back", async () => {
  await spend();
  const { page, problems, close } = await opened();
  for (const [preset, part] of [["7", "range=7"], ["90", "range=90"], ["month", "range=month"], ["last-month", "range=last-month"]]) {
    await choose(page, "#range", preset);
    await linked(page, part);
  }
  await shows(page, ".activity-spending", "Nothing was charged in these days");
  assert.match(await text(page, ".activity-balance"), /not there yet in these days/);
  assert.match(await text(page, ".activity-entries"), /Nothing happened in these days/);
  await shows(page, ".said[aria-live]", "Nothing was charged in these days");
  await choose(page, "#range", "custom");
  await page.waitForSelector("#range-from");
  const day = new Date().toISOString().slice(0, 10);
  const enter = (id, value) =>
    page.$eval(id, (input, value) => {
      input.value = value;
      input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }, value);
  await enter("#range-from", day);
  await enter("#range-to", "2020-01-01");
  await press(page, "#range-apply");
  assert.equal(await page.$eval("#range-to", (input) => input.validationMessage), "The first day must not be after the last, and ten years are the most.");
  await enter("#range-to", day);
  await press(page, "#range-apply");
  await shows(page, '[data-figure="spent"]', "4 charges");
  await linked(page, `range=${day}..${day}`);
  await page.reload({ waitUntil: "networkidle0" });
  await shows(page, '[data-figure="spent"]', "4 charges");
  assert.equal(await page.$eval("#range-from", ({ value }) => value), day);
  await choose(page, "#range", "30");
  await page.waitForFunction(() => !location.hash.includes("range="));
  assert.deepEqual(problems, []);
  await close();
});

test("a link with nonsense in it shows the last thirty days by operation", async () => {
  await spend();
  const { page, problems, close } = await opened("&range=2026-13-01..x&by=colour&before=-7");
  assert.equal(await page.$eval("#range", ({ value }) => value), "30");
  await shows(page, "#spending thead", "Operation");
  assert.match(await text(page, "#position"), /^1–7 of 7$/);
  assert.deepEqual(problems, []);
  await close();
});

test("an entry's receipt opens with the keyboard, and says what was estimated, charged and for what", async () => {
  const hold = await spend();
  const { page, problems, close } = await opened();
  assert.deepEqual(await page.$$eval(".entry .amount", (all) => all.map((one) => one.innerText).slice(0, 4)), [
    "5 credits",
    "Included",
    "-2 credits",
    "-20 credits",
  ]);
  const summaries = await page.$$(".entries summary");
  await summaries[3].focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector(".receipt dl");
  const receipt = await text(page, "details[open] .receipt");
  assert.match(receipt, /Create · .* 2 .* 12/);
  assert.match(receipt, /Status Charged/);
  assert.match(receipt, /Charged 20 credits/);
  assert.match(receipt, /Asset campaign/);
  assert.match(receipt, /hold_[0-9a-f]{32}/);
  assert.match(receipt, /sha256:[0-9a-f]{64}/);
  await page.keyboard.press("Enter");
  assert.equal(await page.$eval(".entries details:nth-of-type(1)", ({ open }) => open), false);
  await summaries[0].click();
  await shows(page, ".entries", hold.id);
  assert.match(await text(page, ".entries"), /Set aside, not yet charged/);
  assert.deepEqual(problems, []);
  await close();
});

test("a receipt that cannot be loaded says so, and is asked for again", async () => {
  await spend();
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

test("what could have been saved is what the card says of each past plan", async () => {
  await spend();
  const { page, problems, close } = await opened();
  assert.equal(await text(page, "#find-savings"), "Look through 4 charges");
  await press(page, "#find-savings");
  await page.waitForSelector('#savings-progress[data-state="done"]');
  const { captures } = await get("/v1/captures");
  const found = new Map();
  for (const { plan } of captures) {
    const answer = await fetch(`${server.origin}/v1/alternatives`, { method: "POST", body: JSON.stringify({ plan, tier: "pro" }) });
    for (const { item, field, option, saves } of await answer.json()) {
      const kind = `${plan.items[item].operation} ${field} ${plan.items[item][field]} ${option}`;
      found.set(kind, (found.get(kind) ?? 0) + saves);
    }
  }
  const due = [...found.values()].sort((one, other) => other - one);
  const rows = (await cells(page, "#savings")).slice(1);
  assert.deepEqual(rows.map(([, saves]) => Number.parseFloat(saves)), due.slice(0, 12));
  assert.ok(rows.some(([change]) => change.startsWith("Quality: Premium → Standard")));
  await shows(page, ".said[aria-live]", `${due.length} kinds of change would have saved credits.`);
  assert.match(await text(page, "#savings-progress"), /4 of 4 charges/);
  assert.deepEqual(problems, []);
  await close();
});

test("looking for savings shows how far it is, waits when the tier allows no more, and can be stopped", async () => {
  await spend();
  const { page, close } = await opened("", {
    before: () => {
      const send = window.fetch;
      window.pages = 0;
      window.fetch = async (path, init) => {
        if (!String(path).startsWith("/v1/captures")) return send(path, init);
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

test("spending and entries are written as files for a spreadsheet", async () => {
  await spend();
  const { page, problems, close } = await opened("&by=asset", {
    before: () => {
      window.files = [];
      HTMLAnchorElement.prototype.click = function () {
        window.files.push({ name: this.download, text: window.blob });
      };
      URL.createObjectURL = (blob) => {
        window.blob = blob.text();
        return "blob:none";
      };
    },
  });
  await press(page, "#export-usage");
  await press(page, "#export-entries");
  await page.waitForFunction(() => window.files.length === 2);
  const [usage, entries] = await page.evaluate(() => Promise.all(window.files.map(async ({ name, text }) => ({ name, text: await text }))));
  assert.match(usage.name, /^usage-by-asset-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/);
  assert.deepEqual(usage.text.split("\r\n").slice(0, 2), ["asset,captures,outputs,estimated,charged,averagePerOutput", "campaign,2,5,24,24,4.8"]);
  const rows = entries.text.split("\r\n");
  assert.equal(rows[0], "seq,at,kind,postedBefore,postedAfter,heldBefore,heldAfter,holdId,asset,note");
  assert.equal(rows.length, 1 + 7 + 1);
  assert.match(rows[1], /^6,.*,hold,1974,1974,0,5,hold_/);
  assert.deepEqual(problems, []);
  await close();
});

test("with the server gone what was loaded stays, and is newer once it is back", async () => {
  await spend();
  const { page, close } = await opened();
  await server.stop();
  await press(page, "#refresh");
  await page.waitForSelector("#activity-problem");
  assert.match(await text(page, "#activity-problem"), /The server cannot be reached\. .* What is shown was loaded/);
  assert.match(await text(page, '[data-figure="spent"]'), /4 charges/);
  await server.start();
  await send("/v1/charges", { items: [{ operation: "upscale", mode: "fast" }] });
  await press(page, "#activity-problem button");
  await shows(page, '[data-figure="spent"]', "5 charges");
  await page.waitForFunction(() => document.querySelector("#activity-problem") === null);
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
  await page.type("#key", server.key);
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
    const { page, close } = await view("", {
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
  assert.ok(!(await hash(page)).includes("pk_"));
  assert.deepEqual(problems, []);
  await close();
});

test("a tier without a limit has no balance to follow, and no end", async () => {
  await server.close();
  server = await serve({ tier: "enterprise" });
  await send("/v1/charges", { items: [{ operation: "create" }] });
  const { page, close } = await opened();
  assert.equal(await text(page, '[data-figure="available"] dd'), "Unlimited");
  assert.equal(await text(page, '[data-figure="days"] dd'), "Without end");
  assert.match(await text(page, ".activity-balance"), /credits are unlimited/);
  await close();
});

for (const width of [320, 1280]) {
  for (const dark of [false, true]) {
    test(`axe finds nothing and nothing is too wide at ${width} pixels, ${dark ? "dark" : "light"}`, async () => {
      await spend();
      const { page, close } = await opened("&range=2026-01-01..2026-12-31&by=model", { width, dark });
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
