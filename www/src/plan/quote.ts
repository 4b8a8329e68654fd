import { html, nothing, type TemplateResult } from "lit";
import type { Range } from "pricetag";
import { isIncluded, isOne } from "pricetag/elements";
import { tierTitle } from "../account.js";
import type { Context } from "../context.js";
import { formats, longDate } from "../figures.js";
import { text } from "../text/index.js";
import { fieldsOf, titleOf } from "../views/rows.js";
import { verdictWords } from "../views/run.js";

/** Only while the page is printed: 500 rows more would be felt on the screen. */
let printing = false;
let redraw: (() => void) | null = null;

function show(now: boolean): void {
  printing = now;
  redraw?.();
}

addEventListener("beforeprint", () => show(true));
addEventListener("afterprint", () => show(false));

/** The plan as it is on paper: what is asked for, what each costs, by which card and when. */
export function quoteView(context: Context): TemplateResult | typeof nothing {
  ({ redraw } = context);
  const { studio } = context;
  if (!printing || studio.plan.length === 0) return nothing;
  const words = text.planView;
  const { document: card, account } = studio;
  const { estimate, preflight } = studio.assessPlan();
  const row = (name: string, value: string): TemplateResult =>
    html`<div>
      <dt>${name}</dt>
      <dd>${value}</dd>
    </div>`;
  return html`<section class="quote">
    <h2>${words.quoteOf(card.title ?? card.id)}</h2>
    <dl>
      ${row(words.quoteDate, longDate(new Date()))} ${row(words.quoteCard, words.quoteVersion(card.title ?? card.id, card.version))}
      ${row(words.quoteFingerprint, studio.card.fingerprint)}
      ${account === null ? nothing : row(words.quoteAccount, tierTitle(card, account.tier))}
    </dl>
    ${tableView(context)}
    <p>${estimate === null ? text.planFaulty : `${text.elements.accuracy[estimate.accuracy]} ${words.quoteNote}`}</p>
    <p>${preflight === null ? nothing : verdictWords(preflight, studio)}</p>
  </section>`;
}

function tableView({ studio }: Context): TemplateResult {
  const words = text.planView;
  const { document: card, plan } = studio;
  const { estimate } = studio.assessPlan();
  const free = estimate?.lines.some((line) => line.free > 0) ?? false;
  const unit = card.unit ?? "credit";
  const number = (name: string): TemplateResult => html`<th scope="col" class="number">${name}</th>`;
  return html`<table>
    <thead>
      <tr>
        <th scope="col">${words.quoteItem}</th>
        ${number(words.quoteCount)} ${free ? number(words.quoteFree) : nothing} ${number(words.quoteUnit)} ${number(words.quotePrice(text.elements.unit(unit, 2)))}
        ${number(words.quoteBetween)}
      </tr>
    </thead>
    <tbody>
      ${plan.entries.map((entry, index) => {
        const line = estimate?.lines[index];
        return html`<tr>
          <th scope="row">${index + 1}. ${line?.title ?? titleOf(card, entry.item)} <small>${fieldsOf(entry, undefined)}</small></th>
          <td class="number">${line === undefined ? "–" : formats.whole(line.count)}</td>
          ${free ? html`<td class="number">${line === undefined ? "–" : formats.whole(line.free)}</td>` : nothing}
          <td class="number">${one(line?.unit)}</td>
          <td class="number">${one(line?.total)}</td>
          <td class="number">${span(line?.total)}</td>
        </tr>`;
      })}
    </tbody>
    <tfoot>
      <tr>
        <th scope="row" colspan=${free ? 4 : 3}>${words.quoteTotal}</th>
        <td class="number">${one(estimate?.total)}</td>
        <td class="number">${span(estimate?.total)}</td>
      </tr>
      ${moneyView(card.money, estimate?.total, free ? 4 : 3)}
    </tfoot>
  </table>`;
}

function moneyView(money: { currency: string; perCredit: number } | undefined, total: Range | undefined, columns: number): TemplateResult | typeof nothing {
  if (money === undefined || total === undefined || isIncluded(total)) return nothing;
  return html`<tr>
    <td colspan=${columns}></td>
    <td class="number">${text.elements.about(formats.money(total.expected, money))}</td>
    <td></td>
  </tr>`;
}

function one(price: Range | undefined): string {
  if (price === undefined) return "–";
  return isIncluded(price) ? text.elements.included : formats.credits(price.expected);
}

const span = (price: Range | undefined): string =>
  price === undefined || isIncluded(price) ? "" : isOne(price) ? formats.credits(price.low) : formats.span(price.low, price.high);
