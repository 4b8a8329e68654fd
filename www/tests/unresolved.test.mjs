/** Work whose charge is not known to have happened is charged once, whatever the person does before Run is pressed again. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { change, launch, open, press, receipt, text } from "./browsing.mjs";
import { binary, serve } from "./serving.mjs";

let server;
let chromium;
before(async () => {
  [server, chromium] = await Promise.all([serve({ tier: "pro" }), launch()]);
});
after(async () => {
  await chromium?.close();
  await server?.close();
});

const available = async () => (await server.account()).balance.available;

/** The server gets the first charge of a tab, and its answer is lost. */
const LOST = () => {
  const send = window.fetch;
  window.fetch = async (...request) => {
    const answer = await send(...request);
    if (request[1]?.method !== "POST" || sessionStorage.getItem("lost") !== null) return answer;
    sessionStorage.setItem("lost", "");
    throw new TypeError("the connection was closed");
  };
};

const opened = async (hash, lost = LOST) => {
  const shown = await open(chromium.browser, `${server.origin}/#key=${server.key}&${hash}`, { locale: "en-US", before: lost });
  await shown.page.waitForFunction(() => document.querySelector(".account summary span")?.textContent.includes("Pro"));
  return shown;
};

const undo = async (page) => {
  await page.keyboard.down("Control");
  await page.keyboard.press("z");
  await page.keyboard.up("Control");
};

const quantity = (page, value) =>
  page.$eval(".entry-quantity input", (input, value) => {
    input.value = value;
    for (const type of ["input", "change"]) input.dispatchEvent(new Event(type, { bubbles: true }));
  }, value);

/** What is done between the lost answer and Run, and what that itself is charged. */
const BETWEEN = [
  ["another operation was looked at", "form=create", "#run-form", async (page) => {
    await press(page, "#tab-upscale");
    await press(page, "#tab-create");
  }],
  ["the activity was looked at", "form=create", "#run-form", async (page) => {
    await press(page, '.views a[href*="view=activity"]');
    await page.waitForSelector(".view-activity");
    await press(page, ".views a");
    await page.waitForSelector("#run-form");
  }],
  ["a cheaper way was taken and taken back", "form=create;model=stability-ultra", "#run-form", async (page) => {
    await page.waitForSelector(".price-column .ways button");
    await press(page, ".price-column .ways button");
    await undo(page);
  }],
  ["other work was run", "form=create", "#run-form", async (page) => {
    await change(page, "variations", 2, "range");
    await press(page, "#run-form");
    const other = await receipt(page);
    await change(page, "variations", 1, "range");
    return other;
  }],
  ["the page was loaded again", "form=create", "#run-form", async (page) => {
    await page.reload({ waitUntil: "networkidle0" });
  }],
  ["an item was added to the plan and taken back", "plan=create", "#run-plan", async (page) => {
    await press(page, "#add-to-plan");
    await press(page, ".notice [data-undo]");
  }],
  ["a quantity was changed and changed back", "plan=create", "#run-plan", async (page) => {
    await quantity(page, "2");
    await quantity(page, "1");
  }],
  ["the notice was dismissed", "form=create", "#run-form", (page) => press(page, ".run-panel .notice .quiet")],
];

for (const [what, hash, button, act] of BETWEEN) {
  test(`after a lost answer Run charges once although ${what}`, async () => {
    const { page, close } = await opened(hash);
    await press(page, button);
    await page.waitForSelector("[data-attempt]");
    const charged = await available();
    const other = (await act(page)) ?? 0;
    await press(page, button);
    await receipt(page);
    assert.equal(await available(), charged - other);
    assert.equal(await page.$eval(button, ({ ariaDisabled }) => ariaDisabled), "true");
    assert.equal(await page.evaluate(() => sessionStorage.getItem("pricetag.unresolved")), null);
    await close();
  });
}

