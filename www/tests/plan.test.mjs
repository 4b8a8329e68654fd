import assert from "node:assert/strict";
import { test } from "node:test";
import { change, press, receipt, text } from "./browsing.mjs";
import { linkHas, planning, settled, THREE, titles, total, type } from "./planning.mjs";

const { opened, key } = planning();

test("an operation is added with its form open and the focus in it, and is edited in place", async () => {
  const { page, problems, close } = await opened();
  assert.match(await text(page, ".plan-list .empty"), /No items yet/);
  await press(page, '[data-add="create"]');
  await page.waitForFunction(() => document.activeElement.localName === "rate-card-form");
  assert.equal((await total(page)).expected, 4);
  await change(page, "variations", 3, "range");
  assert.equal((await total(page)).expected, 12);
  await change(page, "quality", "draft");
  assert.equal((await total(page)).expected, 6);
  assert.deepEqual(await titles(page), ["Create · Best match · Draft"]);
  await linkHas(page, "plan=create;quality=draft;variations:3");
  await linkHas(page, "item=1");
  await press(page, ".entries .edit");
  assert.equal(await page.$("rate-card-form"), null);
  assert.deepEqual(problems, []);
  await close();
});

test("an operation whose choice must be made is added without a price, and says what is missing", async () => {
  const { page, close } = await opened();
  await press(page, '[data-add="edit"]');
  assert.equal(await total(page), null);
  assert.equal(await text(page, ".entries .fault"), "Choose the edit.");
  await change(page, "edit", "general");
  assert.equal((await total(page)).expected, 4);
  assert.equal(await page.$(".entries .fault"), null);
  await close();
});

test("a quantity is typed in, its fault stands at the item, and the total follows before the next frame", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  const expected = await page.evaluate(async () => {
    const input = document.querySelector(".entry-quantity input");
    input.value = "6";
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await Promise.resolve();
    return Number(document.querySelector("#run-plan price-tag").shadowRoot.querySelector('[part="amount"]').textContent);
  });
  assert.equal(expected, 40);
  await type(page, ".entry-quantity input", "");
  assert.equal(await total(page), null);
  assert.ok((await text(page, '[data-item="0"] .fault')).length > 0);
  assert.equal(await page.$eval(".entry-quantity input", (input) => input.ariaInvalid), "true");
  await close();
});

/** On the free tier, which has 20 free units of this model. */
const FREE = "create;model=huggingface-flux;quantity:19";
for (const [what, plan, isFree] of [
  ["no free unit", "create,upscale;mode=fast", false],
  ["free units, and some left", `${FREE},create`, true],
  ["free units that another item takes", `${FREE},create;model=huggingface-flux;quantity:4`, true],
]) {
  test(`the price of the moment after a key is what the next frame shows, with ${what}`, async () => {
    const { page, close } = await opened(`plan=${plan}`);
    const hints = await page.$$eval(".entries .hint", (all) => all.map(({ textContent }) => textContent).join(" "));
    assert.equal(/free/.test(hints), isFree, hints);
    const shown = await page.evaluate(async () => {
      const found = [];
      const tag = document.querySelector("#run-plan price-tag");
      for (const input of document.querySelectorAll(".entry-quantity input")) {
        for (const value of ["1", "", "20", "21", "3"]) {
          input.value = value;
          input.dispatchEvent(new InputEvent("input", { bubbles: true }));
          const soon = JSON.stringify(tag.price);
          await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
          found.push([value, soon, JSON.stringify(tag.price)]);
        }
      }
      return found;
    });
    for (const [value, soon, then] of shown) assert.equal(soon, then, value);
    assert.ok(new Set(shown.map(([, soon]) => soon)).size > 4);
    await close();
  });
}

test("what is pressed in the moment after a key is what the page shows by then", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  const pressed = await page.evaluate(() => {
    const input = document.querySelector(".entry-quantity input");
    input.value = "10000";
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    const run = document.querySelector("#run-plan");
    const before = run.ariaDisabled;
    run.click();
    // Without a key, what may run asks for one.
    return { before, after: run.ariaDisabled, asked: document.querySelector("#account").open };
  });
  assert.deepEqual(pressed, { before: null, after: "true", asked: false });
  await close();
});

/** Does several things in one task, before any frame, and then waits for the frame. */
const atOnce = (page, work) => page.evaluate(`(async () => {
  const typed = (selector, value) => {
    const input = document.querySelector(selector);
    input.value = value;
    input.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
  };
  const field = (name) => document.querySelector("rate-card-form").shadowRoot.querySelector('input[type="range"][name="' + name + '"]');
  (${work})({ typed, field });
  await new Promise(requestAnimationFrame);
})()`);

