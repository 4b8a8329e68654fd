import "./plan.css";
import "./sections.css";
import "./print.css";
import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import type { Context } from "../context.js";
import { formats } from "../figures.js";
import type { Studio } from "../studio.js";
import { text } from "../text/index.js";
import { cheaperView } from "../views/cheaper.js";
import { noticeView } from "../views/notice.js";
import { runView } from "../views/run.js";
import { budgetView } from "./budget-view.js";
import { Editing } from "./editing.js";
import { entriesView } from "./entries.js";
import { Later } from "./later.js";
import { dropping, isOver } from "./dropping.js";
import { shareView } from "./share.js";
import { offersView } from "./offers.js";
import { quoteView } from "./quote.js";
import { oftenOf } from "./tiers.js";
import { tiersView } from "./tiers-view.js";

const editing = new Editing();
const later = new Later(3);

/** All that can be done to a plan: its items and their total, what fits a budget, what each tier allows, and ways to keep it. */
export function view(context: Context): TemplateResult {
  const { studio, own, parts } = context;
  const [why, budget, tiers] = later.at(studio.revision, context.redraw);
  const stale = [why, budget, tiers].some((shown) => shown !== studio.revision);
  // What is shown of a plan that has changed since may be read, but no longer applied.
  const unlessStale = { handleEvent: (event: Event) => stale && event.stopPropagation(), capture: true };
  const { enter, over, leave, drop } = dropping(context, editing);
  return html`<div
    class="plan-view ${isOver() ? "over" : ""}"
    data-drop-words=${text.planView.drop}
    @dragenter=${enter}
    @dragover=${over}
    @dragleave=${leave}
    @drop=${drop}
  >
    <div class="plan-work">
      ${listView(context)}
      <div class="plan-side">${totalView(context, tiers)}</div>
    </div>
    <div class="plan-more" aria-busy=${stale}>
      <div class="plan-column" @click=${unlessStale}>
        ${parts.has("why") ? guard([why, own.get("why"), text], () => whyView(context)) : nothing}
        ${parts.has("budget") ? guard([budget, own.get("budget"), own.get("changes"), text], () => budgetView(context)) : nothing}
      </div>
      <div class="plan-column">
        ${parts.has("tiers") ? guard([tiers, text], () => tiersView(context)) : nothing}
        ${parts.has("offers") ? html`${guard([studio.document, text], () => offersView(context, editing))} ${shareView(context, editing)}` : nothing}
      </div>
    </div>
    ${quoteView(context)}
  </div>`;
}

function listView(context: Context): TemplateResult {
  const { studio } = context;
  const { plan, document: card } = studio;
  const words = text.planView;
  const wrong = studio.assessPlan().faults.filter(({ path }) => !path.startsWith("items["));
  const clear = (): void => {
    editing.close(context);
    studio.clear();
    document.getElementById("plan-heading")?.focus();
  };
  return html`<section class="panel plan-list" aria-labelledby="plan-heading">
    <header>
      <h2 id="plan-heading" tabindex="-1">${text.plan}</h2>
      <span class="hint">${plan.length === 0 ? nothing : text.items(formats.whole(plan.length), plan.length === 1)}</span>
      <button type="button" class="quiet" id="clear-plan" ?disabled=${plan.length === 0} @click=${clear}>${text.clear}</button>
    </header>
    ${wrong.map(({ message }) => html`<p class="fault">${words.planFault(message)}</p>`)}
    ${plan.length === 0 ? html`<p class="hint empty">${words.empty}</p>` : entriesView(context, editing)}
    <h3 id="add-heading">${words.addHeading}</h3>
    <div class="plan-add" role="group" aria-labelledby="add-heading">
      ${card.operations.map(
        ({ id, title = id }) =>
          html`<button type="button" data-add=${id} aria-label=${words.addItem(title)} @click=${() => addItem(context, id, title)}>
            <span aria-hidden="true">+</span> ${title}
          </button>`,
      )}
    </div>
  </section>`;
}

