import type { AnyItem } from "pricetag";
import { readLink, VIEWS, writeLink, type LinkState } from "./link.js";
import { keptState } from "./state-kept.js";
import type { Studio } from "./studio.js";
import { text } from "./text/index.js";

type State = Pick<LinkState, "form" | "plan" | "account">;

/** What a link says of the page. Of an account with a key it names the tier alone: what is left on it is for nobody else. */
export function stateOf(studio: Studio): State {
  const { plan, document, server } = studio;
  const [first] = document.tiers ?? [];
  const ofServer = server === null || server.tier === first?.id ? null : { operation: server.tier };
  return { form: studio.heldForm.of(studio.formItem), plan: plan.items, account: server !== null ? ofServer : studio.trialItem };
}

const written = (state: State): string => writeLink({ ...state, view: VIEWS[0], own: new Map() });

/** What the browser keeps for the next visit, as a link's fragment; null for what everybody begins with. */
export function stateAsLeft(studio: Studio): string | null {
  const { formItem, heldForm, plan, document, trialItem: account } = studio;
  const isFresh = !heldForm.isHolding && account === null && plan.length === 0 && Object.keys(formItem).length === 1 && formItem.operation === document.operations[0]?.id;
  return isFresh ? null : written({ form: heldForm.of(formItem), plan: plan.items, account });
}

/**
 * Takes what a link says. On arrival what it leaves open is as this browser left it, unless the page wrote the link itself and so left
 * nothing open; later it stays as it is. A plan without an account is for a fresh one.
 */
export function takeState(studio: Studio, link: State, { again, whole }: { again: boolean; whole: boolean }): void {
  const stored = again ? null : keptState();
  const left: State = stored === null ? { form: null, plan: null, account: null } : readLink(stored);
  if (!again) studio.useTrial(left.account);
  if (!whole && left.plan !== null) studio.plan.replace(left.plan);
  const form = link.form ?? left.form;
  if (form !== null) {
    studio.open(form);
    studio.heldForm.hold(form, studio.formItem);
  }
  // A key has an account of its own; what was tried without it stays for later.
  const namesAccount = whole || link.account !== null || link.plan !== null;
  const isSame = JSON.stringify(link.account) === JSON.stringify(studio.trialItem);
  if (namesAccount && !isSame && studio.key === null) studio.useTrial(link.account);
  if (link.plan !== null) takePlan(studio, link.plan);
}

function takePlan(studio: Studio, items: AnyItem[]): void {
  if (JSON.stringify(items) === JSON.stringify(studio.plan.items)) return;
  if (studio.plan.length === 0) studio.plan.replace(items);
  else studio.changePlan(text.planOfLink, (plan) => plan.replace(items));
}
