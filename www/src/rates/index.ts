import { html, nothing, type TemplateResult } from "lit";
import type { Context } from "../context.js";
import { Bench } from "./bench.js";
import { headingView, searchView } from "./heading.js";
import { templatesView, tiersView } from "./offers.js";
import { found } from "./rows.js";
import { operationView } from "./table.js";
import { changesView } from "./changes.js";
import { trialView, trialBar } from "./trial.js";
import "./rates.css";
import "./trial.css";

/** What is tried stays while another view is looked at; of a reload the link keeps what can be kept. */
const bench = new Bench();

export function view(context: Context): TemplateResult {
  const { studio, own, parts } = context;
  const tables = bench.tables(studio);
  const shown = found(tables, own.get("search") ?? "");
  const { edits } = bench.edits(context);
  const edited = bench.edited(context);
  const rows = (some: typeof tables): number => some.reduce((sum, table) => sum + table.rows.length, 0);
  const all = new Map(tables.map(({ operation, rows }) => [operation.id, rows.length]));
  return html`<div class="rates-layout">
      <section class="panel rates-card" aria-labelledby="rates-heading">
        ${headingView(context, bench)} ${searchView(context, rows(shown), rows(tables))}
        ${shown.map((table) => 
          parts.next() ? operationView({ context, bench, edits, edited }, table, all.get(table.operation.id) ?? 0) : nothing,
        )}
      </section>
      ${parts.next() ? trialView(context, bench) : nothing}
    </div>
    ${parts.next() ? html`${changesView(context, bench)} ${tiersView(studio)} ${templatesView(studio)}` : nothing}
    ${edits.length === 0 ? nothing : trialBar(context, bench)}`;
}
