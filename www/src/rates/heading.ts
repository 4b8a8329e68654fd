import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Context } from "../context.js";
import { figure, formats } from "../figures.js";
import { text } from "../text/index.js";
import type { Bench } from "./bench.js";

/** Which card it is, and what holds for all of it. */
export function headingView(context: Context, bench: Bench): TemplateResult {
  const { card, document } = context.studio;
  const { unit = "credit", money, step } = document;
  const copy = (): void => {
    const said = (message: string) => () => {
      bench.copied = message;
      context.announce(message);
    };
    navigator.clipboard
      .writeText(card.fingerprint)
      .then(said(text.ratesView.fingerprintCopied), said(text.ratesView.fingerprintNotCopied));
  };
  return html`<h2 id="rates-heading" tabindex="-1">${text.ratesView.heading(document.title ?? document.id)}</h2>
    <dl class="rates-facts">
      <div>
        <dt>${text.ratesView.version}</dt>
        <dd>${card.version}</dd>
      </div>
      ${money === undefined
        ? nothing
        : html`<div>
            <dt>${text.ratesView.perCredit(text.elements.unit(unit, 1))}</dt>
            <dd>${formats.money(1, money)}</dd>
          </div>`}
      ${step === undefined
        ? nothing
        : html`<div>
            <dt>${text.ratesView.step}</dt>
            <dd>${text.ratesView.stepValue(figure(step, unit))}</dd>
          </div>`}
      <div class="fingerprint">
        <dt>${text.ratesView.fingerprint}</dt>
        <dd>
          <code id="fingerprint">${card.fingerprint}</code>
          <button type="button" class="quiet" aria-label=${text.ratesView.copyFingerprintLabel} @click=${copy}>${text.ratesView.copyFingerprint}</button>
          <span class="hint">${bench.copied}</span>
        </dd>
      </div>
    </dl>`;
}

/** The search, and how much it has found; a screen reader is told when that changes. */
export function searchView(context: Context, found: number, all: number): TemplateResult {
  const { own, keep } = context;
  const search = own.get("search") ?? "";
  const set = (value: string): void => keep("search", value === "" ? null : value);
  const count = formats.whole(all);
  return html`<search class="rates-search">
    <label for="rates-search">${text.ratesView.search}</label>
    <input
      id="rates-search"
      type="search"
      autocomplete="off"
      spellcheck="false"
      aria-describedby="rates-search-hint"
      .value=${live(search)}
      @input=${(event: Event) => set((event.target as HTMLInputElement).value)}
    />
    <p class="hint">
      <span id="rates-search-hint">${text.ratesView.searchHint}</span>
      <span role="status" id="rates-found">${search.trim() === "" ? text.ratesView.all(count, all === 1) : text.ratesView.found(formats.whole(found), count)}</span>
    </p>
    ${found > 0
      ? nothing
      : html`<div class="rates-nothing">
          <p>${text.ratesView.nothingFound(search.trim())}</p>
          <button type="button" @click=${() => {
            set("");
            document.getElementById("rates-search")?.focus();
          }}>${text.ratesView.clearSearch}</button>
        </div>`}
  </search>`;
}
