import { html, nothing, type TemplateResult } from "lit";
import type { AnyItem } from "pricetag";
import type { Assessment } from "../assessment.js";
import { cheaperWays, type CheaperWays, type Way } from "../cheaper.js";
import { figure, formats } from "../figures.js";
import type { Place } from "../notices.js";
import type { Studio } from "../studio.js";
import { text } from "../text/index.js";

const SHOWN_AT_FIRST = 3;

/** The heading of the form's cheaper ways; the way back has its place in it, so that nothing moves when it comes. */
export function cheaperHeading(studio: Studio): TemplateResult {
  const undo = (event: Event): void => {
    studio.undo("form");
    // The button is gone now; the ways are what comes after it.
    const next = (event.target as HTMLElement).closest(".cheaper-heading")?.nextElementSibling;
    next?.querySelector<HTMLElement>("button, summary")?.focus();
  };
  return html`<div class="cheaper-heading">
    <h2>${text.cheaper}</h2>
    <button type="button" class="quiet" data-undo="form" aria-label=${text.undoApplied} ?hidden=${!studio.canUndo("form")} @click=${undo}>
      ${text.undo}
    </button>
  </div>`;
}

/** The first ones in the card's order and, where the balance is too small, the first of those that fit it. */
function shownAtFirst(ways: Way[]): Way[] {
  const fit = ways.find(({ fits }) => fits);
  return ways.filter((way, index) => index < SHOWN_AT_FIRST || way === fit);
}

/** The ways for these items, worked out now where the caller has not. */
export function cheaperView(studio: Studio, place: Place, items: AnyItem[], assessment: Assessment, known: CheaperWays | null = null): TemplateResult {
  if (assessment.estimate === null) return html`<p class="hint">${text.cheaperUnknown}</p>`;
  const { ways, fit, cheapest } = known ?? cheaperWays(studio, place, items, assessment);
  const unit = studio.document.unit ?? "credit";
  const atFirst = shownAtFirst(ways);
  const rest = ways.filter((way) => !atFirst.includes(way));
  const list = (shown: Way[]): TemplateResult =>
    html`<ul class="ways">
      ${shown.map((way) => wayView(studio, place, items, way))}
    </ul>`;
  const applyFit = (): void => {
    // What was typed since it was worked out would be lost.
    const { items } = studio.plan;
    if (fit?.insteadOf.every((item, index) => item === items[index])) studio.applyFit(place, fit.items);
  };
  return html`${fit === null
    ? nothing
    : html`<button type="button" class="fit" data-fit @click=${applyFit}>
          ${text.fit} · ${figure(fit.total, unit)}
        </button>
        <p class="hint">${text.fitHint}</p>`}
  ${cheapest === null
    ? nothing
    : html`<p class="hint">${text.fitNone(figure(cheapest.most, unit), figure(cheapest.shortBy, unit))}</p>`}
  ${ways.length === 0 ? html`<p class="hint">${text.cheaperNone}</p>` : list(atFirst)}
  ${rest.length === 0
    ? nothing
    : html`<details>
        <summary>${text.moreWays(formats.whole(rest.length))}</summary>
        ${list(rest)}
      </details>`}`;
}

function wayView(studio: Studio, place: Place, items: AnyItem[], { alternative, fits }: Way): TemplateResult {
  const { saves, item, rank, field, option } = alternative;
  const operation = studio.document.operations.find(({ id }) => id === items[item]?.operation);
  const choice = operation?.choices?.find(({ name }) => name === field);
  const name = choice?.options.find(({ id }) => id === option)?.title ?? option;
  const title = choice?.title ?? field;
  const saved = figure(saves, studio.document.unit ?? "credit");
  const quality = rank < 0 ? text.lesser : rank > 0 ? text.better : text.sameRank;
  return html`<li>
    <span>
      ${items.length > 1 ? text.inItem(formats.whole(item + 1)) : nothing}
      ${title}: <b>${name}</b>
    </span>
    <small>
      ${text.saves(saved)} · ${quality}${fits ? html` · <em>${text.fits}</em>` : nothing}
    </small>
    <button type="button" class="small" aria-label=${text.applyLabel(title, name, saved, quality)} @click=${() => studio.apply(place, alternative)}>
      ${text.apply}
    </button>
  </li>`;
}