test("what is pressed in the moment after a key loses nothing of what was typed", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  await press(page, '[data-item="2"] .remove');
  await atOnce(page, ({ typed }) => {
    typed(".entry-quantity input", "7");
    document.querySelector(".notice [data-undo]").click();
  });
  await linkHas(page, "quantity:7");
  assert.equal((await titles(page)).length, 2);
  await close();
});

test("a plan with a fault shows no price, whatever was typed the moment before", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  await type(page, ".entry-quantity input", 0);
  await page.waitForFunction(() => location.hash.includes("quantity:0"));
  const { hash } = new URL(page.url());
  await atOnce(
    page,
    `({ typed }) => {
      typed(".entry-quantity input", "1");
      history.replaceState(null, "", ${JSON.stringify(hash)});
      dispatchEvent(new HashChangeEvent("hashchange"));
    }`,
  );
  assert.equal(await total(page), null);
  await close();
});

test("keys that come in one frame all count, in one field and in several, even while the plan has a fault", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  await atOnce(page, ({ typed }) => {
    typed('[data-item="0"] .entry-quantity input', "6");
    typed('[data-item="0"] .entry-quantity input', "67");
    typed('[data-item="1"] .entry-quantity input', "");
    typed('[data-item="2"] .entry-quantity input', "8");
    typed('[data-item="1"] .entry-quantity input', "9");
  });
  const quantities = await page.$$eval(".entry-quantity input", (all) => all.map(({ value }) => value));
  assert.deepEqual(quantities, ["67", "9", "8"]);
  await linkHas(page, "quantity:67");
  await linkHas(page, "quantity:9");
  await linkHas(page, "quantity:8");
  await close();
});

test("two fields of an item that change in one frame both count", async () => {
  const { page, close } = await opened(`plan=${THREE}&item=1`);
  await page.waitForSelector("rate-card-form");
  await atOnce(page, ({ typed, field }) => {
    typed(".entry-quantity input", "7");
    const variations = field("variations");
    variations.value = "3";
    variations.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
  });
  await linkHas(page, "quantity:7");
  await linkHas(page, "variations:3");
  assert.equal(await page.$eval("rate-card-form", (form) => form.item.quantity), 7);
  await close();
});

test("an item is duplicated, removed with the focus staying in the list, and brought back", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  await press(page, '[data-item="0"] .duplicate');
  assert.equal((await total(page)).expected, 56);
  await press(page, '[data-item="1"] .remove');
  assert.equal((await total(page)).expected, 36);
  assert.equal(await page.evaluate(() => document.activeElement.closest("li").dataset.item), "1");
  await press(page, ".plan-run .notice button");
  assert.equal((await total(page)).expected, 56);
  await press(page, "#clear-plan");
  assert.equal((await titles(page)).length, 0);
  await press(page, ".plan-run .notice button");
  assert.equal((await titles(page)).length, 4);
  await close();
});

test("the arrow keys move an item, and the focus and the announcement go with it", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  await page.focus('[data-item="0"] .handle');
  await page.keyboard.press("ArrowDown");
  assert.deepEqual(await titles(page), ["Edit · General Edit · Best match", "Create · Best match · Standard", "Social Optimizer"]);
  assert.equal(await page.evaluate(() => document.activeElement.ariaLabel), "2: move Create · Best match · Standard");
  assert.equal(await text(page, "output[aria-live]"), "Create · Best match · Standard is now item 2 of 3.");
  await page.keyboard.press("End");
  assert.equal((await titles(page))[2], "Create · Best match · Standard");
  await page.keyboard.press("ArrowDown");
  assert.equal((await titles(page))[2], "Create · Best match · Standard");
  await page.keyboard.press("Home");
  assert.equal((await titles(page))[0], "Create · Best match · Standard");
  await linkHas(page, `plan=${THREE}`);
  await close();
});

test("buttons move an item as well, and hand the focus on at the end of the list", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  await page.focus('[data-item="0"] .down');
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.className), "quiet down");
  await page.keyboard.press("Enter");
  assert.equal((await titles(page))[2], "Create · Best match · Standard");
  assert.equal(await page.evaluate(() => document.activeElement.className), "handle");
  assert.equal(await page.$eval('[data-item="2"] .down', (button) => button.disabled), true);
  await press(page, '[data-item="2"] .up');
  assert.equal((await titles(page))[1], "Create · Best match · Standard");
  await close();
});

