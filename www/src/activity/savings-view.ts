import { html, nothing, type TemplateResult } from "lit";
import type { Card } from "pricetag";
import { firstOfBoth } from "../cheaper.js";
import type { Context } from "../context.js";
import { formats } from "../figures.js";
import { text } from "../text/index.js";
import type { Activity } from "./activity.js";
import type { Usage } from "./ledger.js";
import { CHARGES_MAX, type Saving, type Savings } from "./savings.js";
import { choiceTitle, operationTitle, optionTitle, problemWords } from "./words.js";

/** Kinds of change that are shown, of those that keep the rank and of the lesser ones: the greatest savings. */
const SHOWN_MAX = 12;

/** What a single change would have saved, over everything that was charged in these days. */
export function savingsView(context: Context, activity: Activity, { total }: Usage): TemplateResult {
  const words = text.activityView;
  const { studio } = context;
  const { savings } = activity;
  const count = Math.min(total.captures, CHARGES_MAX);
  const look = async (): Promise<void> => {
    await activity.findSavings(studio.card, studio.server?.tier);
    if (savings.state === "done") context.announce(words.announceSavings(formats.whole(savings.found.length), savings.found.length === 1));
  };
  const stop = (): void => {
    savings.stop();
    context.redraw();
  };
  return html`<section class="panel activity-savings">
    <header>
      <h2>${words.savings}</h2>
      ${savings.running
        ? html`<button type="button" id="stop-savings" @click=${stop}>${words.stop}</button>`
        : count === 0
          ? nothing
          : html`<button type="button" id="find-savings" @click=${() => void look()}>
              ${words.look(formats.whole(count), count === 1)}
            </button>`}
    </header>
    ${savings.state === "new" ? html`<p class="hint">${count === 0 ? words.spendingNone : words.savingsHint}</p>` : progressView(savings)}
    ${savings.state === "new" ? nothing : foundView(savings, studio.document)}
  </section>`;
}

function progressView(savings: Savings): TemplateResult {
  const words = text.activityView;
  const { state, problem, looked, of } = savings;
  return html`<p class="hint activity-progress" id="savings-progress" data-state=${state}>
    <progress max=${of} value=${looked} aria-label=${words.savings}></progress>
    ${words.looked(formats.whole(looked), formats.whole(of))}
    ${state === "waiting" ? words.waiting : state === "stopped" ? (problem === null ? words.stopped : problemWords(problem)) : nothing}
  </p>`;
}

function foundView(savings: Savings, card: Card): TemplateResult {
  const words = text.activityView;
  const found = firstOfBoth(savings.found, SHOWN_MAX);
  const { unpriced } = savings;
  return html`${found.length > 0
      ? tableView(found, card)
      : savings.state === "done" && unpriced < savings.looked
        ? html`<p>${words.savingsNone}</p>`
        : nothing}
    <p class="hint">
      ${found.length > 0 ? words.savingsLimits : nothing}
      ${savings.state === "done" && savings.looked === CHARGES_MAX ? words.savingsFirst(formats.whole(CHARGES_MAX)) : nothing}
      ${unpriced > 0 ? words.unpriced(formats.whole(unpriced), unpriced === 1) : nothing}
    </p>`;
}

function tableView(found: Saving[], card: Card): TemplateResult {
  const words = text.activityView;
  const heads = [words.saved, words.times];
  return html`<div class="activity-scroll wide" tabindex="0" role="region" aria-label=${words.savingsTable}>
    <table class="figures-table" id="savings">
      <caption class="visually-hidden">${words.savingsTable}</caption>
      <thead>
        <tr>
          <th scope="col">${words.change}</th>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>${found.map((saving) => rowView(saving, card))}</tbody>
    </table>
  </div>`;
}

function rowView({ operation, field, from, to, items, saves, rank }: Saving, card: Card): TemplateResult {
  const words = text.activityView;
  const title = (option: string): string => optionTitle(card, field, option, operation);
  return html`<tr>
    <th scope="row">
      ${words.changed(choiceTitle(card, field, operation), title(from), title(to))}
      <small>${operationTitle(card, operation)} · ${rank < 0 ? text.lesser : rank > 0 ? text.better : text.sameRank}</small>
    </th>
    <td><strong>${saves.credits === null ? "–" : formats.credits(saves.credits)}</strong></td>
    <td>${formats.whole(items)}</td>
  </tr>`;
}
