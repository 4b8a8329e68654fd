/** The elements in Chromium. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PLAN, form, provide, shown, start } from "./element-page.mjs";

let elements;
before(async () => {
  elements = await start();
});
after(() => elements?.close());

test("a price tag shows the figures of its attributes", async () => {
  const { page, problems, close } = await elements.open(`
    <price-tag expected="6.5"></price-tag>
    <price-tag low="12" expected="16" high="20"></price-tag>
    <price-tag expected="16" high="20"></price-tag>
    <price-tag expected="0"></price-tag>
    <price-tag expected="1"></price-tag>
    <price-tag expected="1" unit="token"></price-tag>
    <price-tag expected="6500" locale="de-DE"></price-tag>
    <price-tag expected="16" money='{"currency": "USD", "perCredit": 0.01}'></price-tag>
    <price-tag expected="16" compact></price-tag>
    <price-tag>on request</price-tag>
    <price-tag></price-tag>`);
  assert.deepEqual(await shown(page, "price-tag"), [
    "6.5 credits", "16 credits12–20", "16 credits16–20", "Included", "1 credit", "1 token", "6.500 credits", "16 credits$0.16", "16",
    "on request", "–",
  ]);
  assert.deepEqual(problems, []);
  await close();
});

test("a price tag asks the card what its plan costs, and says what is wrong with the plan", async () => {
  const { page, problems, close } = await elements.open(`
    <price-tag plan='${PLAN}'>…</price-tag>
    <price-tag plan='{"items": [{"operation": "create", "model": "huggingface-flux"}]}'>…</price-tag>
    <price-tag plan='{"items": [{"operation": "create", "model": "huggingface-flux"}]}' free-units='{"huggingface-flux": 1}'>…</price-tag>
    <price-tag plan='{"items": [{"operation": "edit"}]}'>Choose an edit</price-tag>`);
  assert.deepEqual(await shown(page, "price-tag"), ["…", "…", "…", "Choose an edit"]);
  await provide(page);
  assert.deepEqual(await shown(page, "price-tag"), ["16 credits12–20", "4 credits3–5", "Included", "Choose an edit"]);
  const told = await page.$$eval("price-tag", (tags) => tags.map(({ total, errors }) => total?.expected ?? errors[0].code));
  assert.deepEqual(told, [16, 4, 0, "missing-field"]);
  assert.deepEqual(problems, []);
  await close();
});

test("a price given as a property comes before attributes, and these before the plan", async () => {
  const { page, close } = await elements.open(`<price-tag expected="7" plan='${PLAN}'></price-tag>`);
  await provide(page);
  const totals = await page.$eval("price-tag", (tag) => {
    const seen = [];
    tag.price = { low: 1, expected: 2, high: 3 };
    seen.push(tag.total.expected);
    tag.price = null;
    seen.push(tag.total.expected);
    tag.removeAttribute("expected");
    seen.push(tag.total.expected);
    tag.plan = { items: [{ operation: "create" }] };
    seen.push(tag.total.expected);
    tag.plan = null;
    seen.push(tag.total);
    return seen;
  });
  assert.deepEqual(totals, [2, 7, 16, 4, null]);
  await close();
});

test("an element's own card comes before the one that is provided", async () => {
  const { page, close } = await elements.open(`<price-tag plan='${PLAN}'></price-tag><price-tag plan='${PLAN}'></price-tag>`);
  await provide(page);
  await page.evaluate(() => {
    const dearer = window.RateCard.builtin().describe();
    for (const rate of dearer.operations[0].rates) if (rate.price !== undefined) rate.price = 100;
    document.querySelector("price-tag").card = window.RateCard.from(dearer);
  });
  assert.deepEqual(await shown(page, "price-tag"), ["400 credits", "16 credits12–20"]);
  await close();
});

test("an attribute that is no JSON is reported and counts as absent", async () => {
  const { page, problems, close } = await elements.open(`<price-tag plan='{"items": '>unknown</price-tag>`);
  await provide(page);
  assert.deepEqual(await shown(page, "price-tag"), ["unknown"]);
  assert.equal(problems.length, 1);
  assert.match(problems[0], /the attribute `plan` must be JSON, and is `{"items": `/);
  await close();
});

test("a breakdown shows an estimate, asks for one itself, or says what is wrong", async () => {
  const { page, problems, close } = await elements.open(`
    <price-breakdown plan='{"items": [{"operation": "create", "width": 2048, "height": 2048, "variations": 2}]}'></price-breakdown>
    <price-breakdown plan='{"items": [{"operation": "edit"}, {"operation": "create", "variations": 11}]}'></price-breakdown>
    <price-breakdown>soon</price-breakdown>
    <price-breakdown></price-breakdown>`);
  await provide(page);
  const [sized, faulty, waiting, empty] = await shown(page, "price-breakdown");
  assert.match(sized, /Price × 2 8 6–10 Size \+10% 0\.8 0\.6–1 Total 8\.8 6\.6–11/);
  assert.match(faulty, /Choose the edit\. Variations: From 1 to 10\.$/);
  assert.doesNotMatch(faulty, /Total 0/);
  assert.equal(waiting, "soon");
  assert.match(empty, /Total –$/);
  const roundTrip = await page.evaluate(async () => {
    const [from, , to] = document.querySelectorAll("price-breakdown");
    to.setAttribute("estimate", JSON.stringify(window.RateCard.builtin().estimate(from.plan)));
    await to.updateComplete;
    return to.shadowRoot.querySelector("table").textContent === from.shadowRoot.querySelector("table").textContent;
  });
  assert.equal(roundTrip, true);
  assert.deepEqual(problems, []);
  await close();
});

test("a balance meter shows what is left, and what is missing", async () => {
  const meter = (balance) => `<balance-meter plan='${PLAN}' account='{"tier": "free", "balance": ${balance}}'></balance-meter>`;
  const { page, problems, close } = await elements.open(`${meter(50)}${meter(18)}${meter(10)}${meter("null")}<balance-meter>soon</balance-meter>`);
  await provide(page);
  assert.deepEqual(await shown(page, "balance-meter"), [
    "Balance 50 This 16 12–20 Left after 34 30–38",
    "Balance 18 This 16 12–20 Short 2",
    "Balance 10 This 16 12–20 Short 10",
    "Balance Unlimited This 16 12–20 Left after Unlimited",
    "soon",
  ]);
  const told = await page.$$eval("balance-meter", (meters) =>
    meters.map(({ verdict, shadowRoot }) => [verdict, shadowRoot.querySelector('[part="excess"]') !== null]),
  );
  assert.deepEqual(told, [["covered", false], ["may-exceed", true], ["insufficient", true], ["covered", false], [null, false]]);
  const label = await page.$eval("balance-meter", ({ shadowRoot }) => shadowRoot.querySelector('[role="img"]').getAttribute("aria-label"));
  assert.equal(label, "16 credits, between 12 and 20 out of 50; 34 left");
  assert.deepEqual(problems, []);
  await close();
});

test("what a server sent is shown until the script comes, and taken over then", async () => {
  const { page, problems, close } = await elements.open(
    `<price-tag plan='${PLAN}'><b>16 credits</b></price-tag>
    <price-breakdown><p>16 credits for 4</p></price-breakdown>
    <balance-meter account='{"tier": "free", "balance": 50}'><p>50 credits</p></balance-meter>
    <form><rate-card-form name="order"><input name="plain" value="4"></rate-card-form></form>`,
    { later: true },
  );
  const names = ["price-tag", "price-breakdown", "balance-meter", "rate-card-form"];
  const before = await page.evaluate((names) => {
    // Frameworks set properties as soon as there is an element.
    const plan = { items: [{ operation: "create", variations: 5 }] };
    document.querySelector("price-tag").plan = plan;
    document.querySelector("price-breakdown").plan = plan;
    document.querySelector("balance-meter").plan = plan;
    document.querySelector("rate-card-form").item = plan.items[0];
    return names.map((name) => document.querySelector(name).firstElementChild.checkVisibility());
  }, names);
  assert.deepEqual(before, [true, true, true, true]);
  await page.evaluate(async (names) => {
    const script = Object.assign(document.createElement("script"), { type: "module", src: "/elements.js" });
    document.body.append(script);
    await Promise.all(names.map((name) => customElements.whenDefined(name)));
    await Promise.all(names.map((name) => document.querySelector(name).updateComplete));
  }, names);
  const waiting = await page.evaluate((names) => names.map((name) => document.querySelector(name).firstElementChild.checkVisibility()), names);
  assert.deepEqual(waiting, [true, true, true, true]);
  await provide(page);
  const taken = await page.evaluate((names) => names.map((name) => document.querySelector(name).firstElementChild.checkVisibility()), names);
  assert.deepEqual(taken, [false, false, false, false]);
  assert.deepEqual(await shown(page, "price-tag"), ["20 credits15–25"]);
  assert.match((await shown(page, "price-breakdown"))[0], /Price × 5 20/);
  assert.match((await shown(page, "balance-meter"))[0], /Left after 30/);
  assert.equal(await form(page, ({ value }) => value), '{"operation":"create","variations":5}');
  assert.deepEqual(problems, []);
  await close();
});

test("custom properties and parts style an element from outside", async () => {
  const { page, close } = await elements.open(`<price-tag expected="16" low="12" high="20"></price-tag><rate-card-form operation="create"></rate-card-form>`);
  await provide(page);
  const styles = await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
      :root { --pricetag-amount-weight: 900; --pricetag-aside: rgb(1, 2, 3); --pricetag-accent: rgb(4, 5, 6) }
      price-tag::part(unit) { text-transform: uppercase }
      rate-card-form::part(label) { color: rgb(7, 8, 9) }`);
    document.adoptedStyleSheets.push(sheet);
    const style = (name, selector) => getComputedStyle(document.querySelector(name).shadowRoot.querySelector(selector));
    return [
      style("price-tag", "[part=amount]").fontWeight,
      style("price-tag", "[part=range]").color,
      style("price-tag", "[part=unit]").textTransform,
      style("rate-card-form", "[part~=label]").color,
      style("rate-card-form", "input").accentColor,
    ];
  });
  assert.deepEqual(styles, ["900", "rgb(1, 2, 3)", "uppercase", "rgb(7, 8, 9)", "rgb(4, 5, 6)"]);
  await close();
});

test("every part that the documentation names is there", async () => {
  const { page, close } = await elements.open(`
    <price-tag low="1" expected="2" high="3" money='{"currency": "USD", "perCredit": 0.01}'></price-tag><price-tag expected="0"></price-tag>
    <price-breakdown plan='{"items": [{"operation": "create", "width": 2048, "height": 2048}, {"operation": "edit", "edit": "general"}]}'></price-breakdown>
    <balance-meter plan='${PLAN}' account='{"tier": "free", "balance": 10}'></balance-meter>
    <rate-card-form operation="create" account='{"tier": "free", "balance": 10}'></rate-card-form>`);
  await provide(page);
  const parts = await page.evaluate(() => {
    const all = {};
    for (const element of document.querySelectorAll("body > :defined")) {
      if (element.shadowRoot === null) continue;
      const names = [...element.shadowRoot.querySelectorAll("[part]")].flatMap((part) => [...part.part]);
      all[element.localName] = [...new Set([...(all[element.localName] ?? []), ...names])].sort();
    }
    return all;
  });
  assert.deepEqual(parts, {
    "price-tag": ["amount", "included", "money", "range", "unit"],
    "price-breakdown": ["line", "part", "table", "total", "why"],
    "balance-meter": ["band", "bar", "excess", "figure", "figures", "limit", "name", "range", "sure"],
    "rate-card-form": ["chosen", "field", "label", "message", "option", "option-needs", "option-price"],
  });
  await close();
});
