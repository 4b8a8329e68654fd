import { render } from "lit";
import { RateCard } from "pricetag";
import "pricetag/elements";
import { Charging } from "./charging.js";
import { storedKey, storeKey } from "./credential.js";
import { figure, formats } from "./figures.js";
import { readLink, writeLink } from "./link.js";
import { Settled } from "./settled.js";
import { Studio } from "./studio.js";
import { text } from "./text.js";
import { faultWords, verdictWords } from "./views/run.js";
import { pageView } from "./views/page.js";

function start(root: HTMLElement): void {
  let announcement = "";
  let shownForm = "";

  const studio = new Studio(RateCard.builtin(), () => {
    draw();
    settled.changed();
  });
  const charging = new Charging(studio, announce);
  const settled = new Settled(() => {
    history.replaceState(null, "", writeLink(studio.formItem, studio.plan.items));
    const said = priceWords(studio);
    if (said !== shownForm) announce(said);
    shownForm = said;
  });

  function draw(): void {
    render(pageView(studio, charging, copyLink, announcement), root);
  }

  function announce(message: string): void {
    announcement = message;
    draw();
  }

  function copyLink(): void {
    settled.now();
    navigator.clipboard.writeText(location.href).then(
      () => studio.say("plan", text.copied),
      () => studio.say("plan", text.notCopied),
    );
  }

  /** Takes the state that the address holds; a key leaves the address at once. */
  function takeLink(): void {
    const { form, plan, key } = readLink(location.hash);
    if (key !== null) storeKey(key);
    studio.plan.replace(plan);
    if (form !== null) studio.open(form);
    history.replaceState(null, "", writeLink(studio.formItem, studio.plan.items));
    studio.key = storedKey();
    studio.changed();
  }

  takeLink();
  shownForm = priceWords(studio);
  addEventListener("hashchange", () => {
    takeLink();
    void charging.refreshAccount();
  });
  void charging.refreshCard().then(() => charging.refreshAccount());
}

/** What a settled change is announced as: the form's price and, where there is one, the plan's. */
function priceWords(studio: Studio): string {
  const { estimate, preflight, faults } = studio.assessForm();
  const title = studio.currentOperation?.title ?? studio.operation;
  const unit = studio.document.unit ?? "credit";
  const form =
    estimate === null
      ? text.announceMissing(title, faultWords(faults, studio))
      : text.announce(title, figure(estimate.total, unit), preflight === null ? "" : verdictWords(preflight, studio));
  if (studio.plan.length === 0) return form;
  const plan = studio.assessPlan();
  const count = text.items(formats.whole(studio.plan.length), studio.plan.length === 1);
  return `${form} ${text.announcePlan(count, plan.estimate === null ? text.planFaulty : figure(plan.estimate.total, unit))}`;
}

const root = document.getElementById("page");
if (root !== null) {
  try {
    start(root);
  } catch (error) {
    root.textContent = text.cannotStart;
    throw error;
  }
}
