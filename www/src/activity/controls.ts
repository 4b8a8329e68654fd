import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Context } from "../context.js";
import { formats } from "../figures.js";
import { text } from "../text/index.js";
import type { Activity } from "./activity.js";
import { dayText, timeText } from "./dates.js";
import { isRange, PRESETS, writeRange, type Chosen, type Days } from "./range.js";
import { problemWords } from "./words.js";

const CUSTOM = "custom";

/** Another range begins at its newest entry. */
function keepRange(context: Context, value: string | null): void {
  context.keep("range", value);
  if (context.own.has("before")) context.keep("before", null);
}

/** Which days are looked at, how new it is, and files of it. */
export function rangeView(context: Context, activity: Activity, chosen: Chosen): TemplateResult {
  const words = text.activityView;
  const { preset, days } = chosen;
  const choose = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    if (value === CUSTOM) keepRange(context, writeRange(days));
    else keepRange(context, value === PRESETS[0] ? null : value);
  };
  return html`<section class="panel activity-range">
    <header>
      <h2 tabindex="-1">${text.views.activity}</h2>
      <label>
        <span>${words.range}</span>
        <select id="range" @change=${choose}>
          ${PRESETS.map((name) => html`<option value=${name} .selected=${live(name === preset)}>${words.presets[name]}</option>`)}
          <option value=${CUSTOM} .selected=${live(preset === null)}>${words.custom}</option>
        </select>
      </label>
      ${preset === null ? customView(context, days) : nothing}
    </header>
    <div class="activity-actions">
      <p class="hint">
        ${words.between(dayText(days.from), dayText(days.to))}. ${words.utc}
        ${activity.loadedAt === null ? nothing : words.loadedAt(timeText(activity.loadedAt))}
      </p>
      <button type="button" class="small" id="refresh" @click=${() => void refresh(context, activity)}>${words.refresh}</button>
      ${exportView(activity, days)}
    </div>
    ${exportStateView(activity)}
  </section>`;
}

/** The account first: where it has changed, what is shown follows by itself. */
async function refresh({ charging }: Context, activity: Activity): Promise<void> {
  await charging.refreshAccount();
  activity.refresh();
}

function customView(context: Context, days: Days): TemplateResult {
  const words = text.activityView;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const value = (name: string): string => (form.elements.namedItem(name) as HTMLInputElement).value;
    const wanted = { from: value("from"), to: value("to") };
    const to = form.elements.namedItem("to") as HTMLInputElement;
    to.setCustomValidity(isRange(wanted) ? "" : words.rangeFault);
    if (form.reportValidity()) keepRange(context, writeRange(wanted));
  };
  const forgive = (event: Event): void => {
    const to = (event.currentTarget as HTMLFormElement).elements.namedItem("to") as HTMLInputElement;
    to.setCustomValidity("");
  };
  return html`<form class="activity-custom" novalidate @submit=${submit} @input=${forgive}>
    <label>
      <span>${words.from}</span>
      <input type="date" name="from" id="range-from" required .value=${live(days.from)} />
    </label>
    <label>
      <span>${words.to}</span>
      <input type="date" name="to" id="range-to" required .value=${live(days.to)} />
    </label>
    <button type="submit" id="range-apply">${words.apply}</button>
  </form>`;
}

function exportView(activity: Activity, { from, to }: Days): TemplateResult {
  const words = text.activityView;
  const usage = activity.usage.value;
  const { bounds, ledger } = activity;
  const entries = (): void => {
    if (bounds !== null && ledger !== null) void activity.export.entries(ledger, bounds, `entries-${from}-${to}.csv`);
  };
  return html`<button
      type="button"
      class="small"
      id="export-usage"
      ?disabled=${usage === null || usage.groups.length === 0}
      @click=${() => usage !== null && activity.export.usage(usage)}
    >
      ${words.exportUsage}
    </button>
    <button
      type="button"
      class="small"
      id="export-entries"
      ?disabled=${bounds === null || bounds.last === bounds.first || activity.export.running}
      @click=${entries}
    >
      ${words.exportEntries}
    </button>`;
}

function exportStateView({ export: file }: Activity): TemplateResult | typeof nothing {
  const words = text.activityView;
  if (file.problem !== null) return html`<p class="fault">${problemWords(file.problem)}</p>`;
  if (!file.running) return nothing;
  return html`<p class="hint activity-progress">
    <progress max=${file.of} value=${file.written} aria-label=${words.exportEntries}></progress>
    ${words.exporting(formats.whole(file.written), formats.whole(file.of))}
  </p>`;
}
