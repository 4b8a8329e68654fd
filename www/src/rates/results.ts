import { html, nothing, type TemplateResult } from "lit";
import type { Line, Range } from "pricetag";
import type { Context } from "../context.js";
import { assess } from "../assessment.js";
import { formats } from "../figures.js";
import { text } from "../text/index.js";
import { priceView } from "./amounts.js";
import type { Bench, Other } from "./bench.js";

/** Changed items of the plan that are shown. */
const LINES_MAX = 12;

/** How many prices change, and what the plan and the templates cost now and would cost then. */
export function resultsView(context: Context, bench: Bench, other: Other): TemplateResult {
  const { studio } = context;
  const said = text.ratesView.trial;
  const { summary } = bench.comparison(studio.card, other.card);
  const counts = (["dearer", "cheaper", "appeared", "disappeared"] as const).filter((kind) => summary[kind] > 0);
  return html`<p class="trial-summary" role="status">
      ${counts.length === 0
        ? text.ratesView.changes.none
        : html`${counts.map((kind, at) => html`${at === 0 ? nothing : ", "}<b>${formats.whole(summary[kind])}</b> ${text.ratesView.changes[kind]}`)}
          ${text.ratesView.changes.summary(formats.whole(summary.compared))}`}
    </p>
    <table class="now-then">
      <thead>
        <tr>
          <th scope="col"><span class="visually-hidden">${text.ratesView.changes.what}</span></th>
          <th scope="col" class="number">${said.was}</th>
          <th scope="col" class="number">${said.then}</th>
        </tr>
      </thead>
      ${planRows(context, other)} ${templateRows(context, other)}
    </table>`;
}

const row = (title: string, now: Range | null, then: Range | null, kind: "total" | "line" | "" = ""): TemplateResult =>
  html`<tr data-row=${kind}>
    <th scope="row">${title}</th>
    <td class="number">${priceView(now)}</td>
    <td class="number">${priceView(then)}</td>
  </tr>`;

function planRows({ studio }: Context, other: Other): TemplateResult {
  const said = text.ratesView.trial;
  const { items } = studio.plan;
  const hint = (words: string): TemplateResult => html`<tr><td colspan="3" class="hint">${words}</td></tr>`;
  if (items.length === 0) return html`<tbody>${hint(said.planEmpty)}</tbody>`;
  const now = studio.assessPlan().estimate;
  const then = assess(other.card, items, studio.account).estimate;
  const lines = (now?.lines ?? []).flatMap((line, at) => {
    const after = then?.lines[at];
    return then !== null && !isSame(line, after) ? [{ line, after }] : [];
  });
  const words = lines.length === 0 ? said.planSame : said.planLines(formats.whole(lines.length), lines.length === 1);
  return html`<tbody id="trial-plan">
    ${row(said.plan, now?.total ?? null, then?.total ?? null, "total")}
    ${now === null || then === null ? hint(said.planFaulty) : hint(words)}
    ${lines.slice(0, LINES_MAX).map(({ line, after }) => row(line.title, line.total, after?.total ?? null, "line"))}
  </tbody>`;
}

const isSame = ({ total }: Line, other: Line | undefined): boolean => JSON.stringify(total) === JSON.stringify(other?.total);

function templateRows({ studio }: Context, other: Other): TemplateResult | typeof nothing {
  const templates = studio.document.templates ?? [];
  if (templates.length === 0) return nothing;
  return html`<tbody id="trial-templates">
    <tr><th scope="rowgroup" colspan="3">${text.ratesView.trial.templates}</th></tr>
    ${templates.map(({ title, id, items }) => {
      const [now, then] = [studio.card.estimate({ items }), other.card.estimate({ items })];
      return row(title ?? id, "errors" in now ? null : now.total, "errors" in then ? null : then.total);
    })}
  </tbody>`;
}
