import { html, nothing, svg, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Card } from "pricetag";
import type { Context } from "../context.js";
import { figure, formats, share, signed } from "../figures.js";
import { text } from "../text/index.js";
import type { Activity } from "./activity.js";
import { difference } from "../exact.js";
import type { Figures, Group, Usage } from "./ledger.js";
import { chargedText, groupings, groupTitle } from "./words.js";

/** Groups that are shown at first: the dearest, or the latest days. */
const GROUPS_FIRST = 20;
/** A bar's length in units of its own. */
const LENGTH = 100;

/** What was spent by group, and what had been estimated for it. */
export function spendingView(context: Context, activity: Activity, usage: Usage): TemplateResult {
  const words = text.activityView;
  const { document: card } = context.studio;
  const all = groupings(card);
  const title = all.find(({ id }) => id === usage.by)?.title ?? usage.by;
  const choose = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    activity.allGroups = false;
    context.keep("by", value === all[0]?.id ? null : value);
  };
  const wanted = context.own.get("by") ?? all[0]?.id;
  return html`<section class="panel activity-spending">
    <header>
      <h2>${words.spending}</h2>
      <label>
        <span>${words.by}</span>
        <select id="by" @change=${choose}>
          ${all.map(({ id, title }) => html`<option value=${id} .selected=${live(id === wanted)}>${title}</option>`)}
        </select>
      </label>
    </header>
    ${usage.groups.length === 0
      ? html`<p class="hint">${words.spendingNone}</p>
          <p><a href=${context.href("studio")}>${words.toStudio}</a></p>`
      : html`${estimateView(usage.total, card.unit ?? "credit")}
          <div class="activity-scroll wide" tabindex="0" role="region" aria-label=${words.spendingTable(title)}>
            ${tableView(card, usage, title, activity.allGroups)}
          </div>
          ${moreView(context, activity, usage.groups.length)}
          ${usage.groupsLeftOut > 0 ? html`<p class="hint">${words.leftOut(formats.whole(usage.groupsLeftOut), usage.groupsLeftOut === 1)}</p>` : nothing}
          ${usage.by === "day" || usage.by === "asset" ? nothing : html`<p class="hint">${words.captureHint}</p>`}`}
  </section>`;
}

/** Estimated against charged, over all groups. */
function estimateView({ estimated, charged }: Figures, unit: string): TemplateResult {
  const words = text.activityView;
  const most = Math.max(estimated, charged);
  const off = difference(charged, estimated);
  const said =
    off === 0
      ? words.exactlyAsEstimated
      : off < 0
        ? words.cheaperThanEstimated(figure(difference(estimated, charged), unit))
        : words.dearerThanEstimated(figure(off, unit));
  const row = (name: string, title: string, amount: number): TemplateResult =>
    html`<dt>${title}</dt>
      <dd>${barView(amount, most, name)}</dd>
      <dd data-total=${name}>${chargedText(amount, unit)}</dd>`;
  return html`<section class="activity-estimates">
    <h3>${words.estimateTitle}</h3>
    <dl>${row("estimated", words.estimated, estimated)} ${row("charged", words.charged, charged)}</dl>
    <p class="hint">${said}</p>
  </section>`;
}

const barView = (amount: number, most: number, name: string): TemplateResult =>
  html`<svg class="bar" data-bar=${name} aria-hidden="true" viewBox="0 0 ${LENGTH} 8" preserveAspectRatio="none">
    ${svg`<rect width=${most === 0 ? 0 : (LENGTH * amount) / most} height="8" />`}
  </svg>`;

function tableView(card: Card, { by, groups, total }: Usage, title: string, all: boolean): TemplateResult {
  const words = text.activityView;
  const most = groups.reduce((most, { charged }) => Math.max(most, charged), 0);
  const ordered = by === "day" ? groups.toReversed() : groups;
  const shown = all ? ordered : ordered.slice(0, GROUPS_FIRST);
  const heads = [words.charged, words.share, words.captures, words.outputs, words.average, words.estimated, words.difference];
  const row = (group: Group): TemplateResult =>
    html`<tr>
      <th scope="row">${groupTitle(card, by, group.key)} ${barView(group.charged, most, "charged")}</th>
      ${cells(group, total)}
    </tr>`;
  return html`<table class="figures-table" id="spending">
    <caption class="visually-hidden">${words.spendingTable(title)}</caption>
    <thead>
      <tr>
        <th scope="col">${title}</th>
        ${heads.map((head) => html`<th scope="col">${head}</th>`)}
      </tr>
    </thead>
    <tbody>${shown.map(row)}</tbody>
    <tfoot>
      <tr>
        <th scope="row">${words.total}</th>
        ${cells(total, total)}
      </tr>
    </tfoot>
  </table>`;
}

function cells(figures: Figures, total: Figures): TemplateResult {
  const { charged, estimated, captures, outputs, averagePerOutput } = figures;
  const off = difference(charged, estimated);
  const amount = (credits: number): string => (credits === 0 ? text.activityView.included : formats.credits(credits));
  return html`<td>${amount(charged)}</td>
    <td>${charged === 0 ? "–" : share(charged, total.charged)}</td>
    <td>${formats.whole(captures)}</td>
    <td>${formats.whole(outputs)}</td>
    <td>${averagePerOutput === null ? "–" : amount(averagePerOutput)}</td>
    <td>${amount(estimated)}</td>
    <td>${off === 0 ? text.activityView.asEstimated : signed(off)}</td>`;
}

function moreView({ redraw }: Context, activity: Activity, count: number): TemplateResult | typeof nothing {
  const words = text.activityView;
  if (count <= GROUPS_FIRST) return nothing;
  const toggle = (): void => {
    activity.allGroups = !activity.allGroups;
    redraw();
  };
  return html`<button type="button" class="small" id="all-groups" aria-expanded=${activity.allGroups ? "true" : "false"} @click=${toggle}>
    ${activity.allGroups ? words.showFewer : words.showAll(formats.whole(count))}
  </button>`;
}
