import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { ref } from "lit/directives/ref.js";
import type { Estimate } from "pricetag";
import type { Assessment } from "../assessment.js";
import { Afterwards } from "../afterwards.js";
import { cheaperWays, type CheaperWays } from "../cheaper.js";
import type { Charging } from "../charging.js";
import type { Context } from "../context.js";
import { figure, formats } from "../figures.js";
import type { Studio } from "../studio.js";
import { text } from "../text/index.js";
import { cheaperHeading, cheaperView } from "./cheaper.js";
import { causesOf, dearView, type Cause } from "./dear.js";
import { noticeView } from "./notice.js";
import { runView } from "./run.js";

/** On a small screen the operations are a row that scrolls; the page itself stays where it is. */
function bringIntoRow(tab: Element | undefined): void {
  requestAnimationFrame(() => {
    const row = tab?.parentElement;
    if (tab === undefined || row === null || row === undefined) return;
    const [inner, outer] = [tab.getBoundingClientRect(), row.getBoundingClientRect()];
    if (inner.right > outer.right) row.scrollLeft += inner.right - outer.right;
    if (inner.left < outer.left) row.scrollLeft += inner.left - outer.left;
  });
}

export function tabsView(studio: Studio): TemplateResult {
  const { operations } = studio.document;
  const move = (event: KeyboardEvent): void => {
    const at = operations.findIndex(({ id }) => id === studio.operation);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: operations.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const operation = operations.at(to % operations.length);
    if (operation === undefined) return;
    studio.show(operation.id);
    document.getElementById(`tab-${operation.id}`)?.focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${text.operations} @keydown=${move}>
    ${operations.map(({ id, title }) => {
      const chosen = id === studio.operation;
      return html`<button
        type="button"
        role="tab"
        id="tab-${id}"
        aria-selected=${chosen}
        aria-controls="studio-panel"
        tabindex=${chosen ? 0 : -1}
        @click=${() => studio.show(id)}
        ${chosen ? ref(bringIntoRow) : nothing}
      >
        ${title ?? id}
      </button>`;
    })}
  </div>`;
}

/** What is said about a price beside it. */
interface Beside {
  ways: CheaperWays;
  affordable: string;
  causes: Cause[];
}

const beside = new Afterwards<Beside>();

/** Null where there is no price to say anything about. */
function besideOf(studio: Studio, assessment: Assessment): Beside | null {
  const { estimate } = assessment;
  if (estimate === null) return null;
  const work = (): Beside => ({
    ways: cheaperWays(studio, "form", [studio.live.item], assessment),
    affordable: affordableWords(studio, assessment),
    causes: causesOf(studio, estimate),
  });
  return beside.get([studio.card, studio.operation, studio.steps], studio.formRevision, work, () => studio.redraw());
}

/** The form and, beside it, its price. The price is drawn first, then the form into the place that is kept for it, then why it costs that. */
export function studioView({ studio, charging, parts }: Context): unknown {
  const [form, why] = [parts.has("form"), parts.has("why")];
  return guard([studio.formRevision, studio.drawing, form, why, text], () => pricedFormView(studio, charging, form, why));
}

function pricedFormView(studio: Studio, charging: Charging, form: boolean, why: boolean): TemplateResult {
  const operation = studio.currentOperation;
  const title = operation?.title ?? studio.operation;
  const assessment = studio.assessForm();
  const { estimate } = assessment;
  return html`<section
    class="studio"
    id="studio-panel"
    role="tabpanel"
    aria-labelledby="tab-${studio.operation}"
    data-operation=${studio.operation}
  >
    <div class="panel form-panel">
      ${form
        ? html`<rate-card-form
            .card=${studio.card}
            .live=${studio.live}
            .account=${studio.account}
            .words=${text.elements}
            silent
            @input=${() => studio.formChanged()}
          ></rate-card-form>`
        : nothing}
    </div>
    <div class="price-column">
      <div class="panel run-panel">
        ${runView(studio, charging, "form", title, assessment)}
        <button
          type="button"
          id="add-to-plan"
          ?disabled=${estimate === null}
          @click=${() => studio.add([studio.formItem], estimate?.lines[0]?.title ?? title)}
        >
          ${text.addToPlan}
        </button>
        ${noticeView(studio, charging, "form")}
      </div>
      ${why ? whyView(studio, assessment) : nothing}
    </div>
  </section>`;
}

function whyView(studio: Studio, assessment: Assessment): TemplateResult {
  const { estimate, preflight } = assessment;
  const unit = studio.document.unit ?? "credit";
  const known = besideOf(studio, assessment);
  return html`<div class="panel why-panel">
    <h2>${text.breakdown}</h2>
    <price-breakdown .estimate=${estimate} .words=${text.elements} rows="2"></price-breakdown>
    <p class="hint reserved">${estimate === null ? nothing : marginalWords(estimate, studio.currentOperation?.output, unit)}</p>
    <h2>${text.balanceHeading}</h2>
    <balance-meter .preflight=${preflight} .words=${text.elements}></balance-meter>
    <p class="hint reserved">${known?.affordable ?? nothing}</p>
    ${dearView(known?.causes ?? null)} ${cheaperHeading(studio)}
    <div class="cheaper">${cheaperView(studio, "form", [studio.live.item], assessment, known?.ways)}</div>
  </div>`;
}

/** `One image costs 4 credits; 4 cost 16 credits.`: the card's own figures. */
function marginalWords({ lines }: Estimate, output: string | undefined, unit: string): string {
  const [line] = lines;
  if (line === undefined || output === undefined || line.unit.high === 0) return "";
  const one = figure(line.unit, unit);
  if (line.free > 0) return text.marginalFree(output, one, formats.whole(line.free), formats.whole(line.count));
  return line.count === 1
    ? text.single(output, one)
    : text.marginal(output, one, figure(line.total, unit), formats.whole(line.count));
}

function affordableWords(studio: Studio, { estimate, preflight }: Assessment): string {
  const { account } = studio;
  if (account === null || account.balance === null || estimate === null || preflight === null) return "";
  if (estimate.total.high === 0 || preflight.verdict === "not-allowed") return "";
  const { item } = studio.live;
  const answer = studio.card.affordable(item, account.balance);
  if ("errors" in answer) return "";
  // The card tells how often one could be had; the form may ask for several at once.
  const times = Math.floor(answer.quantity / Number(item["quantity"] ?? 1));
  if (times === 0) return text.affordableNever;
  return times === 1 ? text.affordableOnce : text.affordable(formats.whole(times));
}
