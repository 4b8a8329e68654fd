import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Card } from "pricetag";
import type { Context } from "../context.js";
import { download } from "../download.js";
import { formats } from "../figures.js";
import { inLocale, text } from "../text/index.js";
import { priceView } from "./amounts.js";
import type { Bench, Other } from "./bench.js";
import type { EditedCard, PriceEdit } from "./edits.js";
import { fileFaultsView, fileView } from "./file.js";
import { pastView } from "./past-view.js";
import { resultsView } from "./results.js";
import { rowTitle } from "./rows.js";

/** What can be tried, and what it would change. */
export function trialView(context: Context, bench: Bench): TemplateResult {
  const said = text.ratesView.trial;
  const { edits, foreign } = bench.edits(context);
  const edited = bench.edited(context);
  const other = bench.other(context, said.sourceEdits);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    bench.dragging = false;
    const file = event.dataTransfer?.files[0];
    if (file === undefined) context.redraw();
    else void bench.open(context, file);
  };
  const drag = (over: boolean) => (event: DragEvent): void => {
    event.preventDefault();
    if (bench.dragging === over) return;
    bench.dragging = over;
    context.redraw();
  };
  return html`<section
    class="panel rates-trial ${bench.dragging ? "dragging" : ""}"
    aria-labelledby="trial-heading"
    @dragover=${drag(true)}
    @dragleave=${drag(false)}
    @drop=${drop}
  >
    <h2 id="trial-heading" tabindex="-1">${said.heading}</h2>
    <p class="hint">${said.hint}</p>
    ${fileView(context, bench)} ${fileFaultsView(bench)}
    ${foreign === 0 ? nothing : foreignView(context, bench, foreign)}
    ${edited === null ? nothing : editsView(context, bench, edits, edited)}
    ${sourceView(context, bench)}
    ${other === null ? nothing : otherView(context, bench, other)}
    ${pastView(context, bench, other)}
  </section>`;
}

function otherView(context: Context, bench: Bench, other: Other): TemplateResult {
  const same = other.card.fingerprint === context.studio.card.fingerprint;
  return html`${same ? html`<p class="hint">${text.ratesView.file.same}</p>` : resultsView(context, bench, other)}
    <p>
      <button type="button" id="download-card" @click=${() => downloadCard(other.document)}>${text.ratesView.trial.download}</button>
    </p>`;
}

function foreignView(context: Context, bench: Bench, foreign: number): TemplateResult {
  const said = text.ratesView.trial;
  return html`<div class="notice">
    <p>${said.foreign(formats.whole(foreign), foreign === 1)}</p>
    <div class="actions"><button type="button" id="discard-edits" @click=${() => bench.keep(context, [])}>${said.discard}</button></div>
  </div>`;
}

/** Every edited price, each of which can be taken back. */
function editsView(context: Context, bench: Bench, edits: PriceEdit[], edited: EditedCard): TemplateResult {
  const said = text.ratesView.trial;
  const rows = bench.tables(context.studio).flatMap(({ rows }) => rows);
  return html`<div class="edits">
    <header>
      <h3>${said.edits(formats.whole(edits.length), edits.length === 1)}</h3>
      <button type="button" class="quiet" @click=${context.copyLink}>${said.copyLink}</button>
      <button type="button" class="quiet" id="undo-all" @click=${() => {
        bench.keep(context, []);
        document.getElementById("trial-heading")?.focus();
      }}>${said.undoAll}</button>
    </header>
    <ul>
      ${edits.map(({ operation, rate, price }, at) => {
        const row = rows.find((candidate) => candidate.operation.id === operation && candidate.index === rate);
        const title = row === undefined ? operation : rowTitle(row);
        return html`<li data-edit="${operation}!${rate}">
          <span>${title}</span>
          <span>${priceWords(row?.rate.price)} → <b>${priceWords(price)}</b></span>
          <button type="button" class="quiet" aria-label=${text.ratesView.editor.undoLabel(title)} @click=${() => {
            bench.setPrice(context, operation, rate, null);
            focusEdit(at);
          }}>${text.ratesView.editor.undo}</button>
        </li>`;
      })}
    </ul>
    ${edited.card !== null
      ? nothing
      : html`<div class="notice problem" role="alert">
          <p>${said.faulty}</p>
          <ul tabindex="0" aria-label=${text.ratesView.file.list}>
            ${edited.faults.map((fault) => html`<li><code>${fault.path}</code> ${text.ratesView.cardFault(fault)}</li>`)}
          </ul>
        </div>`}
  </div>`;
}

/** All decimals that were typed: of four, the card says that they are too many. */
const typed = inLocale((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 20 }));

/** As the card has it, one figure or three. */
function priceWords(price: PriceEdit["price"] | undefined): string {
  if (price === undefined) return "–";
  const figures = typeof price === "number" ? [price] : [price.low, price.expected, price.high];
  return figures.map((figure) => (Number.isNaN(figure) ? "–" : typed().format(figure))).join(" / ");
}

/** The focus stays in the list: on what has moved into the place of what was taken back. */
function focusEdit(at: number): void {
  const left = [...document.querySelectorAll<HTMLElement>("[data-edit] button")];
  (left[at] ?? left.at(-1) ?? document.getElementById("trial-heading"))?.focus();
}

/** Where there are edited prices and a card from a file, a person says which of them is meant. */
function sourceView(context: Context, bench: Bench): TemplateResult | typeof nothing {
  const { file } = bench;
  if (file === null || !("brought" in file) || bench.edited(context) === null) return nothing;
  const said = text.ratesView.trial;
  const option = (isFile: boolean, name: string): TemplateResult =>
    html`<label>
      <input
        type="radio"
        name="trial-source"
        .checked=${live(bench.fileChosen === isFile)}
        @change=${() => {
          bench.fileChosen = isFile;
          context.redraw();
        }}
      />
      <span>${name}</span>
    </label>`;
  return html`<fieldset class="segments">
    <legend>${said.source}</legend>
    ${option(false, said.sourceEdits)} ${option(true, file.brought.name)}
  </fieldset>`;
}

/** On a small screen what is tried is far below the table, so a bar says what it comes to. */
export function trialBar(context: Context, bench: Bench): TemplateResult {
  const said = text.ratesView.trial;
  const { edits } = bench.edits(context);
  const { length } = edits;
  return html`<div class="trial-bar panel">
    <span>${said.edits(formats.whole(length), length === 1)}</span>
    ${planTotals(context, bench)}
    <button type="button" @click=${() => {
      const heading = document.getElementById("trial-heading");
      heading?.scrollIntoView();
      heading?.focus({ preventScroll: true });
    }}>${said.toResults}</button>
  </div>`;
}

function planTotals(context: Context, bench: Bench): TemplateResult | typeof nothing {
  const { studio } = context;
  const other = bench.other(context, text.ratesView.trial.sourceEdits);
  const { estimate } = studio.assessPlan();
  if (other === null || estimate === null) return nothing;
  const then = other.card.estimate({ items: studio.plan.items }, studio.account?.freeUnits);
  return html`<span>${text.ratesView.trial.plan}: ${priceView(estimate.total)} → ${priceView("errors" in then ? null : then.total)}</span>`;
}

/** Gives a card as a file of JSON, which is read as the same card, with the same fingerprint. */
function downloadCard(card: Card): void {
  download(`${card.id}-${card.version}.json`, "application/json", [`${JSON.stringify(card, null, 2)}\n`]);
}
