import { html, nothing, type TemplateResult } from "lit";
import type { Context } from "../context.js";
import { formats } from "../figures.js";
import type { Entry } from "../plan-list.js";
import { text } from "../text/index.js";
import { complaintsView, fieldsOf, quantityView, rowPriceView, rowsView, type Row } from "../views/rows.js";
import type { Editing } from "./editing.js";
import { drag, placeByKey } from "./moving.js";

const GRIP = html`<svg viewBox="0 0 8 14" width="8" height="14" aria-hidden="true"><path d="M1 1h2v2H1zm4 0h2v2H5zM1 6h2v2H1zm4 0h2v2H5zM1 11h2v2H1zm4 0h2v2H5z" /></svg>`;

/** The items; the one that is open has its form beneath it. */
export function entriesView(context: Context, editing: Editing): TemplateResult {
  const { studio } = context;
  const open = editing.openKey(context);
  const draw = (row: Row): TemplateResult => rowView(context, editing, row, row.entry.key === open);
  return html`<ol class="entries">
      ${rowsView(studio, draw, ({ entry }) => (entry.key === open ? studio.revision : null))}
    </ol>
    <p class="visually-hidden" id="moving-hint">${text.planView.movingHint}</p>`;
}

function rowView(context: Context, editing: Editing, row: Row, open: boolean): TemplateResult {
  const { studio } = context;
  const { entry, title, index, line } = row;
  return html`<li data-key=${entry.key} data-item=${index}>
    <div class="entry">
      ${handleView(context, row)}
      <b class="entry-title">${title}</b>
      <span class="hint">${fieldsOf(entry, line)}</span>
      ${quantityView(studio, row)}
      <span class="entry-price">${rowPriceView(studio, row)}</span>
      ${actionsView(context, editing, row, open)}
    </div>
    ${complaintsView(studio, row)}
    ${open
      ? html`<div class="entry-form" id="form-${entry.key}">
          <rate-card-form
            .card=${studio.card}
            .live=${editing.liveOf(studio, entry)}
            .account=${studio.account}
            .words=${text.elements}
            silent
            @input=${() => editing.take(studio, index)}
          ></rate-card-form>
        </div>`
      : nothing}
  </li>`;
}

function handleView(context: Context, { entry, index, title }: Row): TemplateResult {
  const count = context.studio.plan.length;
  const byKey = (event: KeyboardEvent): void => {
    const to = placeByKey(event, index, count);
    if (to !== null) move(context, entry, index, to, title, ".handle");
  };
  return html`<button
    type="button"
    class="handle"
    aria-label=${text.planView.moveOf(formats.whole(index + 1), title)}
    aria-describedby="moving-hint"
    title=${text.planView.movingHint}
    @keydown=${byKey}
    @pointerdown=${(event: PointerEvent) => drag(event, index, (to) => move(context, entry, index, to, title, ".handle"))}
  >
    ${GRIP}<span aria-hidden="true">${formats.whole(index + 1)}</span>
  </button>`;
}

/** Moves an item; the focus goes with it. */
function move({ studio, announce }: Context, { key }: Entry, from: number, to: number, title: string, focused: string): void {
  studio.plan.move(from, to);
  studio.planChanged();
  const row = document.querySelector(`.entries [data-key="${key}"]`);
  const control = row?.querySelector<HTMLButtonElement>(focused);
  // At the end of the list the button that was pressed can do no more.
  (control?.disabled === true ? row?.querySelector<HTMLElement>(".handle") : control)?.focus();
  row?.scrollIntoView({ block: "nearest" });
  announce(text.planView.moved(title, formats.whole(to + 1), formats.whole(studio.plan.length)));
}

function actionsView(context: Context, editing: Editing, { entry, index, title }: Row, open: boolean): TemplateResult {
  const { studio } = context;
  const { plan } = studio;
  const words = text.planView;
  const toggle = (): void => {
    if (open) editing.close(context);
    else editing.open(context, entry);
  };
  const duplicate = (): void => {
    plan.duplicate(index);
    studio.planChanged();
    context.announce(words.duplicated(title));
  };
  const remove = (): void => {
    if (open) editing.close(context);
    studio.remove(index, title);
    focusAfterRemoval(index);
  };
  const step = (name: "up" | "down", to: number, sign: string, label: string): TemplateResult =>
    html`<button
      type="button"
      class="quiet ${name === "up" ? "up" : "down"}"
      aria-label=${label}
      ?disabled=${to < 0 || to >= plan.length}
      @click=${() => move(context, entry, index, to, title, `.${name}`)}
    >
      <span aria-hidden="true">${sign}</span>
    </button>`;
  return html`<div class="entry-actions">
    ${step("up", index - 1, "↑", words.moveUpOf(title))} ${step("down", index + 1, "↓", words.moveDownOf(title))}
    <button
      type="button"
      class="quiet edit"
      aria-label=${words.editOf(title)}
      aria-expanded=${open}
      aria-controls=${open ? `form-${entry.key}` : nothing}
      @click=${toggle}
    >
      ${words.edit}
    </button>
    <button type="button" class="quiet duplicate" aria-label=${text.duplicateOf(title)} @click=${duplicate}>${text.duplicate}</button>
    <button type="button" class="quiet remove" aria-label=${text.removeOf(title)} @click=${remove}>${text.remove}</button>
  </div>`;
}

/** The focus stays in the list: on what has moved into the place of what was removed. */
function focusAfterRemoval(index: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>(".entries > li")];
  const next = rows[index] ?? rows.at(-1);
  (next?.querySelector<HTMLElement>(".remove") ?? document.getElementById("plan-heading"))?.focus();
}
