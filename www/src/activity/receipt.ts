import { html, nothing, type TemplateResult } from "lit";
import type { Line } from "pricetag";
import { figure, formats } from "../figures.js";
import { text } from "../text/index.js";
import { timeText } from "./dates.js";
import type { HoldRecord } from "./ledger.js";
import type { Loaded } from "./loaded.js";
import { chargedText, problemWords } from "./words.js";

/** What an entry was for: line by line what was estimated and charged, and everything that proves it. */
export function receiptView({ value, problem }: Loaded<HoldRecord>, unit: string, again: () => void): TemplateResult {
  const words = text.activityView.receipt;
  if (value !== null) return recordView(value, unit);
  if (problem === null) return html`<p class="receipt hint">${words.loading}</p>`;
  return html`<div class="receipt">
    <p class="fault">${words.failed} ${problemWords(problem)}</p>
    <button type="button" class="small" @click=${again}>${words.retry}</button>
  </div>`;
}

function recordView(hold: HoldRecord, unit: string): TemplateResult {
  const words = text.activityView.receipt;
  const { estimate, settlement, status } = hold;
  const row = (name: string, value: unknown): TemplateResult =>
    html`<div>
      <dt>${name}</dt>
      <dd>${value}</dd>
    </div>`;
  return html`<div class="receipt">
    <div class="activity-scroll wide" tabindex="0" role="region" aria-label=${words.lines}>${linesView(hold)}</div>
    <dl>
      ${row(words.status, words.statuses[status])} ${row(words.estimated, figure(estimate.total, unit))}
      ${row(words.heldAmount, estimate.total.high === 0 ? text.activityView.included : figure(hold.amount, unit))}
      ${settlement === null
        ? nothing
        : html`${row(words.charged, html`<strong>${chargedText(settlement.charge, unit)}</strong>`)}
            ${row(words.released, settlement.released === 0 ? "–" : figure(settlement.released, unit))}`}
      ${row(words.asset, hold.asset ?? text.activityView.noAsset)} ${row(words.made, timeText(hold.createdAt))}
      ${hold.expiresAt === null ? nothing : row(words.until, timeText(hold.expiresAt))}
      ${hold.resolvedAt === null ? nothing : row(words.ended, timeText(hold.resolvedAt))}
      ${row(words.rates, estimate.card.version)} ${row(words.number, html`<code>${hold.id}</code>`)}
      ${row(words.fingerprint, html`<code>${estimate.card.fingerprint}</code>`)}
    </dl>
  </div>`;
}

function linesView({ estimate, settlement }: HoldRecord): TemplateResult {
  const words = text.activityView.receipt;
  const settled = new Map(settlement?.lines.map((line) => [line.item, line]));
  const amount = (credits: number): string => (credits === 0 ? text.activityView.included : formats.credits(credits));
  const row = ({ item, title, count, total }: Line): TemplateResult => {
    const line = settled.get(item);
    const whole = formats.whole(count);
    return html`<tr>
      <th scope="row">${title}</th>
      <td>${line === undefined ? whole : words.ofCount(formats.whole(line.delivered), whole)}</td>
      <td>${amount(total.expected)}</td>
      <td>${line === undefined ? "–" : line.delivered === 0 ? "–" : amount(line.charge)}</td>
    </tr>`;
  };
  return html`<table class="figures-table">
    <caption class="visually-hidden">${words.lines}</caption>
    <thead>
      <tr>
        <th scope="col">${words.line}</th>
        <th scope="col">${words.outputs}</th>
        <th scope="col">${words.estimated}</th>
        <th scope="col">${words.charged}</th>
      </tr>
    </thead>
    <tbody>${estimate.lines.map(row)}</tbody>
  </table>`;
}
