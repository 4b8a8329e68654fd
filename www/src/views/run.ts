import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { AnyItem, Fault, Preflight } from "pricetag";
import { faultsInWords, type PriceTag } from "pricetag/elements";
import { tierTitle } from "../account.js";
import { isBlocked, type Assessment } from "../assessment.js";
import type { Charging } from "../charging.js";
import { figure, formats } from "../figures.js";
import type { Studio } from "../studio.js";
import { text } from "../text/index.js";

type Block = Preflight["blocks"][number];

/** Why a plan may or may not run, in words. */
export function verdictWords({ verdict, needs, shortBy, balance, estimate }: Preflight, studio: Studio): string {
  const unit = studio.document.unit ?? "credit";
  switch (verdict) {
    case "covered":
      if (estimate.total.high === 0) return text.verdict.included;
      return balance === null ? text.verdict.unlimited : text.verdict.covered;
    case "may-exceed":
      return text.verdict.mayExceed(figure(shortBy, unit));
    case "insufficient":
      return text.verdict.insufficient(figure(shortBy, unit));
    case "not-allowed":
      return needsWords(needs ?? null, studio);
  }
}

/** What is missing or wrong, in words. */
export function faultWords(faults: Fault[], studio: Studio, items: readonly AnyItem[] = studio.plan.items): string {
  return faultsInWords(faults, items, studio.document, text.elements, formats);
}

/** Why the account may not have an item, in words. */
export const blockWords = ({ needs }: Block, studio: Studio): string => needsWords(needs, studio);

function needsWords(needs: string | null, studio: Studio): string {
  const tier = tierTitle(studio.document, studio.account?.tier ?? "");
  return needs === null ? text.verdict.notAllowedAtAll(tier) : text.verdict.notAllowed(tier, tierTitle(studio.document, needs));
}

/** The button that spends, with its price, and the reason beneath it. */
export function runView(
  studio: Studio,
  charging: Charging,
  place: "form" | "plan",
  name: string,
  assessment: Assessment,
): TemplateResult {
  const { estimate, preflight, faults } = assessment;
  const charged = studio.isCharged(place);
  const blocked = isBlocked(assessment) || charged;
  const items = place === "form" ? [studio.live.item] : studio.plan.items;
  const running = studio.running === place;
  const run = (event: MouseEvent): void => {
    // A second click of a double click would be a second charge.
    if (blocked || studio.running !== null || event.detail > 1) return;
    void charging.run(place);
    if (studio.key === null) askForKey();
  };
  const [missing, more] = faults;
  // The button names the one choice that is missing; anything longer does not fit there and stands below.
  const oneMissing = place === "form" && more === undefined && missing?.code === "missing-field";
  const short = oneMissing ? faultWords(faults, studio, items) : text.missing;
  const said = place === "form" ? faultWords(faults, studio, items) : faults.length === 0 ? "" : text.planFaulty;
  const verdict = charged ? text.chargedNow : preflight === null ? (short === said ? "" : said) : verdictWords(preflight, studio);
  return html`<button
      type="button"
      class="run"
      id="run-${place}"
      aria-disabled=${blocked || running ? "true" : nothing}
      aria-busy=${running ? "true" : nothing}
      aria-describedby="verdict-${place}"
      @click=${run}
    >
      <span>${running ? text.running : name}</span>
      <price-tag
        stacked
        .price=${live(estimate?.total ?? null)}
        .money=${studio.document.money ?? null}
        .unit=${studio.document.unit ?? "credit"}
        .words=${text.elements}
        >${missing === undefined ? "–" : short}</price-tag
      >
    </button>
    <p class="verdict ${blocked && !charged && estimate !== null ? "stop" : ""}" id="verdict-${place}">
      ${verdict}${studio.key === null && !blocked ? html` <span class="hint">${text.withoutKey}</span>` : nothing}
    </p>`;
}

/** Shows what the plan costs before anything else is drawn: a key waits for no more. The button's price is bound as it stands there. */
export function showPlanPrice(studio: Studio): void {
  const price = document.querySelector<PriceTag>("#run-plan price-tag");
  if (price !== null) price.price = studio.planTotal();
}

/** Without a key there is nobody to charge: the person is led to where one is entered. */
export function askForKey(): void {
  const account = document.getElementById("account");
  if (account instanceof HTMLDetailsElement) account.open = true;
  document.getElementById("key")?.focus();
}
