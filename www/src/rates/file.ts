import { html, nothing, type TemplateResult } from "lit";
import type { Context } from "../context.js";
import { formats } from "../figures.js";
import { text } from "../text/index.js";
import type { Bench } from "./bench.js";
import type { CardFault } from "./reading.js";

/** Faults that are shown; nobody corrects more before trying again. */
const FAULTS_MAX = 100;

/** Where a card is opened, by choosing a file or by dropping one anywhere on the panel. */
export function fileView(context: Context, bench: Bench): TemplateResult {
  const said = text.ratesView.file;
  const { file, reading } = bench;
  const choose = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const chosen = input.files?.[0];
    // The same file may be opened again once it is corrected.
    if (chosen !== undefined) void bench.open(context, chosen).then(() => (input.value = ""));
  };
  const name = reading?.name ?? (file === null ? null : "brought" in file ? file.brought.name : file.name);
  return html`<div class="drop" aria-busy=${reading !== null}>
    <label class="button">
      <input class="visually-hidden" id="card-file" type="file" accept=".json,.toml,application/json,application/toml" @change=${choose} />
      <span>${said.open}</span>
    </label>
    <span class="hint">${reading === null ? (name ?? said.drop) : said.reading(reading.name)}</span>
    ${name === null
      ? nothing
      : html`<button type="button" class="quiet" aria-label=${said.closeLabel(name)} @click=${() => {
          bench.closeFile();
          context.redraw();
          document.getElementById("card-file")?.focus();
        }}>${said.close}</button>`}
    ${file === null || !("brought" in file)
      ? nothing
      : html`<p class="hint wide">${said.version(file.brought.document.title ?? file.brought.document.id, file.brought.document.version)}</p>`}
  </div>`;
}

/** What is wrong with the file, line by line. */
export function fileFaultsView({ file }: Bench): TemplateResult | typeof nothing {
  if (file === null || "brought" in file) return nothing;
  const said = text.ratesView.file;
  const { name, faults } = file;
  const left = faults.length - FAULTS_MAX;
  return html`<div class="notice problem" role="alert" id="file-faults">
    <p>${said.faults(name, formats.whole(faults.length), faults.length === 1)} ${said.faultsHint}</p>
    <ol tabindex="0" aria-label=${said.list}>
      ${faults.slice(0, FAULTS_MAX).map(faultView)}
    </ol>
    ${left > 0 ? html`<p>${said.moreFaults(formats.whole(left))}</p>` : nothing}
  </div>`;
}

function faultView({ line, path, says }: CardFault): TemplateResult {
  const said = text.ratesView.file;
  return html`<li>
    <b>${line === null ? said.wholeFile : said.line(formats.whole(line))}</b>
    ${path === "" ? nothing : html`<code>${path}</code>`}
    <span>${says()}</span>
  </li>`;
}
