import { html, nothing, type TemplateResult } from "lit";
import type { Context } from "../context.js";
import { Bench } from "./bench.js";
import { headingView, searchView } from "./heading.js";
import { templatesView, tiersView } from "./offers.js";
import { found, type OperationRows } from "./rows.js";
import { operationView } from "./table.js";
import { changesView } from "./changes.js";
import { trialView, trialBar } from "./trial.js";
import "./rates.css";
import "./trial.css";

/** What is tried stays while another view is looked at; of a reload the link keeps what can be kept. */
const bench = new Bench();

export function view(context: Context): TemplateResult {
  const { studio, parts } = context;
  // Which rate wins which options takes longer than all else; the heading does not wait for it.
  const tables = parts.has("tables") ? bench.tables(studio) : null;
  const { edits } = bench.edits(context);
  return html`<div class="rates-layout">
      <section class="panel rates-card" aria-labelledby="rates-heading">
        ${headingView(context, bench)} ${tables === null ? nothing : tablesView(context, tables)}
      </section>
      ${parts.has("trial") ? trialView(context, bench) : nothing}
    </div>
    ${parts.has("offers") ? html`${changesView(context, bench)} ${tiersView(studio)} ${templatesView(studio)}` : nothing}
    ${edits.length === 0 ? nothing : trialBar(context, bench)}`;
}

function tablesView(context: Context, tables: OperationRows[]): TemplateResult {
  const shown = found(tables, context.own.get("search") ?? "");
  const { edits } = bench.edits(context);
  const edited = bench.edited(context);
  const rows = (some: OperationRows[]): number => some.reduce((sum, table) => sum + table.rows.length, 0);
  const all = new Map(tables.map(({ operation, rows }) => [operation.id, rows.length]));
  return html`${searchView(context, rows(shown), rows(tables))}
  ${shown.map((table) => operationView({ context, bench, edits, edited }, table, all.get(table.operation.id) ?? 0))}`;
}
