import { html, noChange, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Fault, Range } from "pricetag";
import { itemIndex } from "pricetag/elements";
import { tierTitle } from "../account.js";
import type { Context } from "../context.js";
import { figure, formats } from "../figures.js";
import { numberValue } from "../number-value.js";
import { Settled } from "../settled.js";
import { text } from "../text/index.js";
import { fitting, savedBy, sliderOf, spanOf, toAmount, type Fitting, type ItemChange, type Span, type TooLittle } from "./budget.js";
import { itemsWords } from "./words.js";

const OWN = "budget";
const CHANGES = "changes";
const SHOWN_MAX = 5;

/** What is said once the slider has come to rest. */
let said: () => void = () => undefined;
const rested = new Settled(() => said());

/** A slider over what the plan can cost, and what it would be for each budget. */
export function budgetView(context: Context): TemplateResult {
  const words = text.planView;
  return html`<section class="panel plan-budget" aria-labelledby="budget-heading">
    <h2 id="budget-heading" tabindex="-1">${words.budget}</h2>
    ${bodyView(context)}
  </section>`;
}

function bodyView(context: Context): TemplateResult {
  const { studio } = context;
  const words = text.planView;
  const hint = (said: string): TemplateResult => html`<p class="hint">${said}</p>`;
  if (studio.plan.length === 0) return hint(words.needsItems);
  if (studio.assessPlan().estimate === null) return hint(words.needsTotal);
  const tier = studio.account?.tier;
  const span = spanOf(studio.card, studio.plan.items, tier);
  if ("errors" in span) return hint(blockedWords(context, span.errors));
  const unit = studio.document.unit ?? "credit";
  if (span.cheapest === span.best && span.now.high === span.best) return hint(words.budgetOneWay(figure(span.now, unit)));
  const written = context.own.get(OWN);
  const budget = written === undefined ? span.now.high : written === "" ? Number.NaN : Number(written);
  const answer = fitting(studio, budget);
  said = () => context.announce(saidWords(answer, budget, unit));
  return html`${hint(words.budgetHint)} ${sliderView(context, span, budget, answer === null)}
    <div class="plan-fitted">
      ${answer === null || "most" in answer
        ? html`<p class="fault">${saidWords(answer, budget, unit)}</p>`
        : fittedView(context, answer)}
    </div>`;
}

function saidWords(answer: Fitting | TooLittle | null, budget: number, unit: string): string {
  const words = text.planView;
  if (answer === null) return words.budgetFault;
  if ("most" in answer) return words.budgetNone(figure(answer.most, unit), figure(answer.shortBy, unit));
  const { after, changes } = answer;
  const changed = changes.length === 0 ? words.budgetSame : words.changes(formats.whole(changes.length), changes.length === 1);
  return words.budgetSaid(figure(budget, unit), figure(after, unit), changed);
}

function blockedWords({ studio }: Context, faults: Fault[]): string {
  const positions = faults.map(itemIndex).filter((index) => index >= 0);
  return text.planView.budgetNotAllowed(tierTitle(studio.document, studio.account?.tier ?? ""), itemsWords(positions));
}

function sliderView({ studio, keep }: Context, span: Span, budget: number, faulty: boolean): TemplateResult {
  const words = text.planView;
  const unit = studio.document.unit ?? "credit";
  const { min, max, step } = sliderOf(span);
  const label = words.budgetLabel(text.elements.unit(unit, 2));
  const take = (event: Event): void => {
    const { type, value, valueAsNumber } = event.target as HTMLInputElement;
    keep(OWN, type === "range" ? String(toAmount(valueAsNumber)) : value);
    rested.changed();
  };
  return html`<div class="plan-slider">
    <input
      type="range"
      id="budget-slider"
      aria-label=${label}
      aria-valuetext=${figure(budget, unit)}
      .min=${String(min)}
      .max=${String(max)}
      .step=${String(step)}
      .value=${live(String(budget))}
      @input=${take}
    />
    <input
      type="number"
      id="budget"
      inputmode="decimal"
      min="0"
      max="1000000000"
      step="0.001"
      aria-label=${label}
      aria-invalid=${faulty ? "true" : nothing}
      .value=${faulty ? noChange : numberValue(budget)}
      @input=${take}
    />
    <p class="hint plan-ends">
      <span>${words.cheapest(figure(span.cheapest, unit))}</span>
      <span>${words.dearest(figure(span.best, unit))}</span>
    </p>
  </div>`;
}

