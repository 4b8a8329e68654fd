import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import type { Operation, RateCard, Range } from "pricetag";
import type { Context } from "../context.js";
import { formats } from "../figures.js";
import { text } from "../text/index.js";
import { megapixelsOf, priceView } from "./amounts.js";
import { ROWS_AT_ONCE, type Bench } from "./bench.js";
import type { EditedCard, PriceEdit } from "./edits.js";
import { closeEditor, editorRow, openEditor } from "./editor.js";
import { rowTitle, type OperationRows, type Row } from "./rows.js";
import { excludedTiers, isTooMany, itemOf, linesOf, sizeIn } from "./winners.js";

/** Rows that are drawn in one go. */
const ROWS_A_PART = 8;

/** More columns than these are not read across; the choices then stand in one. */
const CHOICE_COLUMNS_MAX = 3;

/** The unit price of every row in every band, from a card. */
type Prices = (Range | null)[][];

export interface Tables {
  context: Context;
  bench: Bench;
  edits: PriceEdit[];
  edited: EditedCard | null;
}

/** One operation of the card, a row for each rate. */
export function operationView(tables: Tables, table: OperationRows, all: number): TemplateResult | typeof nothing {
  const { context, bench } = tables;
  const { operation, title } = table;
  const limit = bench.rowsShown.get(operation.id) ?? ROWS_AT_ONCE;
  const rows = drawnOf(operation, table.rows.slice(0, limit), context);
  if (rows.length === 0) return nothing;
  const left = table.rows.length - limit;
  const prices = pricesOf(context.studio.card, operation, rows);
  const then = tables.edited?.card == null ? null : pricesOf(tables.edited.card, operation, rows);
  const best = operation.rates.reduce((most, { rank = 0 }) => Math.max(most, rank), 0);
  const count =
    table.rows.length === all
      ? text.ratesView.all(formats.whole(all), all === 1)
      : text.ratesView.found(formats.whole(table.rows.length), formats.whole(all));
  return html`<section class="rates-operation" aria-labelledby="rates-${operation.id}" data-operation=${operation.id}>
    <header>
      <h3 id="rates-${operation.id}">${title}</h3>
      <span class="hint">${count}</span>
    </header>
    <p class="hint">${aboutWords(table)}</p>
    <table class="rates-table">
      <thead>
        ${headView(table, best)}
      </thead>
      <tbody>
        ${repeat(
          rows,
          ({ index }) => index,
          (row, at) => guardedRow(tables, table, row, { best, now: prices[at] ?? [], then: then?.[at] ?? null }),
        )}
      </tbody>
    </table>
    ${left <= 0
      ? nothing
      : html`<button type="button" class="quiet more" @click=${() => {
          bench.rowsShown.set(operation.id, limit + ROWS_AT_ONCE);
          context.redraw();
        }}>${text.ratesView.moreRates(formats.whole(Math.min(left, ROWS_AT_ONCE)))}</button>`}
  </section>`;
}

/** The rows by now, some more with each part of the view. */
function drawnOf({ id }: Operation, rows: Row[], { parts }: Context): Row[] {
  let drawn = 0;
  while (drawn < rows.length && parts.has(`${id} ${drawn}`)) drawn += ROWS_A_PART;
  return rows.slice(0, drawn);
}

/** What holds for every rate of the operation. */
function aboutWords({ operation, indifferent }: OperationRows): string {
  const said: string[] = [];
  if (operation.output !== undefined) said.push(text.ratesView.per(operation.output));
  for (const { name, title = name, min = 1, max } of operation.counts ?? []) {
    said.push(text.ratesView.counts(title, formats.whole(min), formats.whole(max)));
  }
  if (indifferent.length > 0) said.push(text.ratesView.indifferent(indifferent.join(", ")));
  return said.join(" ");
}

const bandsOf = (operation: Operation): number[] => (operation.size?.bands ?? [null]).map((_, band) => band);

