import { html, nothing, type TemplateResult } from "lit";
import type { Context } from "../context.js";
import { download } from "../download.js";
import { formats } from "../figures.js";
import { text } from "../text/index.js";
import { writeCsv } from "./csv.js";
import type { Editing } from "./editing.js";
import { faultsByItem, readPlan } from "./opening.js";

/** What came of the file that was opened last; null when nothing is left to say. */
let report: { said: string; list: string[] } | null = null;

/** The plan as a file, a link or on paper, and from a file. */
export function shareView(context: Context, editing: Editing): TemplateResult {
  const { studio, copyLink } = context;
  const words = text.planView;
  const empty = studio.plan.length === 0;
  const chosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    if (file !== undefined) void open(context, editing, file);
    // The same file can be chosen again after it was corrected.
    input.value = "";
  };
  return html`<section class="panel plan-share" aria-labelledby="share-heading">
    <h2 id="share-heading" tabindex="-1">${words.share}</h2>
    <div class="plan-buttons">
      <button type="button" id="copy-link" @click=${copyLink}>${words.copyLink}</button>
      <button type="button" id="save-json" ?disabled=${empty} @click=${() => saveJson(context)}>${words.saveJson}</button>
      <button type="button" id="save-csv" ?disabled=${empty} @click=${() => saveCsv(context)}>${words.saveCsv}</button>
      <button type="button" id="print-plan" ?disabled=${empty} @click=${() => print()}>${words.print}</button>
    </div>
    <h3 id="open-heading">${words.import}</h3>
    <p class="hint" id="open-hint">${words.importHint}</p>
    <input type="file" id="open-plan" accept=".json,.csv,application/json,text/csv" aria-labelledby="open-heading" aria-describedby="open-hint" @change=${chosen} />
    ${report === null ? nothing : reportView(context, report)}
  </section>`;
}

function reportView({ redraw }: Context, { said, list }: { said: string; list: string[] }): TemplateResult {
  const dismiss = (): void => {
    report = null;
    redraw();
    document.getElementById("open-plan")?.focus();
  };
  return html`<div class="notice problem" id="open-report">
    <p>${said}</p>
    ${list.length === 0
      ? nothing
      : html`<ul>
          ${list.map((each) => html`<li>${each}</li>`)}
        </ul>`}
    <div class="actions"><button type="button" class="quiet" @click=${dismiss}>${text.dismiss}</button></div>
  </div>`;
}

/** Puts the plan of a file in the place of the one that is shown, faults and all. */
export async function open(context: Context, editing: Editing, file: File): Promise<void> {
  const { studio, announce } = context;
  const words = text.planView;
  let written: string;
  try {
    written = await file.text();
  } catch {
    tell(context, words.notRead(file.name), []);
    return;
  }
  const read = readPlan(file.name, written, studio.document);
  if ("problem" in read) {
    tell(context, read.problem, []);
    return;
  }
  report = null;
  editing.close(context);
  const said = words.imported(file.name, formats.whole(read.items.length), read.items.length === 1);
  studio.changePlan(said, (plan) => plan.replace(read.items));
  const wrong = [...read.leftOut, ...faultsByItem(studio, studio.assessPlan().faults)];
  if (wrong.length > 0) tell(context, words.importedFaults(file.name), wrong);
  else announce(said);
}

function tell({ announce }: Context, said: string, list: string[]): void {
  report = { said, list };
  announce([said, ...list.slice(0, 3)].join(" "));
  document.getElementById("open-report")?.scrollIntoView({ block: "nearest" });
}

function saveJson({ studio }: Context): void {
  download("plan.json", "application/json", [`${JSON.stringify({ items: studio.plan.items }, null, 2)}\n`]);
}

/** With a byte order mark, without which spreadsheets take it for another encoding. */
function saveCsv({ studio }: Context): void {
  download("plan.csv", "text/csv", [`\uFEFF${writeCsv(studio.plan.items, studio.assessPlan().estimate)}`]);
}
