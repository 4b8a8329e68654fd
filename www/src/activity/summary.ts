import { html, type TemplateResult } from "lit";
import type { Card } from "pricetag";
import { figure, formats } from "../figures.js";
import type { ServerAccount } from "../server.js";
import { text } from "../text/index.js";
import type { Usage } from "./ledger.js";
import { chargedText } from "./words.js";

/** The answers that most people come for. */
export function summaryView({ balance }: ServerAccount, { total, daysToExhaustion }: Usage, card: Card): TemplateResult {
  const words = text.activityView;
  const unit = card.unit ?? "credit";
  const { available, held } = balance;
  const money = (credits: number): string => (card.money === undefined || credits === 0 ? "" : formats.money(credits, card.money));
  const charges = total.captures === 0 ? words.noCharges : words.charges(formats.whole(total.captures), total.captures === 1);
  return html`<dl class="panel activity-summary">
    ${tile("available", words.available, available === null ? text.unlimited : figure(available, unit), available === null ? "" : money(available))}
    ${tile("held", words.held, held === 0 ? words.nothing : figure(held, unit), "")}
    ${tile("spent", words.spent, total.captures === 0 ? "–" : chargedText(total.charged, unit), [charges, money(total.charged)].filter(Boolean).join(" · "))}
    ${available === null
      ? tile("days", words.daysLeft, words.neverEnds, "")
      : total.charged === 0
        ? tile("days", words.daysLeft, "–", words.noRate)
        : daysToExhaustion === null
          ? tile("days", words.daysLeft, "–", words.noHistory)
          : tile("days", words.daysLeft, lasts(daysToExhaustion), words.atThisRate)}
  </dl>`;
}

function lasts(days: number): string {
  const words = text.activityView;
  return days === 0 ? words.lessThanADay : words.days(formats.whole(days), days === 1);
}

const tile = (name: string, title: string, value: string, hint: string): TemplateResult =>
  html`<div data-figure=${name}>
    <dt>${title}</dt>
    <dd>${value}</dd>
    <dd class="hint">${hint}</dd>
  </div>`;
