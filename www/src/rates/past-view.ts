import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Context } from "../context.js";
import { figure, formats } from "../figures.js";
import { Refusal } from "../server.js";
import { text } from "../text/index.js";
import type { Bench, Other } from "./bench.js";
import type { PastRun } from "./past.js";

/** The first and the last day of the month before this one, as the server counts days. */
function lastMonth(): { from: string; to: string } {
  const today = new Date();
  const day = (date: number): string => new Date(date).toISOString().slice(0, 10);
  const [year, month] = [today.getUTCFullYear(), today.getUTCMonth()];
  return { from: day(Date.UTC(year, month - 1, 1)), to: day(Date.UTC(year, month, 0)) };
}

/** What the charges of some days would have cost on the other card. */
export function pastView(context: Context, bench: Bench, other: Other | null): TemplateResult {
  const said = text.ratesView.past;
  const { studio, own } = context;
  const { key } = studio;
  const usual = lastMonth();
  const days = { from: own.get("from") ?? usual.from, to: own.get("to") ?? usual.to };
  const areDays = days.from !== "" && days.to !== "" && days.from <= days.to;
  const about = [key, days.from, days.to, studio.card.fingerprint, other?.card.fingerprint].join();
  const { run } = bench.past;
  const start = (event: SubmitEvent): void => {
    event.preventDefault();
    if (key === null || other === null || !areDays) return;
    void bench.past.start({ ...days, key, about, now: studio.document, then: other.document }, context.redraw);
  };
  return html`<section class="past" aria-labelledby="past-heading">
    <h3 id="past-heading">${said.heading}</h3>
    <p class="hint">${key === null ? said.keyNeeded : other === null ? said.otherNeeded : said.hint}</p>
    <form @submit=${start}>
      ${dayField(context, "from", said.from, days.from)} ${dayField(context, "to", said.to, days.to)}
      ${run?.state === "running"
        ? html`<button type="button" id="stop-past" @click=${() => bench.past.stop(context.redraw)}>${said.stop}</button>`
        : html`<button type="submit" id="start-past" ?disabled=${key === null || other === null || !areDays}>${said.start}</button>`}
    </form>
    ${areDays ? nothing : html`<p class="fault">${said.daysFaulty}</p>`}
    ${run === null || key === null ? nothing : runView(context, bench, run, run.about === about)}
  </section>`;
}

function dayField({ keep }: Context, name: "from" | "to", title: string, value: string): TemplateResult {
  return html`<label>
    <span>${title}</span>
    <input
      type="date"
      id="past-${name}"
      required
      .value=${live(value)}
      @change=${(event: Event) => keep(name, (event.target as HTMLInputElement).value)}
    />
  </label>`;
}

function runView(context: Context, bench: Bench, run: PastRun, isAsked: boolean): TemplateResult {
  const said = text.ratesView.past;
  const count = formats.whole(run.read);
  const goesOn = run.state === "stopped" || run.state === "failed";
  return html`<p class="hint" role="status" id="past-state">${stateWords(run, count)}</p>
    ${run.problem === null ? nothing : html`<p class="fault" role="alert">${problemWords(run.problem)}</p>`}
    ${run.read === 0 ? nothing : totalsView(context, run)}
    ${run.skipped === 0 ? nothing : html`<p class="hint">${said.skipped(formats.whole(run.skipped), run.skipped === 1)}</p>`}
    ${isAsked ? nothing : html`<p class="hint" id="past-outdated">${said.outdated}</p>`}
    ${goesOn && isAsked
      ? html`<button type="button" id="go-on-past" @click=${() => void bench.past.goOn(context.redraw)}>${said.goOn}</button>`
      : nothing}`;
}

function stateWords({ state, read }: PastRun, count: string): string {
  const said = text.ratesView.past;
  if (state === "running") return said.progress(count);
  if (state === "done") return read === 0 ? said.empty : said.done(count, read === 1);
  return read === 0 ? said.stoppedAtOnce : said.stopped(count);
}

function problemWords(problem: NonNullable<PastRun["problem"]>): string {
  const said = text.ratesView.past;
  if (!(problem instanceof Refusal)) return said.unreachable;
  if (problem.status === 404) return said.notThere;
  if (problem.status === 401) return said.unauthorized;
  if (problem.status === 429) return said.tooMany;
  return said.other(problem.body.title ?? String(problem.status));
}

function totalsView({ studio }: Context, { totals }: PastRun): TemplateResult {
  const said = text.ratesView.past;
  const { unit = "credit" } = studio.document;
  const row = (name: "charged" | "now" | "then"): TemplateResult =>
    html`<div>
      <dt>${said[name]}</dt>
      <dd data-past=${name}>${figure(totals[name], unit)}</dd>
    </div>`;
  return html`<dl class="past-totals">${row("charged")} ${row("now")} ${row("then")}</dl>`;
}
