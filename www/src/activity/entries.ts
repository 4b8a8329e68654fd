import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Context } from "../context.js";
import { figure, formats, signed } from "../figures.js";
import { text } from "../text/index.js";
import { PAGE, pageBefore, type Activity, type Bounds } from "./activity.js";
import { difference } from "../exact.js";
import { timeText } from "./dates.js";
import type { Entry } from "./ledger.js";
import { nameOf } from "./names.js";
import { receiptView } from "./receipt.js";

/** The history, newest first, a page at a time. */
export function entriesView(context: Context, activity: Activity, before: number | null): TemplateResult {
  const words = text.activityView;
  const page = activity.entries.value;
  const { bounds } = activity;
  const unit = context.studio.document.unit ?? "credit";
  return html`<section class="panel activity-entries" aria-busy=${activity.entries.busy ? "true" : "false"}>
    <header>
      <h2 id="entries-title" tabindex="-1">${words.entries}</h2>
      ${bounds === null || page === null ? nothing : pagerView(context, bounds, before)}
    </header>
    ${page === null
      ? html`<p class="hint">${activity.entries.problem === null ? words.loading : nothing}</p>`
      : page.entries.length === 0
        ? html`<p class="hint">${words.entriesNone}</p>`
        : html`<ol class="entries">
            ${repeat(
              page.entries,
              // A row that is open stays open, and no other in its place.
              ({ seq }) => seq,
              (entry) => html`<li>${entryView(context, activity, entry, unit)}</li>`,
            )}
          </ol>`}
  </section>`;
}

function pagerView(context: Context, bounds: Bounds, wanted: number | null): TemplateResult | typeof nothing {
  const words = text.activityView;
  const { first, last } = bounds;
  if (last === first) return nothing;
  const before = pageBefore(bounds, wanted);
  const oldest = Math.max(first + 1, before - PAGE);
  const go = (to: number) => (): void => {
    context.keep("before", to > last ? null : String(to));
  };
  const button = (name: string, title: string, to: number, off: boolean): TemplateResult =>
    html`<button type="button" class="small" id=${name} aria-disabled=${off ? "true" : nothing} @click=${off ? nothing : go(to)}>
      ${title}
    </button>`;
  const [atNewest, atOldest] = [before > last, oldest === first + 1];
  const position = (seq: number): string => formats.whole(last + 1 - seq);
  return html`<nav class="pager" aria-label=${words.pages}>
    <span class="hint" id="position">${words.position(position(before - 1), position(oldest), formats.whole(last - first))}</span>
    ${button("newest", words.newest, last + 1, atNewest)} ${button("newer", words.newer, Math.min(last + 1, before + PAGE), atNewest)}
    ${button("older", words.older, oldest, atOldest)} ${button("oldest", words.oldest, lastPage(bounds), atOldest)}
  </nav>`;
}

/** Pages are counted from the newest entry, so the last may be short. */
const lastPage = ({ first, last }: Bounds): number => last + 1 - Math.floor((last - first - 1) / PAGE) * PAGE;

function entryView(context: Context, activity: Activity, entry: Entry, unit: string): TemplateResult {
  const { holdId } = entry;
  const row = rowView(entry, nameOf(context, activity, entry), unit);
  if (holdId === null) return html`<div class="entry">${row}</div>`;
  const receipt = activity.receipts.get(holdId);
  const toggle = (event: Event): void => {
    if ((event.target as HTMLDetailsElement).open) activity.openReceipt(holdId);
  };
  return html`<details @toggle=${toggle}>
    <summary class="entry">${row}</summary>
    ${receipt === undefined ? nothing : receiptView(receipt, unit, () => activity.openReceipt(holdId))}
  </details>`;
}

function rowView(entry: Entry, name: string, unit: string): TemplateResult {
  const words = text.activityView;
  const { kind, asset, note, at, postedAfter, heldAfter } = entry;
  const about = [name, asset ?? note ?? ""].filter((part) => part !== "").join(" · ");
  return html`<span class="what">${words.kinds[kind] ?? kind}${about === "" ? nothing : html` <small>${about}</small>`}</span>
    <time class="hint" datetime=${at}>${timeText(at)}</time>
    <span class="amount">${amountText(entry, unit)}</span>
    <small class="after">
      ${words.balanceAfter(formats.credits(postedAfter))}${heldAfter === 0 ? nothing : ` · ${words.ofItHeld(formats.credits(heldAfter))}`}
    </small>`;
}

/** What moved: the balance, or where that stayed, what is set aside of it. */
function amountText({ kind, postedBefore, postedAfter, heldBefore, heldAfter }: Entry, unit: string): string {
  const words = text.activityView;
  const moved = difference(postedAfter, postedBefore);
  if (moved !== 0) return `${signed(moved)} ${text.elements.unit(unit, Math.abs(moved))}`;
  const held = difference(heldAfter, heldBefore);
  if (held !== 0) return figure(Math.abs(held), unit);
  return ["charge", "capture", "late-capture"].includes(kind) ? words.included : words.noMove;
}