/** What the card says each row costs in each band; it is asked once about each row. */
function pricesOf(card: RateCard, operation: Operation, rows: Row[]): Prices {
  let known = pricesByCard.get(card);
  if (known === undefined) pricesByCard.set(card, (known = new WeakMap()));
  const unknown = rows.filter((row) => !known.has(row));
  if (unknown.length > 0) askPrices(card, operation, unknown).forEach((prices, at) => known.set(unknown[at]!, prices));
  return rows.map((row) => known.get(row) ?? []);
}

const pricesByCard = new WeakMap<RateCard, WeakMap<Row, Prices[number]>>();

/** One plan for all rows, in each band. */
function askPrices(card: RateCard, operation: Operation, rows: Row[]): Prices {
  const prices: Prices = rows.map(() => []);
  for (const band of bandsOf(operation)) {
    const size = operation.size === undefined ? {} : sizeIn(operation, band);
    const items = rows.flatMap(({ winner }) => {
      const combination = winner?.combinations[0];
      return combination === undefined || size === null ? [] : [{ ...itemOf(operation, combination), ...size }];
    });
    const lines = items.length === rows.length ? linesOf(card, items) : [];
    rows.forEach((_, at) => prices[at]?.push(lines[at]?.unit ?? null));
  }
  return prices;
}

const inColumns = ({ choices }: OperationRows): boolean => choices.length > 0 && choices.length <= CHOICE_COLUMNS_MAX;

function headView(table: OperationRows, best: number): TemplateResult {
  const { operation, choices } = table;
  return html`<tr>
    ${inColumns(table)
      ? choices.map(({ name, title = name }) => html`<th scope="col">${title}</th>`)
      : html`<th scope="col">${text.ratesView.rateFor}</th>`}
    ${operation.size === undefined
      ? html`<th scope="col" class="number">${text.ratesView.price}</th>`
      : operation.size.bands.map(
          ({ upToPixels, addPercent }) =>
            html`<th scope="col" class="number">
              ${text.ratesView.upTo(megapixelsOf(upToPixels))}
              <small>${surcharge(addPercent)}</small>
            </th>`,
        )}
    ${best === 0 ? nothing : html`<th scope="col">${text.ratesView.rank}</th>`}
    <th scope="col">${text.ratesView.notes}</th>
    <th scope="col"><span class="visually-hidden">${text.ratesView.change}</span></th>
  </tr>`;
}

const surcharge = (percent: number): string =>
  percent === 0 ? text.ratesView.noSurcharge : text.ratesView.surcharge(formats.percent(percent));

interface Figures {
  best: number;
  now: (Range | null)[];
  then: (Range | null)[] | null;
}

/** A row is drawn again only when something about it has changed, and always while its price is being edited. */
function guardedRow(tables: Tables, table: OperationRows, row: Row, figures: Figures): unknown {
  const { operation, index } = row;
  if (tables.bench.editing === `${operation.id}!${index}`) return rowView(tables, table, row, figures);
  const edit = editOf(tables, row);
  return guard([row, figures.now, figures.then, JSON.stringify(edit), text], () => rowView(tables, table, row, figures));
}

const editOf = ({ edits }: Tables, { operation, index }: Row): PriceEdit | undefined =>
  edits.find((edit) => edit.operation === operation.id && edit.rate === index);

function rowView(tables: Tables, table: OperationRows, row: Row, figures: Figures): TemplateResult {
  const { context, bench } = tables;
  const { operation, index, rate } = row;
  const title = rowTitle(row);
  const edit = editOf(tables, row);
  const key = `${operation.id}!${index}`;
  const isOpen = bench.editing === key;
  const columns = (inColumns(table) ? table.choices.length : 1) + figures.now.length + (figures.best === 0 ? 0 : 1) + 2;
  return html`<tr data-rate=${index} class=${edit === undefined ? "" : "edited"}>
      ${choiceCells(table, row)} ${priceCells(table, row, figures, edit)}
      ${figures.best === 0 ? nothing : html`<td class="rank" data-label=${text.ratesView.rank}>${rankView(rate.rank ?? 0, figures.best)}</td>`}
      <td class="notes">${notesView(tables, row)}</td>
      <td class="act">
        ${rate.price === undefined
          ? nothing
          : html`<button
              type="button"
              class="quiet"
              id="edit-${key}"
              aria-expanded=${isOpen}
              aria-label=${text.ratesView.editLabel(title)}
              @click=${() => (isOpen ? closeEditor(context, bench) : openEditor(context, bench, key))}
            >
              ${text.ratesView.edit}
            </button>`}
      </td>
    </tr>
    ${isOpen && rate.price !== undefined ? editorRow(tables, row, rate.price, edit, columns) : nothing}`;
}

