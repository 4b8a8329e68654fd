import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { Afterwards } from "../afterwards.js";
import type { Assessment } from "../assessment.js";
import { cheaperWays, type CheaperWays } from "../cheaper.js";
import type { Context } from "../context.js";
import { figure, formats } from "../figures.js";
import type { Studio } from "../studio.js";
import { text } from "../text/index.js";
import { cheaperView } from "./cheaper.js";
import { noticeView } from "./notice.js";
import { complaintsView, fieldsOf, quantityView, rowPriceView, rowsView, type Row } from "./rows.js";
import { runView } from "./run.js";

/** The plan beside the form: its items, its total, and the templates. The view of the plan has all that can be done to it. */
export function planPanelView({ studio, charging, copyLink, href }: Context): TemplateResult {
  const { plan } = studio;
  const assessment = studio.assessPlan();
  const unit = studio.document.unit ?? "credit";
  const count = text.items(formats.whole(plan.length), plan.length === 1);
  return html`<section class="panel plan" aria-labelledby="plan-heading">
    <header>
      <h2 id="plan-heading" tabindex="-1"><a href=${href("plan")}>${text.plan}</a></h2>
      <span class="hint">${plan.length === 0 ? nothing : count}</span>
      <button type="button" class="quiet" @click=${copyLink}>${text.copyLink}</button>
      <button type="button" class="quiet" ?disabled=${plan.length === 0} @click=${() => studio.clear()}>${text.clear}</button>
    </header>
    ${plan.length === 0
      ? html`<p class="hint empty">${text.planEmpty}</p>`
      : html`<ol class="items">
          ${rowsView(studio, (row) => itemView(studio, row))}
        </ol>`}
    ${plan.length === 0
      ? noticeView(studio, charging, "plan")
      : html`${runView(studio, charging, "plan", text.runPlan, assessment)} ${noticeView(studio, charging, "plan")}
          <balance-meter .preflight=${assessment.preflight} .unit=${unit} .words=${text.elements}></balance-meter>
          <p class="hint">${assessment.estimate === null ? nothing : text.elements.accuracy[assessment.estimate.accuracy]}</p>
          <h3>${text.cheaper}</h3>
          <div class="cheaper">${cheaperView(studio, "plan", plan.items, assessment, waysOf(studio, assessment))}</div>`}
    ${guard([studio.card, text], () => templatesView(studio))}
  </section>`;
}

const ways = new Afterwards<CheaperWays>();

/** Null where the plan has no price. */
function waysOf(studio: Studio, assessment: Assessment): CheaperWays | null {
  const { plan } = studio;
  if (assessment.estimate === null) return null;
  const work = (): CheaperWays => cheaperWays(studio, "plan", plan.items, assessment);
  return ways.get([studio.card, plan.length, studio.steps], studio.revision, work, () => studio.redraw());
}

function itemView(studio: Studio, row: Row): TemplateResult {
  const { entry, index, title, line } = row;
  const fields = fieldsOf(entry, line);
  const duplicate = (): void => {
    studio.plan.duplicate(index);
    studio.planChanged();
  };
  const remove = (): void => {
    studio.remove(index, title);
    focusAfterRemoval(index);
  };
  return html`<li data-item=${index}>
    <button type="button" class="title" title=${text.open(title)} @click=${() => studio.open(entry.item)}>${title}</button>
    <span class="line-price">${rowPriceView(studio, row)}</span>
    ${fields === "" ? nothing : html`<span class="hint">${fields}</span>`}
    <div class="item-actions">
      ${quantityView(studio, row)}
      <button type="button" class="quiet" aria-label=${text.duplicateOf(title)} @click=${duplicate}>${text.duplicate}</button>
      <button type="button" class="quiet" aria-label=${text.removeOf(title)} @click=${remove}>${text.remove}</button>
    </div>
    ${complaintsView(studio, row)}
  </li>`;
}

/** The focus stays in the list: on what has moved into the place of what was removed. */
function focusAfterRemoval(index: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>(".items > li")];
  const next = rows[index] ?? rows.at(-1);
  (next?.querySelector<HTMLElement>(".title") ?? document.getElementById("plan-heading"))?.focus();
}

function templatesView(studio: Studio): TemplateResult | typeof nothing {
  const templates = studio.document.templates ?? [];
  if (templates.length === 0) return nothing;
  const unit = studio.document.unit ?? "credit";
  return html`<h3 id="templates-heading">${text.templates}</h3>
    <ul class="templates" aria-labelledby="templates-heading">
      ${templates.map(({ id, title = id, items }) => {
        const estimate = studio.card.estimate({ items });
        const price = "errors" in estimate ? null : estimate.total;
        return html`<li>
          <button type="button" data-template=${id} aria-label="${text.addTemplate(title)}, ${figure(price, unit)}" @click=${() => studio.add(items, title)}>
            <span>${title}</span>
            <price-tag .price=${price} .unit=${unit} .words=${text.elements}>–</price-tag>
          </button>
        </li>`;
      })}
    </ul>`;
}
