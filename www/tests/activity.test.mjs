import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { launch, open, press, text } from "./browsing.mjs";
import { activity, capture, cells, get, linked, send, shows, spend } from "./ledger.mjs";
import { serve } from "./serving.mjs";

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
  assert.equal(await page.$("#find-savings"), null);
  assert.ok(await page.$eval("#export-usage", ({ disabled }) => disabled));
  assert.deepEqual(await page.$$eval(".entry .what", (all) => all.map((one) => one.innerText)), ["Credits added", "Account opened"]);
  assert.deepEqual(problems, []);
  await close();
});

test("the figures are the ledger's: available, set aside, spent, and how long it lasts", async () => {
  await spend(server);
  const { page, problems, close } = await opened();
  const usage = await get(server, "/v1/usage");
  const account = await server.account();
  assert.equal(await text(page, '[data-figure="available"] dd'), `${account.balance.available.toLocaleString("en")} credits`);
  assert.equal(await text(page, '[data-figure="held"] dd'), `${account.balance.held} credits`);
  assert.equal(await text(page, '[data-figure="spent"]'), `Spent ${usage.total.charged} credits 4 charges · $0.26`);
  assert.equal(await text(page, '[data-figure="days"]'), "Lasts for – not enough history yet");
  const [, today] = await cells(page, ".activity-balance table");
  assert.deepEqual(today.slice(1), [account.balance.posted.toLocaleString("en"), String(account.balance.held)]);
  assert.equal((await page.$$(".activity-balance rect.free")).length, 1);
  assert.deepEqual(problems, []);
  await close();
});

test("every charge names what it was for, also from a hold, and on every page of the entries", async () => {
  const names = (page) => page.$$eval(".entry .what", (all) => all.map((one) => one.innerText.replace(/\s+/g, " ").trim()));
  const named = (page) => page.waitForFunction(() => [...document.querySelectorAll(".entry .what")].filter(({ innerText }) => /Charged/.test(innerText)).every((one) => one.querySelector("small") !== null));
  const held = await spend(server);
  await capture(server, held.id);
  const { page, problems, close } = await opened();
  await named(page);
  assert.deepEqual(await names(page), [
    "Charged from what was set aside Create · Best match · Standard",
    "Set aside Create · Best match · Standard",
    "Charged Social Optimizer",
    "Charged Upscale · Fast (4x) · Web",
    "Charged Create · Best match · Premium and 1 more · campaign",
    "Charged Create · Best match · Standard · campaign",
    "Credits added",
    "Account opened",
  ]);
  // A page that begins in the midst of the charges.
  for (let at = 0; at < 60; at += 1) await send(server, "/v1/charges", { items: [{ operation: "upscale", mode: "fast", quantity: (at % 3) + 1 }] });
  await press(page, "#refresh");
  await shows(page, "#position", "1–50 of 68");
  await named(page);
  await press(page, "#older");
  await shows(page, "#position", "51–68 of 68");
  await named(page);
  assert.equal((await names(page)).filter((name) => name === "Charged Upscale · Fast (4x) · Web").length, 11);
  assert.deepEqual(problems, []);
  await close();
});

test("spending is grouped by operation, day, asset and every choice of the card, as the ledger adds it up", async () => {
  await spend(server);
  const { page, problems, close } = await opened();
  const options = await page.$$eval("#by option", (all) => all.map(({ value }) => value));
  assert.deepEqual(options.slice(0, 3), ["operation", "day", "asset"]);
  assert.ok(options.includes("model") && options.includes("quality"));
  for (const by of options) {
    await page.select("#by", by);
    const usage = await get(server, `/v1/usage?by=${by}`);
    const title = await page.$eval("#by option:checked", (option) => option.innerText);
    await shows(page, "#spending thead", title);
    const rows = await cells(page, "#spending");
    assert.equal(rows.length, usage.groups.length + 2, by);
    for (const [at, group] of usage.groups.entries()) {
      const charged = group.charged === 0 ? "Included" : String(group.charged);
      assert.deepEqual([rows[at + 1][1], rows[at + 1][3], rows[at + 1][4]], [charged, String(group.captures), String(group.outputs)], by);
    }
  }
  await page.select("#by", "asset");
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
  await spend(server);
  const { page, problems, close } = await opened();
  for (const [preset, part] of [["7", "range=7"], ["90", "range=90"], ["month", "range=month"], ["last-month", "range=last-month"]]) {
    await page.select("#range", preset);
    await linked(page, part);
  }
  await shows(page, ".activity-spending", "Nothing was charged in these days");
  assert.match(await text(page, ".activity-balance"), /not there yet in these days/);
  assert.match(await text(page, ".activity-entries"), /Nothing happened in these days/);
  await shows(page, "output[aria-live]", "Nothing was charged in these days");
  await page.select("#range", "custom");
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
  await page.select("#range", "30");
  await page.waitForFunction(() => !location.hash.includes("range="));
  assert.deepEqual(problems, []);
  await close();
});

