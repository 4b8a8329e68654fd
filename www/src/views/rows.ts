import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";
import type { Block, Card, Fault, Line } from "pricetag";
import { itemIndex } from "pricetag/elements";
import { formats } from "../figures.js";
import type { Entry } from "../plan-list.js";
import type { Studio } from "../studio.js";
import { text } from "../text/index.js";
import { blockWords, faultWords } from "./run.js";

/** An item of the plan, and what the card says of it. */
export interface Row {
  entry: Entry;
  index: number;
  title: string;
  line: Line | undefined;
  faults: Fault[];
  block: Block | undefined;
}

/** The plan's items, each drawn again only when something about it has changed: one of 500 can be typed in. */
export function rowsView(studio: Studio, draw: (row: Row) => TemplateResult, more: (row: Row) => unknown = () => null): unknown {
  const { plan, document: card } = studio;
  const { estimate, preflight, faults } = studio.assessPlan();
  const byItem = Map.groupBy(faults, itemIndex);
  const blocks = new Map((preflight?.blocks ?? []).map((block) => [block.item, block]));
  return repeat(
    plan.entries,
    ({ key }) => key,
    (entry, index) => {
      const line = estimate?.lines[index];
      const title = line?.title ?? titleOf(card, entry.item);
      const row: Row = { entry, index, title, line, faults: byItem.get(index) ?? [], block: blocks.get(index) };
      const figures = line === undefined ? [] : [line.total.low, line.total.expected, line.total.high, line.count, line.free];
      return guard([entry, index, plan.length, title, more(row), text, card, ...complaints(studio, row), ...figures], () => draw(row));
    },
  );
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

/** What an item's title does not say: its size, and how many it makes where that is not its quantity. */
export function fieldsOf({ item }: Entry, line: Line | undefined): string {
  const size = item["width"] === undefined && item["height"] === undefined ? "" : `${item["width"] ?? "–"} × ${item["height"] ?? "–"}`;
  const said = [size];
  if (line !== undefined && line.count !== (item.quantity ?? 1)) said.push(text.outputs(formats.whole(line.count)));
  if (line !== undefined && line.free > 0) said.push(text.freeOutputs(formats.whole(line.free)));
  return said.filter((part) => part !== "").join(" · ");
}

/** What is wrong with an item, and why the account may not have it. */
function complaints(studio: Studio, { faults, block }: Row): string[] {
  if (faults.length === 0 && block === undefined) return [];
  return [faultWords(faults, studio), block === undefined ? "" : blockWords(block, studio)];
}

export const complaintsView = (studio: Studio, row: Row): TemplateResult[] =>
  complaints(studio, row)
    .filter((words) => words !== "")
    .map((words) => html`<p class="fault">${words}</p>`);

export const rowPriceView = (studio: Studio, { line }: Row): TemplateResult =>
  html`<price-tag compact .price=${line?.total ?? null} .unit=${studio.document.unit ?? "credit"} .words=${text.elements}>–</price-tag>`;

/** How often the item is in the plan, as a field. */
export function quantityView(studio: Studio, { entry, index, title, faults }: Row): TemplateResult {
  const quantity = entry.item.quantity ?? 1;
  const set = (event: Event): void => {
    studio.plan.set(index, "quantity", (event.target as HTMLInputElement).valueAsNumber);
    studio.planTyped();
  };
  return html`<label class="entry-quantity">
    <span aria-hidden="true">×</span>
    <input
      type="number"
      inputmode="numeric"
      min="1"
      max="10000"
      step="1"
      aria-label=${text.quantityOf(title)}
      aria-invalid=${faults.some(({ path }) => path.endsWith(".quantity")) ? "true" : nothing}
      .value=${live(Number.isNaN(quantity) ? "" : String(quantity))}
      @input=${set}
    />
  </label>`;
}
