import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Card, Change, Comparison, Operation } from "pricetag";
import type { Context } from "../context.js";
import { formats } from "../figures.js";
import { text } from "../text/index.js";
import { bandWords, change, changePercent, priceView } from "./amounts.js";
import { CHANGES_AT_ONCE, type Bench } from "./bench.js";

export const KINDS = ["all", "dearer", "cheaper", "appeared", "disappeared"] as const;
export const SORTS = ["credits", "percent"] as const;

type Kind = (typeof KINDS)[number];
type Sort = (typeof SORTS)[number];

const kindFrom = (own: ReadonlyMap<string, string>): Kind => KINDS.find((kind) => kind === own.get("show")) ?? "all";
const sortFrom = (own: ReadonlyMap<string, string>): Sort => SORTS.find((sort) => sort === own.get("sort")) ?? "credits";

/**
 * The kind that the card's summary counts a change under. The summary has no kind for each change, so this is read from the two
 * prices in the order that the summary states: the expected figure, where that stays the high one, and then the low one.
 */
export function kindOf({ old, new: then }: Change): Exclude<Kind, "all"> {
  if (old === null) return "appeared";
  if (then === null) return "disappeared";
  const figure = (["expected", "high", "low"] as const).find((name) => old[name] !== then[name]) ?? "expected";
  return then[figure] > old[figure] ? "dearer" : "cheaper";
}

/** How large a change is; what has no percentage because it was free is larger than any, what has but one price comes last. */
function sizeOf({ change, percent }: Change, sort: Sort): number {
  if (change === null) return -1;
  if (sort === "credits") return Math.abs(change);
  return percent === null ? Number.POSITIVE_INFINITY : Math.abs(percent);
}

/** The changes of one kind, the largest first. */
export const sorted = ({ changes }: Comparison, kind: Kind, sort: Sort): Change[] =>
  changes.filter((found) => kind === "all" || kindOf(found) === kind).sort((one, other) => sizeOf(other, sort) - sizeOf(one, sort) || 0);

/** Everything that is priced otherwise, of thousands a few at a time. */
export function changesView(context: Context, bench: Bench): TemplateResult | typeof nothing {
  const other = bench.other(context, text.ratesView.trial.sourceEdits);
  if (other === null) return nothing;
  const { own, keep, studio, redraw } = context;
  const [kind, sort] = [kindFrom(own), sortFrom(own)];
  const comparison = bench.comparison(studio.card, other.card);
  const changes = bench.sorted(comparison, `${kind} ${sort}`, () => sorted(comparison, kind, sort));
  const shown = changes.slice(0, bench.changesShown);
  const left = changes.length - shown.length;
  return html`<section class="panel rates-changes" aria-labelledby="rates-changes">
    <h2 id="rates-changes" tabindex="-1">${text.ratesView.changes.heading}</h2>
    ${comparison.changes.length === 0
      ? html`<p class="hint">${text.ratesView.changes.none}</p>`
      : html`${filterView(comparison, kind, sort, keep)}
          ${shown.length === 0
            ? html`<p class="hint">${text.ratesView.changes.noneOfKind}</p>`
            : tableView(shown, studio.document, other.document)}
          ${left === 0
            ? nothing
            : html`<button type="button" class="quiet more" id="more-changes" @click=${() => {
                bench.changesShown += CHANGES_AT_ONCE;
                redraw();
              }}>${text.ratesView.changes.more(formats.whole(Math.min(left, CHANGES_AT_ONCE)), formats.whole(left))}</button>`}`}
  </section>`;
}

function filterView({ changes, summary }: Comparison, kind: Kind, sort: Sort, keep: Context["keep"]): TemplateResult {
  const { kinds, sorts } = text.ratesView.changes;
  const count = (of: Kind): number => (of === "all" ? changes.length : summary[of]);
  return html`<div class="changes-filter">
    <fieldset class="segments">
      <legend class="visually-hidden">${text.ratesView.changes.show}</legend>
      ${KINDS.map(
        (name) =>
          html`<label>
            <input
              type="radio"
              name="changes-kind"
              value=${name}
              .checked=${live(name === kind)}
              @change=${() => keep("show", name === "all" ? null : name)}
            />
            <span>${kinds[name]} <small>${formats.whole(count(name))}</small></span>
          </label>`,
      )}
    </fieldset>
    <span class="hint">${text.ratesView.changes.summary(formats.whole(summary.compared))}</span>
    <label class="changes-sort">
      <span>${text.ratesView.changes.sort}</span>
      <select id="changes-sort" @change=${(event: Event) => {
        const { value } = event.target as HTMLSelectElement;
        keep("sort", value === SORTS[0] ? null : value);
      }}>
        ${SORTS.map((name) => html`<option value=${name} .selected=${live(name === sort)}>${sorts[name]}</option>`)}
      </select>
    </label>
  </div>`;
}

function tableView(shown: Change[], now: Card, then: Card): TemplateResult {
  const said = text.ratesView.changes;
  return html`<table class="rates-table changes">
    <thead>
      <tr>
        <th scope="col">${said.what}</th>
        <th scope="col">${said.size}</th>
        <th scope="col" class="number">${said.old}</th>
        <th scope="col" class="number">${said.new}</th>
        <th scope="col" class="number">${said.change}</th>
        <th scope="col" class="number">${said.percent}</th>
      </tr>
    </thead>
    <tbody>
      ${shown.map((found) => {
        // A combination that is only in the new card has its band there.
        const operation = operationOf(found.old === null ? [then, now] : [now, then], found.operation);
        return html`<tr data-kind=${kindOf(found)}>
          <th scope="row">${wordsOf(operation, found)}</th>
          <td data-label=${said.size}>${bandWords(operation, found.band) ?? said.anySize}</td>
          <td class="number" data-label=${said.old}>${priceView(found.old)}</td>
          <td class="number" data-label=${said.new}>${priceView(found.new)}</td>
          <td class="number" data-label=${said.change}>${changeWords(found)}</td>
          <td class="number" data-label=${said.percent}>${changePercent(found.change === 0 ? null : found.percent)}</td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}

/** The difference of the expected price; what it is where there is none, because one side is missing or only the range has changed. */
function changeWords(found: Change): string {
  if (found.change === null) return text.ratesView.changes[kindOf(found)];
  return found.change === 0 ? text.ratesView.changes.rangeOnly : change(found.change);
}

const operationOf = (cards: Card[], id: string): Operation | undefined =>
  cards.flatMap(({ operations }) => operations).find((operation) => operation.id === id);

/** `Create · Stability Core · Draft`, as the card names them. */
function wordsOf(operation: Operation | undefined, { operation: id, choices }: Change): string {
  const options = Object.entries(choices).map(([name, option]) => {
    const choice = operation?.choices?.find((candidate) => candidate.name === name);
    return choice?.options.find((candidate) => candidate.id === option)?.title ?? option;
  });
  return [operation?.title ?? id, ...options].join(" · ");
}
