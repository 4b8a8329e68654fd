import { html, nothing, svg, type TemplateResult } from "lit";
import type { Card } from "pricetag";
import { figure, formats } from "../figures.js";
import type { ServerAccount } from "../server.js";
import { text } from "../text/index.js";
import { dayText } from "./dates.js";
import type { Balances, DayStanding } from "./ledger.js";

/** Bars that can still be told apart on a small screen. */
const BARS_MAX = 90;
/** The chart's height in units of its own; its width is one unit a bar. */
const HEIGHT = 100;
const BAR_WIDTH = 0.8;

/** The balance at the end of each day, or of every so many days where there are many, the last always among them. */
export function balanceView({ balance }: ServerAccount, { days }: Balances, card: Card): TemplateResult {
  const words = text.activityView;
  const unit = card.unit ?? "credit";
  const every = Math.ceil(days.length / BARS_MAX);
  const shown = days.filter((_, at) => (days.length - 1 - at) % every === 0);
  const [first] = shown;
  const last = shown.at(-1);
  return html`<section class="panel activity-balance">
    <h2>${words.balance}</h2>
    ${balance.available === null
      ? html`<p class="hint">${words.balanceUnlimited}</p>`
      : first === undefined || last === undefined
        ? html`<p class="hint">${words.balanceNone}</p>`
        : html`<div class="activity-chart">
            ${chartView(shown, first, last, unit, every)}
            <div class="activity-scroll" tabindex="0" role="region" aria-label=${words.balanceTable}>${tableView(shown)}</div>
          </div>`}
  </section>`;
}

function chartView(shown: DayStanding[], first: DayStanding, last: DayStanding, unit: string, every: number): TemplateResult {
  const words = text.activityView;
  const most = shown.reduce((most, { posted }) => Math.max(most, posted), 0);
  const scale = most === 0 ? 0 : HEIGHT / most;
  const label = words.balanceChart(dayText(first.day), dayText(last.day), figure(first.posted, unit), figure(last.posted, unit));
  // With few days a bar would be as wide as a hand.
  const width = Math.max(shown.length, 7);
  const bar = ({ day, posted, held }: DayStanding, at: number): TemplateResult => {
    const x = at + (1 - BAR_WIDTH) / 2;
    const [high, low] = [posted * scale, held * scale];
    return svg`<g>
      <title>${dayText(day)}: ${figure(posted, unit)}</title>
      <rect class="hit" x=${at} y="0" width="1" height=${HEIGHT} />
      <rect class="free" x=${x} y=${HEIGHT - high} width=${BAR_WIDTH} height=${high} />
      ${held === 0 ? nothing : svg`<rect class="held" x=${x} y=${HEIGHT - low} width=${BAR_WIDTH} height=${low} />`}
    </g>`;
  };
  const holds = shown.some(({ held }) => held > 0);
  return html`<figure>
    <p class="hint scale"><span>${figure(most, unit)}</span>${every > 1 ? html`<span>${words.everyNth(formats.whole(every))}</span>` : nothing}</p>
    <svg role="img" aria-label=${label} viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none">${shown.map(bar)}</svg>
    <p class="hint scale"><span>${dayText(first.day)}</span><span>${shown.length > 1 ? dayText(last.day) : nothing}</span></p>
    ${holds
      ? html`<p class="hint legend"><span class="free">${words.freeBar}</span><span class="held">${words.heldBar}</span></p>`
      : nothing}
  </figure>`;
}

function tableView(shown: DayStanding[]): TemplateResult {
  const words = text.activityView;
  const amount = (credits: number): string => (credits === 0 ? "–" : formats.credits(credits));
  return html`<table class="figures-table">
    <caption class="visually-hidden">${words.balanceTable}</caption>
    <thead>
      <tr>
        <th scope="col">${words.day}</th>
        <th scope="col">${words.balanceAtEnd}</th>
        <th scope="col">${words.heldAtEnd}</th>
      </tr>
    </thead>
    <tbody>
      ${shown.toReversed().map(
        ({ day, posted, held }) =>
          html`<tr>
            <th scope="row">${dayText(day)}</th>
            <td>${formats.credits(posted)}</td>
            <td>${amount(held)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