test("a link with nonsense in it shows the last thirty days by operation", async () => {
  await spend(server);
  const { page, problems, close } = await opened("&range=2026-13-01..x&by=colour&before=-7");
  assert.equal(await page.$eval("#range", ({ value }) => value), "30");
  await shows(page, "#spending thead", "Operation");
  assert.match(await text(page, "#position"), /^1–7 of 7$/);
  assert.deepEqual(problems, []);
  await close();
});

test("an entry's receipt opens with the keyboard, and says what was estimated, charged and for what", async () => {
  const hold = await spend(server);
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

test("what could have been saved is what the card says of each past plan", async () => {
  await spend(server);
  // The only one of these with a way that keeps the rank.
  await send(server, "/v1/charges", { items: [{ operation: "edit", edit: "remove-background" }] });
  const { page, problems, close } = await opened();
  assert.equal(await text(page, "#find-savings"), "Look through 5 charges");
  await press(page, "#find-savings");
  await page.waitForSelector('#savings-progress[data-state="done"]');
  const { captures } = await get(server, "/v1/captures");
  const found = new Map();
  for (const { plan } of captures) {
    const answer = await fetch(`${server.origin}/v1/alternatives`, { method: "POST", body: JSON.stringify({ plan, tier: "pro" }) });
    for (const { item, field, option, saves, rank } of await answer.json()) {
      const kind = `${plan.items[item].operation} ${field} ${plan.items[item][field]} ${option}`;
      const known = found.get(kind) ?? { saves: 0, rank };
      found.set(kind, { saves: known.saves + saves, rank: Math.min(known.rank, rank) });
    }
  }
  const due = [...found.values()].sort((one, other) => other.saves - one.saves);
  const [kept, lesser] = [due.filter(({ rank }) => rank >= 0), due.filter(({ rank }) => rank < 0)];
  assert.ok(kept.length > 0 && lesser.length > 0 && lesser[0].saves > kept[0].saves, "the greatest saving is of a lesser result");
  const rows = (await cells(page, "#savings")).slice(1);
  const shown = [...kept.slice(0, 12), ...lesser.slice(0, 12)];
  assert.deepEqual(rows.map(([, saves]) => Number.parseFloat(saves)), shown.map(({ saves }) => saves));
  assert.ok(rows.some(([change]) => change.startsWith("Quality: Premium → Standard")));
  await shows(page, "output[aria-live]", `${due.length} kinds of change would have saved credits.`);
  assert.match(await text(page, "#savings-progress"), /5 of 5 charges/);
  assert.deepEqual(problems, []);
  await close();
});

test("no change would have saved more than was charged: what free units paid for cost nothing", async () => {
  const flux = { operation: "create", model: "huggingface-flux" };
  const { freeUnits } = await get(server, "/v1/account");
  await send(server, "/v1/charges", { items: [{ ...flux, variations: 10, quantity: freeUnits["huggingface-flux"] / 10 }] });
  await send(server, "/v1/charges", { items: [flux] });
  const { captures } = await get(server, "/v1/captures");
  assert.deepEqual(captures.map(({ charge }) => charge), [0, 4]);
  const { page, close } = await opened();
  await press(page, "#find-savings");
  await page.waitForSelector('#savings-progress[data-state="done"]');
  const saved = (await cells(page, "#savings")).slice(1).map(([, saves]) => Number(saves));
  assert.ok(saved.length > 0 && saved.every((credits) => credits > 0 && credits < 4), saved.join());
  await close();
});

test("spending and entries are written as files for a spreadsheet", async () => {
  await spend(server);
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

test("what was charged is held against what was estimated, in all and in each group", async () => {
  const { page, problems, close } = await opened("&by=asset", {
    before: () => {
      const send = window.fetch;
      const figures = (estimated, charged) => ({ captures: 1, lines: 1, outputs: 3, estimated, charged, averagePerOutput: 0.1 });
      const usage = {
        by: "asset",
        from: "2026-11-01",
        to: "2026-11-22",
        total: figures(24.3, 23.9),
        groups: [
          { key: "dearer", ...figures(20, 20.1) },
          { key: "cheaper", ...figures(4.3, 3.8) },
          { key: null, ...figures(0, 0) },
        ],
        daysToExhaustion: 1,
      };
      window.fetch = (path, init) =>
        String(path).startsWith("/v1/usage") ? Promise.resolve(new Response(JSON.stringify(usage))) : send(path, init);
    },
  });
  const [, ...rows] = await cells(page, "#spending");
  assert.deepEqual(
    rows.map((row) => [row[0], row[1], row[2], row[6], row[7]]),
    [
      ["dearer", "20.1", "84.1%", "20", "+0.1"],
      ["cheaper", "3.8", "15.9%", "4.3", "-0.5"],
      ["No asset named", "Included", "–", "Included", "none"],
      ["All", "23.9", "100%", "24.3", "-0.4"],
    ],
  );
  // The server tells it from three days of history on.
  assert.equal(await text(page, '[data-figure="days"]'), "Lasts for 1 day at the rate of these days");
  assert.match(await text(page, ".activity-estimates"), /Estimated 24\.3 credits Charged 23\.9 credits 0\.4 credits less was charged/);
  assert.deepEqual(problems, []);
  await close();
});

test("many groups are shown the dearest first, and the rest when asked for", async () => {
  const { page, close } = await opened("&by=asset", {
    before: () => {
      const send = window.fetch;
      const figures = (charged) => ({ captures: 1, lines: 1, outputs: 1, estimated: charged, charged, averagePerOutput: charged });
      const groups = Array.from({ length: 1200 }, (_, at) => ({ key: `asset ${at}`, ...figures(1200 - at) }));
      const usage = { by: "asset", from: "2026-11-01", to: "2026-11-22", total: figures(720600), groups, groupsLeftOut: 1500, daysToExhaustion: null };
      window.fetch = (path, init) =>
        String(path).startsWith("/v1/usage") ? Promise.resolve(new Response(JSON.stringify(usage))) : send(path, init);
    },
  });
  assert.equal((await cells(page, "#spending tbody")).length, 20);
  await page.focus("#all-groups");
  assert.equal(await text(page, "#all-groups"), "Show all 1,200");
  assert.match(await text(page, ".activity-spending"), /1,500 more were charged less than these\./);
  await page.keyboard.press("Enter");
  assert.equal((await cells(page, "#spending tbody")).length, 1200);
  await page.keyboard.press("Enter");
  assert.equal((await cells(page, "#spending tbody")).length, 20);
  await close();
});

test("every control is reached with the tab key, in the order in which it stands, and shows that it has the focus", async () => {
  await spend(server);
  const { page, close } = await opened(`&range=2026-01-01..${new Date().toISOString().slice(0, 10)}`);
  await page.focus(".activity h2");
  const reached = [];
  for (let at = 0; at < 24; at += 1) {
    await page.keyboard.press("Tab");
    const { name, ring } = await page.evaluate(() => {
      const { id, className, localName } = document.activeElement;
      return { name: id || className || localName, ring: getComputedStyle(document.activeElement).outlineStyle };
    });
    // A date is three fields in one.
    if (reached.at(-1) !== name) reached.push(name);
    assert.notEqual(ring, "none", name);
    if (name === "oldest") break;
  }
  assert.deepEqual(reached, [
    "range",
    "range-from",
    "range-to",
    "range-apply",
    "refresh",
    "export-usage",
    "export-entries",
    "activity-scroll",
    "by",
    "activity-scroll wide",
    "find-savings",
    "newest",
    "newer",
    "older",
    "oldest",
  ]);
  await close();
});
