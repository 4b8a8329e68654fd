import { html, noChange, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Account, AnyCard } from "pricetag";
import { BALANCE_MAX, freeUnitsLeft, tierOf, tierTitle, type Trial } from "../account.js";
import type { Charging } from "../charging.js";
import { figure, formats } from "../figures.js";
import { numberValue } from "../number-value.js";
import type { ServerAccount } from "../server.js";
import type { Studio } from "../studio.js";
import { text } from "../text/index.js";
import { noticeView } from "./notice.js";

/** Whose prices these are in one line, which opens to change that; what it opens to is drawn when the page is `whole`. */
export function accountView(studio: Studio, charging: Charging, whole: boolean): TemplateResult {
  const { account, key, document: card } = studio;
  const unit = card.unit ?? "credit";
  const summary =
    account === null
      ? text.account
      : `${tierTitle(card, account.tier)} · ${account.balance === null ? text.unlimited : figure(account.balance, unit)}`;
  return html`<section class="account panel">
    <details id="account">
      <summary>
        <h2>${key === null ? text.trial : text.account}</h2>
        <span>${summary}</span>
      </summary>
      <div class="account-body">${whole ? bodyView(studio, charging) : nothing}</div>
    </details>
    ${noticeView(studio, charging, "account")}
  </section>`;
}

function bodyView(studio: Studio, charging: Charging): TemplateResult {
  const { account, server, trial, key } = studio;
  if (key === null) return html`${trial === null ? nothing : trialView(studio, trial)} ${keyView(charging)}`;
  return server === null
    ? html`<p class="hint">${studio.notices.has("account") ? nothing : text.loadingAccount}</p>
        ${forgetView(charging)}`
    : html`${serverView(studio, server, account)} ${forgetView(charging)}`;
}

function trialView(studio: Studio, trial: Trial): TemplateResult {
  const { document: card } = studio;
  const setBalance = (event: Event): void => {
    const { validity, valueAsNumber } = event.target as HTMLInputElement;
    trial.faulty = !validity.valid;
    if (validity.valid) trial.balance = valueAsNumber;
    studio.changed();
  };
  const setUnits = (pool: string) => (event: Event): void => {
    const { validity, valueAsNumber } = event.target as HTMLInputElement;
    if (validity.valid) {
      trial.faultyPools.delete(pool);
      trial.freeUnits = { ...trial.freeUnits, [pool]: valueAsNumber };
    } else trial.faultyPools.add(pool);
    studio.changed();
  };
  const pools = freeUnitsLeft(card, { tier: trial.tier, balance: trial.balance, freeUnits: trial.freeUnits });
  const faults = [
    ...(trial.faulty ? [text.balanceFault] : []),
    ...pools.filter(({ pool }) => trial.faultyPools.has(pool)).map(({ title, monthly }) => text.freeUnitsFault(title, formats.whole(monthly))),
  ];
  return html`<div class="account-fields">
      <label>
        <span>${text.tier}</span>
        <select id="trial-tier" @change=${(event: Event) => studio.chooseTier((event.target as HTMLSelectElement).value)}>
          ${(card.tiers ?? []).map(
            ({ id, title, monthlyCredits }) =>
              html`<option value=${id} .selected=${live(id === trial.tier)}>
                ${title ?? id} – ${monthlyCredits === "unlimited" ? text.monthlyUnlimited : text.monthly(formats.credits(monthlyCredits))}
              </option>`,
          )}
        </select>
      </label>
      <label>
        <span>${text.balance}</span>
        ${trial.balance === null
          ? html`<input type="text" disabled value=${text.unlimited} />`
          : html`<input
              id="trial-balance"
              type="number"
              inputmode="decimal"
              min="0"
              max=${BALANCE_MAX}
              step="0.001"
              required
              aria-invalid=${trial.faulty ? "true" : nothing}
              .value=${trial.faulty ? noChange : numberValue(trial.balance)}
              @input=${setBalance}
            />`}
      </label>
      ${pools.map(
        ({ pool, title, left, monthly }) =>
          html`<label>
            <span>${title}</span>
            <input
              type="number"
              inputmode="numeric"
              min="0"
              max=${monthly}
              step="1"
              required
              aria-invalid=${trial.faultyPools.has(pool) ? "true" : nothing}
              .value=${trial.faultyPools.has(pool) ? noChange : numberValue(left)}
              @input=${setUnits(pool)}
            />
          </label>`,
      )}
    </div>
    <p class="hint">${faults.length > 0 ? html`<span class="fault">${faults.join(" ")}</span>` : text.trialHint}</p>`;
}

function keyView(charging: Charging): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const input = (event.target as HTMLFormElement).elements.namedItem("key") as HTMLInputElement;
    const key = input.value.trim();
    if (key === "") return;
    input.value = "";
    void charging.useKey(key);
  };
  return html`<form class="key-form" @submit=${submit}>
    <label>
      <span>${text.haveKey}</span>
      <input id="key" name="key" type="password" autocomplete="off" spellcheck="false" placeholder="pk_…" aria-describedby="key-hint" />
    </label>
    <button type="submit">${text.useKey}</button>
    <p class="hint" id="key-hint">${text.keyHint}</p>
  </form>`;
}

function forgetView(charging: Charging): TemplateResult {
  return html`<button type="button" id="forget-key" @click=${() => void charging.useKey(null)}>${text.forgetKey}</button>`;
}

function serverView(studio: Studio, server: ServerAccount, account: Account<AnyCard> | null): TemplateResult {
  const { document: card } = studio;
  const { available, held } = server.balance;
  const row = (name: string, value: string): TemplateResult =>
    html`<div>
      <dt>${name}</dt>
      <dd>${value}</dd>
    </div>`;
  return html`<dl class="account-figures">
    ${row(text.tier, tierTitle(card, server.tier))}
    ${row(text.available, available === null ? text.unlimited : formats.credits(available))}
    ${row(text.held, formats.credits(held))}
    ${(account === null ? [] : freeUnitsLeft(card, account)).map(({ title, left, monthly }) =>
      row(title, `${formats.whole(left)} ${text.freeUnitsHint(formats.whole(monthly))}`),
    )}
    ${row(text.tierFeatures, tierOf(card, server.tier)?.features?.join(", ") ?? "–")}
  </dl>`;
}