for (const status of [502, 504, 408]) {
  test(`a proxy's ${status} without a word of the server leaves it open whether it was charged`, async () => {
    const { page, close } = await opened("form=create", `(${String((status) => {
      const send = window.fetch;
      let lost = false;
      window.fetch = async (...request) => {
        const answer = await send(...request);
        if (request[1]?.method !== "POST" || lost) return answer;
        lost = true;
        return new Response("<html><h1>Bad gateway</h1></html>", { status, headers: { "Content-Type": "text/html" } });
      };
    })})(${status})`);
    await press(page, "#run-form");
    await page.waitForSelector(".run-panel .notice.problem");
    assert.match(await text(page, ".run-panel .notice"), /it is not known whether this was charged/);
    assert.ok(await page.$(".run-panel [data-attempt]"));
    const charged = await available();
    await press(page, "#run-form");
    await receipt(page);
    assert.equal(await available(), charged);
    await close();
  });
}

test("an attempt belongs to its key: another key's account is charged by an attempt made for it", async () => {
  const command = (...words) => execFileSync(binary(), [...words, "--database", join(server.folder, "ledger.db")], { encoding: "utf8" });
  command("account", "new", "--tier", "pro", "--grant", "2000", "--id", "other");
  const [other] = /pk_[A-Za-z0-9_-]+/.exec(command("key", "new", "--account", "other", "--scopes", "estimate,hold,settle,read"));
  const { page, close } = await opened("form=create");
  const sent = [];
  page.on("request", (request) => {
    if (request.method() === "POST") sent.push(request.headers()["idempotency-key"]);
  });
  const use = async (key) => {
    await press(page, "#forget-key");
    await page.$eval("#key", (input, key) => (input.value = key), key);
    await press(page, ".key-form button");
    await page.waitForFunction(() => document.querySelector(".account summary span").textContent.includes("Pro"));
  };
  await press(page, "#run-form");
  await page.waitForSelector("[data-attempt]");
  const charged = await available();
  await use(other);
  assert.equal(await page.$("[data-attempt]"), null);
  await press(page, "#run-form");
  await receipt(page);
  await use(server.key);
  assert.equal(await page.$("[data-charge]"), null);
  const kept = await page.evaluate(() => sessionStorage.getItem("pricetag.unresolved"));
  assert.ok(!kept.includes(server.key.slice(20)));
  await press(page, "#run-form");
  await receipt(page);
  assert.equal(await available(), charged);
  assert.equal(sent.length, 3);
  assert.equal(sent[2], sent[0]);
  assert.notEqual(sent[1], sent[0]);
  await close();
});

for (const refused of [false, true]) {
  test(`a late ${refused ? "refusal" : "answer"} for one key leaves the other key's account as it is`, async () => {
    const { page, close } = await open(chromium.browser, `${server.origin}/#key=pk_0000000000000000_${"A".repeat(43)}`, {
      before: `(${String((refused) => {
        const send = window.fetch;
        let first = true;
        window.fetch = async (...request) => {
          if (request[0] !== "/v1/account" || !first) return send(...request);
          first = false;
          const account = { accountId: "other", tier: "basic", balance: { posted: 1, held: 0, available: 1 }, freeUnits: {} };
          const body = refused ? { code: "invalid-key", retry: "never" } : account;
          await new Promise((resolve) => (window.release = resolve));
          const answer = new Response(JSON.stringify(body), { status: refused ? 401 : 200 });
          // Told once the page has read it.
          answer.json = async () => {
            setTimeout(() => (window.isRead = true));
            return body;
          };
          return answer;
        };
      })})(${refused})`,
    });
    await page.waitForFunction(() => window.release !== undefined);
    await page.evaluate((key) => (location.hash = `#key=${key}`), server.key);
    await page.waitForFunction(() => document.querySelector(".account summary span").textContent.startsWith("Pro"));
    const before = await text(page, ".account summary span");
    await page.evaluate(() => window.release());
    await page.waitForFunction(() => window.isRead === true);
    assert.equal(await text(page, ".account summary span"), before);
    assert.equal(await page.$(".account .notice"), null);
    assert.equal(await page.evaluate(() => localStorage.getItem("pricetag.key")), server.key);
    await close();
  });
}
