import { html, nothing, type TemplateResult } from "lit";
import type { Context } from "../context.js";
import { formats } from "../figures.js";
import { askForKey } from "../views/run.js";
import { text } from "../text/index.js";
import { Activity } from "./activity.js";
import "./activity.css";
import "./entries.css";
import "./figures.css";
import { balanceView } from "./balance.js";
import { timeText } from "./dates.js";
import { entriesView } from "./entries.js";
import { rangeView } from "./controls.js";
import type { Figures } from "./ledger.js";
import { readRange } from "./range.js";
import { savingsView } from "./savings-view.js";
import { spendingView } from "./spending.js";
import { summaryView } from "./summary.js";
import { chargedText, groupings, problemWords } from "./words.js";

/** What was loaded outlives looking at another view. */
let activity: Activity | null = null;

/** What has happened on the account: where credits went, how long they last, and what could have been saved. */
export function view(context: Context): TemplateResult {
  const { studio, parts } = context;
  if (studio.key === null) {
    activity?.end();
    return keyNeededView();
  }
  const unit = studio.document.unit ?? "credit";
  activity ??= new Activity(context.redraw, ({ total }) => context.announce(spentWords(total, unit)));
  const { server } = studio;
  if (server === null) return unknownAccountView(context);
  const range = readRange(context.own.get("range"), new Date());
  const kept = context.own.get("by");
  const by = groupings(studio.document).find(({ id }) => id === kept)?.id ?? "operation";
  const before = /^\d{1,15}$/.test(context.own.get("before") ?? "") ? Number(context.own.get("before")) : null;
  const stamp = JSON.stringify([server.balance, server.freeUnits, server.tier, studio.card.fingerprint]);
  activity.follow({ key: studio.key, days: range.days, by, before, stamp });
  const waiting = activity.usage.value === null || activity.balances.value === null;
  if (waiting && activity.problem === null) parts.hold();
  return html`<div class="activity" aria-busy=${activity.busy ? "true" : "false"}>
    ${rangeView(context, activity, range)} ${problemView(context, activity)}
    ${activity.usage.value === null || activity.balances.value === null
      ? activity.problem === null
        ? html`<p class="panel hint activity-waits">${text.activityView.loading}</p>`
        : nothing
      : html`${summaryView(server, activity.usage.value, studio.document)}
          ${parts.has("balance") ? balanceView(server, activity.balances.value, studio.document) : nothing}
          ${parts.has("spending") ? spendingView(context, activity, activity.usage.value) : nothing}
          ${parts.has("savings") ? savingsView(context, activity, activity.usage.value) : nothing}
          ${parts.has("entries") ? entriesView(context, activity, before) : nothing}`}
  </div>`;
}

/** What is said aloud when other days are looked at. */
function spentWords({ captures, charged }: Figures, unit: string): string {
  const words = text.activityView;
  if (captures === 0) return words.spendingNone;
  return words.announceSpent(chargedText(charged, unit), words.charges(formats.whole(captures), captures === 1));
}

function keyNeededView(): TemplateResult {
  const words = text.activityView;
  return html`<section class="panel activity-waits">
    <h2 tabindex="-1">${text.views.activity}</h2>
    <p>${words.keyTitle}. ${words.keyNeeded}</p>
    <button type="button" id="enter-key" @click=${askForKey}>${words.enterKey}</button>
  </section>`;
}

/** The key's account is asked for by the page itself; here is said what became of it. */
function unknownAccountView({ studio, charging, parts }: Context): TemplateResult {
  const words = text.activityView;
  const failed = studio.notices.get("account")?.kind === "problem";
  if (!failed) parts.hold();
  return html`<section class="panel activity-waits" aria-busy=${failed ? "false" : "true"}>
    <h2 tabindex="-1">${text.views.activity}</h2>
    <p class=${failed ? "" : "hint"}>${failed ? words.noAccount : words.loading}</p>
    ${failed
      ? html`<button type="button" id="load-account" @click=${() => void charging.refreshAccount()}>${text.retry}</button>`
      : nothing}
  </section>`;
}

function problemView({ charging }: Context, activity: Activity): TemplateResult | typeof nothing {
  const { problem, loadedAt } = activity;
  if (problem === null) return nothing;
  const again = (): void => {
    void charging.refreshAccount();
    activity.refresh();
  };
  return html`<section class="notice problem" id="activity-problem">
    <p>${problemWords(problem)} ${loadedAt === null ? nothing : text.activityView.stale(timeText(loadedAt))}</p>
    <div class="actions"><button type="button" @click=${again}>${text.retry}</button></div>
  </section>`;
}
