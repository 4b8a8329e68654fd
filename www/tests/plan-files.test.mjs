import assert from "node:assert/strict";
import { test } from "node:test";
import { RateCard } from "../../pkg/node.js";
import { press, text } from "./browsing.mjs";
import { linkHas, planning, THREE, titles, total } from "./planning.mjs";

const card = RateCard.builtin();
const { opened } = planning();

const openFile = (page, file, content) =>
  page.evaluate(
    ({ file, content }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([content], file));
      const input = document.getElementById("open-plan");
      input.files = transfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    },
    { file, content },
  );

/** What a button would save as a file. */
async function saved(page, button) {
  return page.evaluate(async (button) => {
    const blob = await new Promise((resolve) => {
      const { createObjectURL } = URL;
      URL.createObjectURL = (made) => {
        URL.createObjectURL = createObjectURL;
        resolve(made);
        return createObjectURL.call(URL, made);
      };
      document.querySelector(button).click();
    });
    // Unlike `text()`, this keeps the byte order mark.
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await blob.arrayBuffer());
  }, button);
}

test("JSON that was saved opens as the same plan", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  const json = await saved(page, "#save-json");
  assert.equal(card.estimate(JSON.parse(json)).total.expected, 36);
  await press(page, "#clear-plan");
  await openFile(page, "plan.json", json);
  await page.waitForSelector(".entries");
  assert.equal((await total(page)).expected, 36);
  await linkHas(page, `plan=${THREE}`);
  await openFile(page, "bare.json", '[{"operation": "social"}]');
  await page.waitForFunction(() => document.querySelectorAll(".entries > li").length === 1);
  await press(page, ".plan-run .notice button");
  assert.equal((await total(page)).expected, 36);
  await close();
});

test("CSV has the fields and the prices of each item, with a point before decimals in every locale", async () => {
  const { page, close } = await opened("plan=create;width:2048;variations:3,edit;edit=general;quantity:2", { locale: "de-DE" });
  const csv = await saved(page, "#save-csv");
  assert.deepEqual(csv.split("\r\n"), [
    "\uFEFFoperation,width,variations,edit,quantity,line title,output count,free count,unit low,unit expected,unit high,total low,total expected,total high",
    "create,2048,3,,1,Create · Best match · Standard,3,0,3.3,4.4,5.5,9.9,13.2,16.5",
    "edit,,,general,2,Edit · General Edit · Best match,2,0,3,4,5,6,8,10",
    "",
  ]);
  await close();
});

test("CSV that was saved opens as the same plan, whatever stands in its text", async () => {
  const nasty = ["=HYPERLINK(1)", "+1", "-1", "@x", "'quoted", 'say "hi", ok', "two\nlines", "ä – 💡", "\ttab"];
  const plan = nasty.map((text) => `create;colour=${encodeURIComponent(text)};quantity:2`).join(",");
  const { page, close } = await opened(`plan=${plan}`);
  const csv = await saved(page, "#save-csv");
  for (const row of csv.split("\r\n").slice(1)) {
    for (const cell of row.split(",")) assert.doesNotMatch(cell.replace(/^"/, ""), /^[=+@\t]|^-(?!\d)/);
  }
  assert.match(csv, /'=HYPERLINK\(1\)/);
  assert.match(csv, /"say ""hi"", ok"/);
  const before = await saved(page, "#save-json");
  await press(page, "#clear-plan");
  await openFile(page, "plan.csv", csv);
  await page.waitForSelector(".entries");
  assert.equal(await saved(page, "#save-json"), before);
  await close();
});

test("a table that a spreadsheet has written with semicolons or tabs is opened as well", async () => {
  const { page, close } = await opened();
  for (const separator of [";", "\t"]) {
    const rows = [["operation", "edit", "variations", "quantity"], ["edit", "general", "2", "3"], ["social", "", "", ""]];
    await openFile(page, "sheet.csv", rows.map((row) => row.join(separator)).join("\n"));
    await page.waitForFunction(() => document.querySelectorAll(".entries > li").length === 2);
    assert.equal((await total(page)).expected, 24);
    await press(page, "#clear-plan");
  }
  await close();
});

test("what is wrong in a file is listed by item, and the plan before it comes back", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  await openFile(page, "odd.json", '{"items": [{"operation": "create", "variations": 99}, 7, {"operation": "edit", "tags": ["a"]}, {"operation": "social"}]}');
  await page.waitForSelector("#open-report");
  const report = await page.$$eval("#open-report li", (lines) => lines.map((line) => line.textContent));
  assert.equal(report.length, 4);
  assert.match(report[0], /^Item 2: is not an item/);
  assert.match(report[1], /^Item 3: tags is neither/);
  assert.match(report[2], /^Item 1: /);
  assert.match(report[3], /^Item 2: Choose the edit/);
  assert.equal((await titles(page)).length, 3);
  await press(page, ".plan-run .notice button");
  assert.equal((await total(page)).expected, 36);
  await press(page, "#open-report button");
  assert.equal(await page.$("#open-report"), null);
  await close();
});

test("a file without a plan changes nothing and says so", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  for (const [content, said] of [["{", /not valid JSON/], ["hello", /holds no plan/], ["{}", /holds no plan/], ["a,b\n1,2", /holds no plan/], ["", /holds no plan/], ['operation\ncreate\n"open', /row 3/]]) {
    await openFile(page, `${said.source}.txt`, content);
    await page.waitForFunction((name) => document.getElementById("open-report")?.textContent.includes(name), {}, said.source);
    assert.match(await text(page, "#open-report"), said);
    assert.equal((await total(page)).expected, 36);
  }
  await close();
});

test("a file that is dragged over the view says that it can be dropped, and is opened there", async () => {
  const { page, close } = await opened();
  const drag = (type) =>
    page.evaluate((type) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['{"operation": "social"}'], "one.json"));
      document.querySelector(".plan-list").dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
      return document.querySelector(".plan-view").classList.contains("over");
    }, type);
  assert.equal(await drag("dragenter"), true);
  assert.equal(await drag("dragover"), true);
  assert.equal(await drag("dragleave"), false);
  await drag("dragenter");
  assert.equal(await drag("drop"), false);
  await page.waitForSelector(".entries");
  assert.deepEqual(await titles(page), ["Social Optimizer"]);
  await close();
});

test("on paper the plan is an estimate with its card, its date and its total, and nothing else", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  await page.emulateMediaType("print");
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  const visible = await page.evaluate(() => document.body.innerText);
  assert.match(visible, /^Estimate · Image Studio/);
  assert.ok(visible.includes(card.fingerprint));
  assert.match(visible, /Total\s+36\s+27–45/);
  assert.doesNotMatch(visible, /Run plan|Try it|Fit a budget/);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  assert.equal(await page.$(".quote"), null);
  assert.ok((await page.pdf()).length > 1000);
  await close();
});

test("the link is copied", async () => {
  const { page, close } = await opened(`plan=${THREE}`);
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => (window.copied = text) } }));
  await press(page, "#copy-link");
  await page.waitForFunction(() => window.copied === location.href);
  assert.match(await text(page, ".plan-run .notice"), /Link copied/);
  await close();
});
