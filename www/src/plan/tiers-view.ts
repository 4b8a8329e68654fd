import { html, nothing, type TemplateResult } from "lit";
import { tierTitle } from "../account.js";
import type { Context } from "../context.js";
import { figure, formats } from "../figures.js";
import type { Block, Range } from "pricetag";
import { isOne } from "pricetag/elements";
import { text } from "../text/index.js";
import { tierAnswers, type Often, type TierAnswer } from "./tiers.js";
import { itemsWords } from "./words.js";

/** Can I run this on each tier, and how often a month? */
export function tiersView(context: Context): TemplateResult {
  const words = text.planView;
  return html`<section class="panel plan-tiers" aria-labelledby="tiers-heading">
    <h2 id="tiers-heading" tabindex="-1">${words.tiers}</h2>
    ${bodyView(context)}
  </section>`;
}

function bodyView(context: Context): TemplateResult {
  const { studio } = context;
  const words = text.planView;
  const hint = (said: string): TemplateResult => html`<p class="hint">${said}</p>`;
  if ((studio.document.tiers ?? []).length === 0) return hint(words.noTiers);
  if (studio.plan.length === 0) return hint(words.needsItems);
  if (studio.assessPlan().estimate === null) return hint(words.needsTotal);
  const answers = tierAnswers(studio.card, studio.document, studio.plan.items);
  return html`${hint(words.tiersHint)}
    <table>
      <thead>
        <tr>
          <th scope="col">${words.tier}</th>
          <th scope="col">${words.canRun}</th>
          <th scope="col" class="number">${words.howOften}</th>
          <th scope="col" class="number">${words.leftAfter}</th>
        </tr>
      </thead>
      <tbody>
        ${answers.map((answer) => tierView(context, answer))}
      </tbody>
    </table>`;
}

function tierView(context: Context, { tier, preflight, often }: TierAnswer): TemplateResult {
  const { studio } = context;
  const words = text.planView;
  const { verdict, blocks, needs, shortBy, after } = preflight;
  const unit = studio.document.unit ?? "credit";
  const mine = studio.account?.tier === tier.id;
  const title = tier.title ?? tier.id;
  const monthly = tier.monthlyCredits === "unlimited" ? text.monthlyUnlimited : text.monthly(formats.credits(tier.monthlyCredits));
  const allowed = verdict !== "not-allowed";
  return html`<tr data-tier=${tier.id} class=${mine ? "mine" : ""}>
    <th scope="row">
      <span>${title}${mine ? html` <small>(${words.yours})</small>` : nothing}</span>
      <small class="line">${monthly}</small>
      ${studio.key === null && !mine
        ? html`<button type="button" class="quiet" aria-label=${words.tryTierLabel(title)} @click=${() => studio.chooseTier(tier.id)}>${words.tryTier}</button>`
        : nothing}
    </th>
    <td data-name=${words.canRun}>
      <span class=${verdict === "covered" ? "yes" : "no"}>
        ${allowed ? (verdict === "covered" ? words.yes : words.short(figure(shortBy, unit))) : needsWords(context, needs ?? null)}
      </span>
      ${allowed ? nothing : blocksView(context, blocks)}
    </td>
    <td data-name=${words.howOften} class="number">${often === null ? "–" : oftenWords(often)}</td>
    <td data-name=${words.leftAfter} class="number">${verdict === "covered" ? leftView(after) : "–"}</td>
  </tr>`;
}

function leftView(after: Range | null): TemplateResult | string {
  if (after === null) return text.unlimited;
  return html`${formats.credits(after.expected)}${isOne(after) ? nothing : html`<small class="line">${formats.span(after.low, after.high)}</small>`}`;
}

function oftenWords(often: Often): string {
  const words = text.planView;
  if (often.kind !== "counted") return words.asOften;
  const { times, more } = often;
  if (more) return words.atLeastTimes(formats.whole(times));
  return times === 0 ? words.never : words.times(formats.whole(times), times === 1);
}

/** The tier that would allow all of it. */
const needsWords = ({ studio }: Context, needs: string | null): string =>
  needs === null ? text.planView.needsNone : text.planView.needs(tierTitle(studio.document, needs));

/** Which items stand in the way, by the tier that each needs. */
function blocksView({ studio }: Context, blocks: Block[]): TemplateResult {
  const words = text.planView;
  const byTier = Map.groupBy(blocks, ({ needs }) => needs);
  return html`${[...byTier].map(([needs, of]) => {
    const items = itemsWords(of.map(({ item }) => item));
    return html`<small class="line">${needs === null ? words.needsItemNone(items) : words.needsItem(items, tierTitle(studio.document, needs))}</small>`;
  })}`;
}
