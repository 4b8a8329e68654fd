/** An account that has a history, and the activity view once it shows it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { open } from "./browsing.mjs";
import { binary } from "./serving.mjs";

export const view = (browser, server, hash = "", options = {}) =>
  open(browser, `${server.origin}/#key=${server.key}&view=activity${hash}`, { locale: "en-US", ...options });

/** The view once its figures stand in it. */
export async function activity(browser, server, hash = "", options = {}) {
  const shown = await view(browser, server, hash, options);
  await shown.page.waitForSelector('.activity[aria-busy="false"] .activity-entries[aria-busy="false"]');
  return shown;
}

export const get = async (server, path) => {
  const answer = await fetch(`${server.origin}${path}`, { headers: { Authorization: `Bearer ${server.key}` } });
  return answer.json();
};

/** Places a plan at the price that the server tells. */
export async function send(server, path, plan, asset) {
  const estimated = await fetch(`${server.origin}/v1/estimate`, { method: "POST", body: JSON.stringify({ plan }) });
  const { card, total } = await estimated.json();
  const answer = await fetch(`${server.origin}${path}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${server.key}`, "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
    body: JSON.stringify({
      plan,
      accepted: { fingerprint: card.fingerprint, high: total.high },
      ...(asset === undefined ? {} : { asset }),
    }),
  });
  assert.equal(answer.status, 201);
  return answer.json();
}

/** Charges a hold whole, as a worker does with a key of its own. */
export async function capture(server, hold) {
  const made = execFileSync(binary(), ["key", "new", "--database", join(server.folder, "ledger.db"), "--scopes", "settle"], { encoding: "utf8" });
  const [key] = /pk_[A-Za-z0-9_-]+/.exec(made);
  const answer = await fetch(`${server.origin}/v1/holds/${hold}/capture`, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
    body: "{}",
  });
  assert.ok(answer.ok, await answer.text());
}

/** Four charges of 4, 20, 2 and 0 credits, and a hold. */
export async function spend(server) {
  const two = [{ operation: "create", quality: "premium", variations: 2 }, { operation: "create", variations: 2 }];
  await send(server, "/v1/charges", { items: [{ operation: "create" }] }, "campaign");
  await send(server, "/v1/charges", { items: two }, "campaign");
  await send(server, "/v1/charges", { items: [{ operation: "upscale", mode: "fast" }] });
  await send(server, "/v1/charges", { items: [{ operation: "social", platforms: 1 }] });
  return send(server, "/v1/holds", { items: [{ operation: "create" }] });
}

/** The cells of a table, row by row, as a person reads them. */
export const cells = (page, selector) =>
  page.$$eval(`${selector} tr`, (rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.replace(/\s+/g, " ").trim())));

/** Waits until something says this. */
export const shows = (page, selector, expected) =>
  page.waitForFunction(
    (selector, expected) => document.querySelector(selector)?.innerText.replace(/\s+/g, " ").includes(expected),
    {},
    selector,
    expected,
  );

/** Waits until the link says this; it follows a moment after the last change. */
export const linked = (page, part) => page.waitForFunction((part) => location.hash.includes(part), {}, part);
