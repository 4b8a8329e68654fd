import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";
import type { Card, Fault, Line } from "pricetag";
import { Afterwards } from "../afterwards.js";
import type { Assessment } from "../assessment.js";
import { cheaperWays, type CheaperWays } from "../cheaper.js";
import type { Context } from "../context.js";
import { figure, formats } from "../figures.js";
import type { Entry } from "../plan-list.js";
import type { Studio } from "../studio.js";
import { text } from "../text/index.js";
import { cheaperView } from "./cheaper.js";
import { noticeView } from "./notice.js";
import { blockWords, faultWords, runView } from "./run.js";

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
          ${repeat(
            plan.entries,
            ({ key }) => key,
            (entry, index) => itemView(studio, entry, index, assessment.estimate?.lines[index], assessment.faults),
          )}
        </ol>`}
    ${noticeView(studio, charging, "plan")}
    ${plan.length === 0
      ? nothing
      : html`${runView(studio, charging, "plan", text.runPlan, assessment)}
          <balance-meter .preflight=${assessment.preflight} .unit=${unit} .words=${text.elements}></balance-meter>
          <p class="hint">${assessment.estimate === null ? nothing : text.elements.accuracy[assessment.estimate.accuracy]}</p>
          <h3>${text.cheaper}</h3>
          <div class="cheaper">${cheaperView(studio, "plan", plan.items, assessment, waysOf(studio, assessment))}</div>`}
    ${templatesView(studio)}
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

/** The item's operation and options, as the card names them, where the card has not rated it. */
export function titleOf(card: Card, item: Entry["item"]): string {
  const operation = card.operations.find(({ id }) => id === item.operation);
  const options = (operation?.choices ?? []).flatMap(({ name, options }) => {
    const option = options.find(({ id }) => id === item[name]);
    return option === undefined ? [] : [option.title ?? option.id];
  });
  return [operation?.title ?? item.operation, ...options].join(" · ");
}

function itemView(studio: Studio, entry: Entry, index: number, line: Line | undefined, faults: Fault[]): TemplateResult {
  const { plan, document: card } = studio;
  const title = line?.title ?? titleOf(card, entry.item);
  const own = faults.filter(({ path }) => path === `items[${index}]` || path.startsWith(`items[${index}].`));
  const blocked = studio.assessPlan().preflight?.blocks.find(({ item }) => item === index);
  const setQuantity = (event: Event): void => {
    plan.set(index, "quantity", (event.target as HTMLInputElement).valueAsNumber);
    studio.changed();
  };
  const quantity = entry.item.quantity ?? 1;
  return html`<li data-item=${index}>
    <button type="button" class="title" title=${text.open(title)} @click=${() => studio.open(entry.item)}>${title}</button>
    <span class="line-price">
      <price-tag compact .price=${line?.total ?? null} .unit=${card.unit ?? "credit"} .words=${text.elements}>–</price-tag>
    </span>
    <div class="item-actions">
      <label>
        <span aria-hidden="true">×</span>
        <input
          type="number"
          inputmode="numeric"
          min="1"
          max="10000"
          step="1"
          aria-label=${text.quantityOf(title)}
          aria-invalid=${own.some(({ path }) => path.endsWith(".quantity")) ? "true" : nothing}
          .value=${live(Number.isNaN(quantity) ? "" : String(quantity))}
          @input=${setQuantity}
        />
      </label>
      <span class="hint">${fieldsOf(entry, line)}</span>
      <button type="button" class="quiet" aria-label=${text.duplicateOf(title)} @click=${() => {
        plan.duplicate(index);
        studio.changed();
      }}>${text.duplicate}</button>
      <button type="button" class="quiet" aria-label=${text.removeOf(title)} @click=${() => {
        studio.remove(index, title);
        focusAfterRemoval(index);
      }}>${text.remove}</button>
    </div>
    ${own.length === 0 ? nothing : html`<p class="fault">${faultWords(own, studio)}</p>`}
    ${blocked === undefined ? nothing : html`<p class="fault">${blockWords(blocked, studio)}</p>`}
  </li>`;
}

export function fieldsOf({ item }: Entry, line: Line | undefined): string {
  const size = item["width"] === undefined && item["height"] === undefined ? "" : `${item["width"] ?? "–"} × ${item["height"] ?? "–"}`;
  const said = [size];
  if (line !== undefined && line.count !== (item.quantity ?? 1)) said.push(text.outputs(formats.whole(line.count)));
  if (line !== undefined && line.free > 0) said.push(text.freeOutputs(formats.whole(line.free)));
  return said.filter((part) => part !== "").join(" · ");
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