function fittedView(context: Context, fitted: Fitting): TemplateResult {
  const { studio } = context;
  const words = text.planView;
  const unit = studio.document.unit ?? "credit";
  const { changes, before, after, free } = fitted;
  const row = (name: string, price: Range, aside: string): TemplateResult =>
    html`<div>
      <dt>${name}</dt>
      <dd><price-tag .price=${price} .unit=${unit} .words=${text.elements}></price-tag></dd>
      <dd class="hint">${aside}</dd>
    </div>`;
  return html`<dl class="plan-compared">
      ${row(words.now, before, "")} ${row(words.fitted, after, savedWords(fitted.saved, unit))}
    </dl>
    <button type="button" id="apply-budget" ?disabled=${changes.length === 0} @click=${() => apply(context, fitted)}>
      ${words.applyBudget} · ${figure(after, unit)}
    </button>
    ${free ? html`<p class="hint">${words.budgetFree}</p>` : nothing}
    ${changes.length === 0
      ? html`<p class="plan-same">${words.budgetSame}</p>`
      : html`<h3>${words.changes(formats.whole(changes.length), changes.length === 1)}</h3>
          <ul class="plan-changes">
            ${changes.slice(0, SHOWN_MAX).map((change) => changeView(context, change))}
          </ul>
          ${changes.length <= SHOWN_MAX ? nothing : restView(context, changes.slice(SHOWN_MAX))}`}`;
}

/** Drawn on demand: a plan of 500 items can change in all of them. */
function restView(context: Context, rest: ItemChange[]): TemplateResult {
  const { own, keep } = context;
  const open = own.get(CHANGES) === "all";
  const toggled = (event: Event): void => {
    const now = (event.target as HTMLDetailsElement).open;
    if (now !== open) keep(CHANGES, now ? "all" : null);
  };
  return html`<details ?open=${open} @toggle=${toggled}>
    <summary>${text.planView.moreChanges(formats.whole(rest.length))}</summary>
    ${open
      ? html`<ul class="plan-changes">
          ${rest.map((change) => changeView(context, change))}
        </ul>`
      : nothing}
  </details>`;
}

function apply({ studio, announce }: Context, { items, after }: Fitting): void {
  const said = text.planView.budgetApplied(figure(after, studio.document.unit ?? "credit"));
  studio.applyFit("plan", items, said);
  announce(said);
}

function changeView({ studio }: Context, change: ItemChange): TemplateResult {
  const { index, title, options, before, after, rank } = change;
  const words = text.planView;
  const unit = studio.document.unit ?? "credit";
  const saved = savedBy(studio, change);
  const quality = rank < 0 ? text.lesser : rank > 0 ? text.better : text.sameRank;
  return html`<li>
    <span class="hint">${text.inItem(formats.whole(index + 1))}${title}</span>
    ${options.map(({ choice, from, to }) => html`<span>${choice}: <b>${words.fromTo(from, to)}</b></span>`)}
    <small>${[words.fromTo(figure(before, unit), figure(after, unit)), savedWords(saved, unit), quality].filter((said) => said !== "").join(" · ")}</small>
  </li>`;
}

/** A negative saving is a cost; the sign becomes a word. */
function savedWords(saved: number | null, unit: string): string {
  if (saved === null) return "";
  if (saved === 0) return text.planView.samePrice;
  return saved > 0 ? text.planView.saves(figure(saved, unit)) : text.planView.costs(figure(Math.abs(saved), unit));
}