/** A new item opens at once, with the focus in its first field. */
function addItem(context: Context, operation: string, title: string): void {
  const { studio } = context;
  studio.plan.add([{ operation }]);
  const entry = studio.plan.entries.at(-1);
  studio.notices.delete("plan");
  studio.planChanged();
  if (entry === undefined) return;
  editing.open(context, entry);
  context.announce(text.planView.addedItem(title, formats.whole(studio.plan.length)));
  const form = document.querySelector<HTMLElementTagNameMap["rate-card-form"]>(`[data-key="${entry.key}"] rate-card-form`);
  void form?.updateComplete.then(() => form.focus());
}

function totalView({ studio, charging }: Context, revision: number | undefined): TemplateResult {
  const assessment = studio.assessPlan();
  const { estimate, preflight } = assessment;
  const jump = (id: string, name: string): TemplateResult =>
    html`<li><button type="button" class="quiet" @click=${() => jumpTo(id)}>${name}</button></li>`;
  const words = text.planView;
  return html`<section class="panel run-panel plan-run" aria-label=${words.total}>
      ${runView(studio, charging, "plan", text.runPlan, assessment)} ${noticeView(studio, charging, "plan")}
    </section>
    <section class="panel plan-balance" aria-labelledby="plan-balance-heading">
      <h2 id="plan-balance-heading">${text.balanceHeading}</h2>
      <balance-meter .preflight=${preflight} .words=${text.elements}></balance-meter>
      <p class="hint reserved">${estimate === null ? nothing : text.elements.accuracy[estimate.accuracy]}</p>
      <p class="hint reserved" id="plan-affordable">${guard([revision, text], () => affordableWords(studio))}</p>
      <nav aria-label=${words.jump}>
        <ul>
          ${jump("why-heading", words.why)} ${jump("budget-heading", words.budget)} ${jump("tiers-heading", words.tiers)}
          ${jump("offers-heading", text.templates)} ${jump("share-heading", words.share)}
        </ul>
      </nav>
    </section>`;
}

/** How often the account could run the plan, where that is a number. */
function affordableWords(studio: Studio): string {
  const { card, plan, account } = studio;
  const { preflight } = studio.assessPlan();
  if (account === null || preflight === null || preflight.verdict === "not-allowed") return "";
  const often = oftenOf(card, plan.items, account);
  if (often.kind !== "counted") return "";
  if (often.times === 0) return text.affordableNever;
  return often.times === 1 ? text.affordableOnce : text.affordable(formats.whole(often.times));
}

/** The address keeps the state of the page, so what leads down the view moves the focus itself. */
function jumpTo(id: string): void {
  const heading = document.getElementById(id);
  heading?.focus({ preventScroll: true });
  heading?.closest("section")?.scrollIntoView({ block: "start" });
}

function whyView(context: Context): TemplateResult {
  const { studio, own, keep } = context;
  const words = text.planView;
  const assessment = studio.assessPlan();
  const open = own.get("why") === "open";
  const toggled = (event: Event): void => {
    const now = (event.target as HTMLDetailsElement).open;
    if (now !== open) keep("why", now ? "open" : null);
  };
  return html`<section class="panel plan-why" aria-labelledby="why-heading">
    <h2 id="why-heading" tabindex="-1">${words.why}</h2>
    ${assessment.estimate === null
      ? html`<p class="hint">${studio.plan.length === 0 ? words.needsItems : words.needsTotal}</p>`
      : html`<details ?open=${open} @toggle=${toggled}>
            <summary>${words.whyShow}</summary>
            ${open ? html`<price-breakdown .estimate=${assessment.estimate} .words=${text.elements}></price-breakdown>` : nothing}
          </details>
          <h3>${text.cheaper}</h3>
          <div class="cheaper">${cheaperView(studio, "plan", studio.plan.items, assessment)}</div>`}
  </section>`;
}
