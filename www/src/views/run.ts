import { html, nothing, type TemplateResult } from "lit";
import type { Fault, Preflight } from "pricetag";
import { tierTitle } from "../account.js";
import { isBlocked, type Assessment } from "../assessment.js";
import type { Charging } from "../charging.js";
import { figure } from "../figures.js";
import type { Studio } from "../studio.js";
import { text } from "../text/index.js";

/** Why a plan may or may not run, in words. */
export function verdictWords({ verdict, blocks, shortBy, balance, estimate }: Preflight, studio: Studio): string {
  const unit = studio.document.unit ?? "credit";
  switch (verdict) {
    case "covered":
      if (estimate.total.high === 0) return text.verdict.included;
      return balance === null ? text.verdict.unlimited : text.verdict.covered;
    case "may-exceed":
      return text.verdict.mayExceed(figure(shortBy, unit));
    case "insufficient":
      return text.verdict.insufficient(figure(shortBy, unit));
    case "not-allowed": {
      const tier = tierTitle(studio.document, studio.account?.tier ?? "");
      const needs = blocks[0]?.needs ?? null;
      return needs === null ? text.verdict.notAllowedAtAll(tier) : text.verdict.notAllowed(tier, tierTitle(studio.document, needs));
    }
  }
}

/** What is missing or wrong, in words. */
export function faultWords(faults: Fault[], studio: Studio): string {
  const said = faults.map((fault) => {
    const field = fault.path.replace(/^items\[\d+\]\.?/, "");
    const choice = studio.document.operations.flatMap(({ choices = [], counts = [] }) => [...choices, ...counts]).find(({ name }) => name === field);
    return text.elements.fault(fault, { title: choice?.title ?? field });
  });
  return [...new Set(said)].join(" ");
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
  const blocked = isBlocked(assessment);
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
  const short = oneMissing ? faultWords(faults, studio) : text.missing;
  const said = place === "form" ? faultWords(faults, studio) : faults.length === 0 ? "" : text.planFaulty;
  const verdict = preflight === null ? (short === said ? "" : said) : verdictWords(preflight, studio);
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
        .price=${estimate?.total ?? null}
        .money=${studio.document.money ?? null}
        .unit=${studio.document.unit ?? "credit"}
        .words=${text.elements}
        >${missing === undefined ? "–" : short}</price-tag
      >
    </button>
    <p class="verdict ${blocked && estimate !== null ? "stop" : ""}" id="verdict-${place}">
      ${verdict}${studio.key === null && !blocked ? html` <span class="hint">${text.withoutKey}</span>` : nothing}
    </p>`;
}

/** Without a key there is nobody to charge: the person is led to where one is entered. */
export function askForKey(): void {
  const account = document.getElementById("account");
  if (account instanceof HTMLDetailsElement) account.open = true;
  document.getElementById("key")?.focus();
}
