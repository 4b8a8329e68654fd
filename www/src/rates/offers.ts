import { html, nothing, type TemplateResult } from "lit";
import type { AnyItem, Card, Tier, When } from "pricetag";
import type { Studio } from "../studio.js";
import { formats } from "../figures.js";
import { text } from "../text/index.js";
import { priceView } from "./amounts.js";

/** The card's tiers: what each has, and what it may not use. */
export function tiersView({ document: card }: Studio): TemplateResult | typeof nothing {
  const { tiers = [], freeUnits = [] } = card;
  if (tiers.length === 0) return nothing;
  return html`<section class="panel rates-offers" aria-labelledby="rates-tiers">
    <h2 id="rates-tiers">${text.ratesView.tiers}</h2>
    <table class="rates-table tiers">
      <thead>
        <tr>
          <th scope="col">${text.ratesView.tier}</th>
          <th scope="col" class="number">${text.ratesView.monthlyCredits}</th>
          <th scope="col" class="number">${text.ratesView.requests}</th>
          ${freeUnits.map(({ id, title = id }) => html`<th scope="col" class="number">${text.ratesView.freeUnits(title)}</th>`)}
          <th scope="col">${text.ratesView.features}</th>
          <th scope="col">${text.ratesView.excludes}</th>
        </tr>
      </thead>
      <tbody>
        ${tiers.map((tier) => tierView(card, tier))}
      </tbody>
    </table>
  </section>`;
}

function tierView(card: Card, { id, title = id, monthlyCredits, requestsPerMinute, features = [], excludes = [] }: Tier): TemplateResult {
  const credits = monthlyCredits === "unlimited" ? text.ratesView.unlimited : formats.credits(monthlyCredits);
  return html`<tr data-tier=${id}>
    <th scope="row">${title}</th>
    <td class="number" data-label=${text.ratesView.monthlyCredits}>${credits}</td>
    <td class="number" data-label=${text.ratesView.requests}>${requestsPerMinute === undefined ? "–" : formats.whole(requestsPerMinute)}</td>
    ${(card.freeUnits ?? []).map(({ id: pool, title: name = pool, monthly }) => {
      const units = monthly[id] ?? 0;
      return html`<td class="number" data-label=${text.ratesView.freeUnits(name)}>${units === 0 ? text.ratesView.none : formats.whole(units)}</td>`;
    })}
    <td data-label=${text.ratesView.features}>${features.length === 0 ? "–" : features.join(", ")}</td>
    <td data-label=${text.ratesView.excludes}>
      ${excludes.length === 0
        ? text.ratesView.excludesNothing
        : html`<ul>
            ${excludes.map(({ operation, when }) => html`<li>${whenWords(card, operation, when)}</li>`)}
          </ul>`}
    </td>
  </tr>`;
}

/** `Create: Premium`, as the card names it. */
function whenWords(card: Card, id: string, when: When): string {
  const operation = card.operations.find((candidate) => candidate.id === id);
  const options = Object.entries(when).map(([name, ids]) => {
    const choice = operation?.choices?.find((candidate) => candidate.name === name);
    return [ids].flat().map((option) => choice?.options.find((candidate) => candidate.id === option)?.title ?? option).join(", ");
  });
  return [operation?.title ?? id, ...options].join(" · ");
}

/** The card's ready-made plans, with their price. */
export function templatesView({ card, document }: Studio): TemplateResult | typeof nothing {
  const { templates = [] } = document;
  if (templates.length === 0) return nothing;
  return html`<section class="panel rates-offers" aria-labelledby="rates-templates">
    <h2 id="rates-templates">${text.ratesView.templates}</h2>
    <table class="rates-table">
      <thead>
        <tr>
          <th scope="col">${text.ratesView.template}</th>
          <th scope="col">${text.ratesView.templateItems}</th>
          <th scope="col" class="number">${text.ratesView.price}</th>
        </tr>
      </thead>
      <tbody>
        ${templates.map(({ id, title = id, items }) => {
          const estimate = card.estimate({ items });
          const price = "errors" in estimate ? null : estimate.total;
          const lines = "errors" in estimate ? [] : estimate.lines;
          return html`<tr data-template=${id}>
            <th scope="row">${title}</th>
            <td data-label=${text.ratesView.templateItems}>
              <ul>
                ${items.map((item, index) => html`<li>${itemWords(document, item, lines[index]?.title, lines[index]?.count)}</li>`)}
              </ul>
            </td>
            <td class="number" data-label=${text.ratesView.price}>${priceView(price)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </section>`;
}

function itemWords(card: Card, item: AnyItem, title: string | undefined, count: number | undefined): string {
  const name = title ?? card.operations.find(({ id }) => id === item.operation)?.title ?? item.operation;
  return count === undefined || count === 1 ? name : `${formats.whole(count)} × ${name}`;
}
