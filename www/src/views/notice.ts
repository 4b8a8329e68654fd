import { html, nothing, type TemplateResult } from "lit";
import type { AnyItem, Card } from "pricetag";
import type { Charging } from "../charging.js";
import { figure, formats } from "../figures.js";
import type { Notice, Place } from "../notices.js";
import type { Receipt } from "../server.js";
import type { Studio } from "../studio.js";
import { text } from "../text/index.js";
import { picturesView } from "./picture.js";

export function noticeView(studio: Studio, charging: Charging, place: Place): TemplateResult | typeof nothing {
  const notice = studio.notices.get(place);
  if (notice === undefined) return nothing;
  return html`<section class="notice ${notice.kind === "problem" ? "problem" : ""}" data-kind=${notice.kind} data-place=${place}>
    ${notice.kind === "receipt"
      ? receiptView(notice.receipt, notice.items, studio.document)
      : html`<p>${notice.kind === "problem" ? notice.message() : notice.message}</p>`}
    <div class="actions">
      ${actions(notice, studio, charging, place)}
      <button type="button" class="quiet" @click=${() => studio.dismiss(place)}>${text.dismiss}</button>
    </div>
  </section>`;
}

/** Scrolls as far as it takes to see what is told of a place; where it is on the screen already, nothing moves. */
export function bringIntoSight(place: Place): void {
  const notice = document.querySelector(`.notice[data-place="${place}"]`);
  if (notice === null) return;
  const { top, bottom } = notice.getBoundingClientRect();
  if (top < 0 || bottom > innerHeight) notice.scrollIntoView({ block: "nearest" });
}

function actions(notice: Notice, studio: Studio, charging: Charging, place: Place): TemplateResult | typeof nothing {
  if (notice.kind === "said" && studio.canUndo(place)) {
    return html`<button type="button" data-undo @click=${() => studio.undo(place)}>${text.undo}</button>`;
  }
  if (notice.kind !== "problem") return nothing;
  const { accept, retry } = notice;
  const attempt = accept ?? retry;
  if (attempt === undefined) return nothing;
  const send = (): void => {
    void charging.send(place, attempt, null);
  };
  return html`<button type="button" data-attempt @click=${send}>
      ${accept === undefined ? text.retry : `${text.accept} · ${figure(attempt.accepted.high, studio.document.unit ?? "credit")}`}
    </button>
    ${accept === undefined ? html`<small>${text.retryHint}</small>` : html`<small>${text.acceptHint}</small>`}`;
}

function receiptView(receipt: Receipt, items: readonly AnyItem[], card: Card): TemplateResult {
  const { id, charge, released, estimate, balance } = receipt;
  const { unit = "credit" } = card;
  const available = balance.available === null ? text.unlimited : formats.credits(balance.available);
  const charged = estimate.total.high === 0 ? text.elements.included.toLowerCase() : figure(charge, unit);
  const row = (name: string, value: TemplateResult | string): TemplateResult =>
    html`<dt>${name}</dt>
      <dd>${value}</dd>`;
  return html`<h3>${text.receipt}</h3>
    <dl class="figures">
      ${row(text.estimated, figure(estimate.total, unit))}
      ${row(text.charged, html`<strong data-charge=${charge}>${charged}</strong>`)}
      ${row(text.released, formats.credits(released))} ${row(text.newBalance, available)}
      ${row(text.receiptNumber, html`<code>${id}</code>`)}
    </dl>
    ${picturesView(receipt, items, card)}`;
}
