import { html, nothing, type TemplateResult } from "lit";
import type { Alternative, Card, Estimate, Operation, RateCard } from "pricetag";
import { figure, formats } from "../figures.js";
import type { Studio } from "../studio.js";
import { text } from "../text/index.js";

/** One thing that makes the price what it is, and what it comes to. */
export interface Cause {
  name: string;
  says: string;
  amount: string;
}

/** Why it is so expensive: every choice that has a cheaper option, then the size, then how many. All figures are the card's. */
export function dearView(causes: Cause[] | null): TemplateResult {
  return html`<details class="dear" data-dear>
    <summary>${text.dear.question}</summary>
    ${causes === null ? html`<p class="hint">${text.cheaperUnknown}</p>` : causesView(causes)}
  </details>`;
}

function causesView(causes: Cause[]): TemplateResult {
  if (causes.length === 0) return html`<p class="hint">${text.dear.nothing}</p>`;
  return html`<dl class="causes">
    ${causes.map(
      ({ name, says, amount }) => html`<div>
        <dt>${name}</dt>
        <dd class="amount">${amount === "" ? nothing : amount}</dd>
        <dd class="hint">${says}</dd>
      </div>`,
    )}
  </dl>`;
}

export function causesOf(studio: Studio, estimate: Estimate): Cause[] {
  const operation = studio.currentOperation;
  const [line] = estimate.lines;
  if (operation === undefined || line === undefined || line.total.high === 0) return [];
  return [...choiceCauses(studio, operation), ...sizeCauses(operation, estimate, studio.document), ...countCauses(studio, operation, estimate)];
}

/** Of each choice the option that saves most, and of those that save the same one that keeps the rank: these the card lists first. */
function choiceCauses({ card, account, live, document }: Studio, operation: Operation): Cause[] {
  const found = alternativesOf(card, live.item, account?.tier).sort((one, other) => other.saves - one.saves);
  const best = new Map<string, Alternative>();
  for (const alternative of found) if (!best.has(alternative.field)) best.set(alternative.field, alternative);
  return [...best.values()].map(({ field, option, saves, rank }) => {
    const choice = operation.choices?.find(({ name }) => name === field);
    const titleOf = (id: string | number | undefined): string => choice?.options.find((known) => known.id === id)?.title ?? String(id ?? "");
    const quality = rank < 0 ? text.lesser : rank > 0 ? text.better : text.sameRank;
    return {
      name: `${choice?.title ?? field}: ${titleOf(live.item[field] ?? choice?.default)}`,
      says: text.dear.choice(titleOf(option), quality),
      amount: text.dear.upTo(figure(saves, document.unit ?? "credit")),
    };
  });
}

function alternativesOf(card: RateCard, item: Studio["live"]["item"], tier: string | undefined): Alternative[] {
  const found = card.alternatives({ items: [item] }, tier);
  return "errors" in found ? [] : found;
}

function sizeCauses(operation: Operation, { lines }: Estimate, { unit = "credit" }: Card): Cause[] {
  const part = lines[0]?.parts.find(({ kind }) => kind === "size");
  if (part === undefined || part.kind !== "size") return [];
  const free = operation.size?.bands.find(({ addPercent }) => addPercent === 0);
  const largest = free === undefined ? "" : formats.whole(free.upToPixels);
  return [
    {
      name: `${text.elements.dimensions} +${formats.percent(part.percent)}`,
      says: free === undefined ? "" : text.dear.size(largest),
      amount: figure(part.amount, unit),
    },
  ];
}

/** Only where there are several: the price of one of them beside that of all. */
function countCauses({ document: { unit = "credit" } }: Studio, operation: Operation, { lines }: Estimate): Cause[] {
  const [line] = lines;
  if (line === undefined || line.count === 1) return [];
  const names = [...(operation.counts ?? []).map(({ name, title }) => title ?? name), text.elements.quantity];
  return [{ name: names.join(" × "), says: text.dear.count(formats.whole(line.count)), amount: text.dear.each(figure(line.unit, unit)) }];
}