test("an item is dragged by its handle to another place, and Escape leaves it where it was", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  const middle = (selector) =>
    page.$eval(selector, (element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return [left + width / 2, top + height / 2];
    });
  const drag = async () => {
    const [x, y] = await middle('[data-item="0"] .handle');
    const [, below] = await middle('[data-item="2"]');
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, below + 8, { steps: 4 });
    assert.equal(await page.$eval('[data-item="2"]', (row) => row.dataset.drop), "after");
  };
  const before = await titles(page);
  await drag();
  await page.keyboard.press("Escape");
  await page.mouse.up();
  assert.deepEqual(await titles(page), before);
  await drag();
  await page.mouse.up();
  assert.deepEqual(await titles(page), [before[1], before[2], before[0]]);
  assert.equal(await page.$("[data-dragged], [data-drop]"), null);
  await close();
});

test("an open item stays open where it is moved to, and its link opens it again", async () => {
  const { page, close } = await opened(`plan=${THREE}&item=2`);
  assert.equal(await page.$eval("rate-card-form", (form) => form.operation), "edit");
  await press(page, '[data-item="1"] .up');
  assert.equal(await page.$eval("rate-card-form", (form) => form.closest("li").dataset.item), "0");
  await linkHas(page, "item=1");
  await type(page, '[data-item="0"] .entry-quantity input', 2);
  assert.equal(await page.$eval("rate-card-form", (form) => form.item.quantity), 2);
  await close();
});

test("what is wrong with one item is said at it, and there is no total", async () => {
  const { page, close } = await opened("plan=create,create;colour=red,nothing");
  assert.equal(await total(page), null);
  assert.match(await text(page, '[data-item="1"] .fault'), /colour/);
  assert.match(await text(page, '[data-item="2"] .fault'), /nothing/);
  assert.equal(await page.$('[data-item="0"] .fault'), null);
  for (const panel of [".plan-budget", ".plan-tiers", ".plan-why"]) assert.match(await text(page, panel), /marked items are corrected/);
  await close();
});

test("more items than a plan may have are shown, and the plan as a whole says so", async () => {
  const { page, close } = await opened(`plan=${Array(501).fill("social").join(",")}`);
  assert.equal((await page.$$(".entries > li")).length, 501);
  assert.match(await text(page, ".plan-list > .fault"), /500/);
  await close();
});


/* --------------------------------------------------------------------------------------- templates and why */

test("templates are added to the plan, or take its place with a way back", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  const shown = await page.$$eval("[data-offer] price-tag", (tags) => tags.map(({ price }) => price.expected));
  assert.deepEqual(shown, [29, 12, 21, 90]);
  await press(page, '[data-offer="blog-post"] button');
  assert.equal((await titles(page)).length, 6);
  await settled(page);
  await press(page, '[data-offer="content-library"] button:last-child');
  assert.equal((await total(page)).expected, 90);
  await press(page, ".plan-run .notice button");
  assert.equal((await titles(page)).length, 6);
  await close();
});

test("why the plan costs what it costs is shown on demand, and kept in the link", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  assert.equal(await page.$(".plan-why price-breakdown"), null);
  await page.click(".plan-why summary");
  await page.waitForSelector(".plan-why price-breakdown");
  await linkHas(page, "why=open");
  await close();
  const again = await opened(`plan=${THREE}&why=open`);
  assert.equal(await again.page.$eval(".plan-why price-breakdown", ({ estimate }) => estimate.total.expected), 36);
  await again.close();
});

test("a cheaper way is applied to its item, with a way back", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  await press(page, ".plan-why .ways button");
  assert.equal((await total(page)).expected, 31);
  await press(page, ".plan-run .notice button");
  assert.equal((await total(page)).expected, 36);
  await close();
});

test("the places further down are reached from beside the total", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  for (const [at, heading] of ["why-heading", "budget-heading", "tiers-heading", "offers-heading", "share-heading"].entries()) {
    await page.$$eval(".plan-balance nav button", (buttons, at) => buttons[at].click(), at);
    assert.equal(await page.evaluate(() => document.activeElement.id), heading);
  }
  await close();
});

test("the plan is run and charged, and the receipt stands beside it", async () => {
  const { page, close } = await opened(`plan=social;platforms:3,create;model=stability-core&key=${key()}`);
  await page.waitForFunction(() => document.querySelector("#verdict-plan").textContent.includes("Covered"));
  await press(page, "#run-plan");
  assert.equal(await receipt(page), 3);
  await close();
});
