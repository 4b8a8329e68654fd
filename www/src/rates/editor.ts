import { html, nothing, type TemplateResult } from "lit";
import type { Range } from "pricetag";
import type { Context } from "../context.js";
import { numberValue } from "../number-value.js";
import { text } from "../text/index.js";
import type { Bench } from "./bench.js";
import { faultsOf, isEmpty, isSame, type PriceEdit } from "./edits.js";
import { rowTitle, type Row } from "./rows.js";
import type { Tables } from "./table.js";

const FIGURES = ["low", "expected", "high"] as const;

export function openEditor(context: Context, bench: Bench, key: string): void {
  bench.editing = key;
  context.redraw();
  focusField();
}

const focusField = (): void => document.querySelector<HTMLElement>(".editor input")?.focus();

/** The focus goes back to where it came from. */
export function closeEditor(context: Context, bench: Bench): void {
  const key = bench.editing;
  bench.editing = null;
  context.redraw();
  document.getElementById(`edit-${key}`)?.focus();
}

const asRange = (price: number | Range): Range => (typeof price === "number" ? { low: price, expected: price, high: price } : price);

/** The row under a rate in which its price is tried. Whether it is a price is for the card to say. */
export function editorRow(tables: Tables, row: Row, price: number | Range, edit: PriceEdit | undefined, columns: number): TemplateResult {
  const { context, bench, edited } = tables;
  const { operation, index } = row;
  const title = rowTitle(row);
  const tried = edit?.price ?? price;
  const faults = edited === null ? [] : faultsOf(edited, operation.id, index);
  const set = (changed: number | Range): void =>
    bench.setPrice(context, operation.id, index, isSame(changed, price) ? null : changed);
  const close = (): void => closeEditor(context, bench);
  const field = (label: string, figure: number, take: (figure: number) => number | Range): TemplateResult =>
    html`<label>
      <span>${label}</span>
      <input
        type="number"
        inputmode="decimal"
        min="0"
        step="any"
        aria-invalid=${faults.length > 0 ? "true" : nothing}
        aria-describedby="editor-faults"
        .value=${numberValue(figure)}
        @input=${(event: Event) => set(take((event.target as HTMLInputElement).valueAsNumber))}
      />
    </label>`;
  return html`<tr class="editor">
    <td colspan=${columns}>
      <form
        aria-label=${text.ratesView.editor.heading(title)}
        @submit=${(event: SubmitEvent) => {
          event.preventDefault();
          close();
        }}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === "Escape") close();
        }}
        novalidate
      >
        <div class="editor-fields">
          ${typeof tried === "number"
            ? field(text.ratesView.editor.one, tried, (figure) => figure)
            : FIGURES.map((name) => field(text.ratesView.editor[name], tried[name], (figure) => ({ ...tried, [name]: figure })))}
          <button type="button" data-form @click=${() => set(typeof tried === "number" ? asRange(tried) : tried.expected)}>
            ${typeof tried === "number" ? text.ratesView.editor.asRange : text.ratesView.editor.asOne}
          </button>
          <button type="button" data-undo ?disabled=${edit === undefined} @click=${() => {
            bench.setPrice(context, operation.id, index, null);
            // A disabled button would lose the focus.
            focusField();
          }}>
            ${text.ratesView.editor.undo}
          </button>
          <button type="submit">${text.ratesView.closeEditor}</button>
        </div>
        <p class="hint" id="editor-faults">
          ${faults.length === 0
            ? text.ratesView.editor.hint
            : html`<span class="fault">${isEmpty(tried) ? text.ratesView.editor.empty : faults.map(text.ratesView.cardFault).join(" ")}</span>`}
        </p>
      </form>
    </td>
  </tr>`;
}