function choiceCells(table: OperationRows, { cells }: Row): TemplateResult | TemplateResult[] {
  const { choices } = table;
  if (inColumns(table)) {
    return cells.map((cell, at) =>
      at === 0
        ? html`<th scope="row" data-label=${choices[at]?.title ?? ""}>${cell ?? html`<span class="any">${text.ratesView.any}</span>`}</th>`
        : html`<td class="choice" data-label=${choices[at]?.title ?? ""}>${cell ?? html`<span class="any">${text.ratesView.any}</span>`}</td>`,
    );
  }
  const said = cells.flatMap((cell, at) => (cell === null ? [] : [`${choices[at]?.title ?? choices[at]?.name}: ${cell}`]));
  return html`<th scope="row">${said.length === 0 ? text.ratesView.everything : said.join(" · ")}</th>`;
}

function priceCells({ operation }: OperationRows, { rate }: Row, { now, then }: Figures, edit: PriceEdit | undefined): TemplateResult | TemplateResult[] {
  if (rate.unavailable !== undefined) {
    return html`<td class="unavailable" colspan=${now.length}>${text.ratesView.unavailable(rate.unavailable)}</td>`;
  }
  return now.map((price, band) => {
    const found = operation.size?.bands[band];
    const label = found === undefined ? text.ratesView.price : `${text.ratesView.upTo(megapixelsOf(found.upToPixels))} · ${surcharge(found.addPercent)}`;
    return html`<td class="number" data-label=${label}>
      ${edit === undefined ? priceView(price) : html`<del>${priceView(price)}</del> <ins>${priceView(then?.[band] ?? null)}</ins>`}
    </td>`;
  });
}

function rankView(rank: number, best: number): TemplateResult {
  return html`<span class="dots" aria-hidden="true"><b>${"●".repeat(rank)}</b>${"●".repeat(best - rank)}</span>
    <span class="visually-hidden">${text.ratesView.rankOf(formats.whole(rank), formats.whole(best))}</span>`;
}

/** How far the price can be relied on, the card's own note, and who may not use it. */
function notesView({ context, bench }: Tables, row: Row): TemplateResult {
  const { rate, winner, operation } = row;
  const { card, document } = context.studio;
  if (rate.unavailable !== undefined || winner === undefined) return html`–`;
  const excluded = isTooMany(winner) ? [] : bench.excluded(row, () => excludedTiers(card, document, operation, winner));
  const whole = excluded.filter(({ without }) => without.length === 0).map(({ tier }) => tier);
  // Tiers that lack the same options are named together.
  const alike = Map.groupBy(excluded.filter(({ without }) => without.length > 0), ({ without }) => without.join(", "));
  return html`${winner.accuracy === null ? nothing : html`<span>${text.ratesView.accuracy[winner.accuracy]}</span>`}
    ${rate.note === undefined ? nothing : html`<span>${rate.note}</span>`}
    ${isTooMany(winner) && document.tiers?.some(({ excludes = [] }) => excludes.some((exclusion) => exclusion.operation === operation.id))
      ? html`<span class="not">${text.ratesView.seeTiers}</span>`
      : nothing}
    ${whole.length === 0 ? nothing : html`<span class="not">${text.ratesView.notIn(whole.join(", "))}</span>`}
    ${[...alike].map(([options, tiers]) => html`<span class="not">${text.ratesView.notInWith(tiers.map(({ tier }) => tier).join(", "), options)}</span>`)}`;
}
