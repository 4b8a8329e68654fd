import { html, nothing, type TemplateResult } from "lit";
import type { Template } from "pricetag";
import type { Context } from "../context.js";
import { text } from "../text/index.js";
import type { Editing } from "./editing.js";

/** The card's ready-made plans, to start from or to add. */
export function offersView(context: Context, editing: Editing): TemplateResult | typeof nothing {
  const templates = context.studio.document.templates ?? [];
  if (templates.length === 0) return nothing;
  return html`<section class="panel plan-offers" aria-labelledby="offers-heading">
    <h2 id="offers-heading" tabindex="-1">${text.templates}</h2>
    <ul>
      ${templates.map((template) => offerView(context, editing, template))}
    </ul>
  </section>`;
}

function offerView(context: Context, editing: Editing, { id, title = id, items }: Template): TemplateResult {
  const { studio } = context;
  const words = text.planView;
  const estimate = studio.card.estimate({ items });
  const replace = (): void => {
    editing.close(context);
    studio.changePlan(words.replaced(title), (plan) => plan.replace(items));
  };
  return html`<li data-offer=${id}>
    <span>${title}</span>
    <price-tag .price=${"errors" in estimate ? null : estimate.total} .unit=${studio.document.unit ?? "credit"} .words=${text.elements}>–</price-tag>
    <span class="actions">
      <button type="button" class="small" aria-label=${words.templateAddLabel(title)} @click=${() => studio.add(items, title)}>${words.templateAdd}</button>
      <button type="button" class="small" aria-label=${words.templateReplaceLabel(title)} @click=${replace}>${words.templateReplace}</button>
    </span>
  </li>`;
}
