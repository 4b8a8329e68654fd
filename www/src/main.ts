import { render } from "lit";
import { RateCard } from "pricetag";
import { init } from "pricetag/slim";
import moduleAddress from "pricetag/pricetag_bg.wasm?url";
import "pricetag/elements";
import { afterPaint } from "./after-paint.js";
import { Charging } from "./charging.js";
import { stateAsLeft, stateOf, takeState } from "./state.js";
import { storedKey, storeKey } from "./credential.js";
import { figure, formats } from "./figures.js";
import { keepingFocus } from "./focus.js";
import type { Context } from "./context.js";
import type { Place } from "./notices.js";
import { Parts } from "./parts.js";
import { readLink, VIEWS, writeLink, type ViewName } from "./link.js";
import { keepForOffline } from "./offline.js";
import { Settled } from "./settled.js";
import { keepState } from "./state-kept.js";
import { Studio } from "./studio.js";
import { text, useLanguage } from "./text/index.js";
import { preferredLanguage, storeLanguage, type Language } from "./text/language.js";
import { asksForUndo } from "./undo.js";
import { faultWords, showPlanPrice, verdictWords } from "./views/run.js";
import { pageView } from "./views/page.js";

/** Marks what the page itself wrote into the history: whoever goes back to it wants another view, and not an older plan. */
const OURS = "pricetag";

/** What each view shows of what can be taken back: nobody would see it taken back elsewhere. */
const SEEN: Record<ViewName, readonly Place[]> = { studio: ["form", "plan"], plan: ["plan"], activity: [], rates: [] };

function start(root: HTMLElement, card: RateCard): void {
  /** What is drawn with the first price: where one is on the screen already, the form too. */
  const first = root.inert ? ["form"] : [];
  root.replaceChildren();
  let announcement = "";
  /** While the link is read there is nothing to draw yet. */
  let reading = false;
  /** Another view was chosen, and is not there to be begun with yet. */
  let arriving = false;
  let shownForm = "";
  let view: ViewName = VIEWS[0];
  /** The view that is on the screen, and how much of it is. */
  let drawn: ViewName | null = null;
  let parts = new Parts(draw);
  /** The frame that draws what was typed; 0 while nothing waits for one. */
  let frame = 0;
  /** What each view keeps in the link, also while another is looked at. */
  const kept = new Map<ViewName, Map<string, string>>();
  /** The links to the views as of the last change that has settled: writing them takes longer than a price. */
  const links = new Map<ViewName, string>();

  const studio = new Studio(card, {
    changed() {
      draw();
      settled.changed();
    },
    typed() {
      showPlanPrice(studio);
      frame ||= requestAnimationFrame(draw);
      settled.changed();
    },
    moving(move) {
      if (reading) return move();
      writeLinks();
      showLink();
      move();
      writeLinks();
      history.pushState(OURS, "", href(view));
    },
    said(message) {
      announcement = message;
    },
  });
  const charging = new Charging(studio, announce);
  const settled = new Settled(() => {
    writeLinks();
    showLink();
    keepState(stateAsLeft(studio));
    const said = priceWords(studio);
    if (said !== shownForm) announcement = said;
    shownForm = said;
    draw();
  });

  const ownOf = (name: ViewName): Map<string, string> => kept.get(name) ?? new Map<string, string>();

  function writeLinks(): void {
    const state = stateOf(studio);
    for (const name of VIEWS) links.set(name, writeLink({ ...state, view: name, own: ownOf(name) }));
  }

  const showLink = (): void => history.replaceState(OURS, "", href(view));

  const href = (name: ViewName): string => links.get(name) ?? "#";

  function keep(name: string, value: string | null): void {
    const own = new Map(ownOf(view));
    if (value === null) own.delete(name);
    else own.set(name, value);
    kept.set(view, own);
    draw();
    settled.changed();
  }

  function draw(): void {
    if (reading) return;
    cancelAnimationFrame(frame);
    frame = 0;
    if (view !== drawn) [drawn, parts] = [view, new Parts(draw, drawn === null ? first : [])];
    parts.begin();
    const context: Context = { studio, charging, view, parts, own: ownOf(view), keep, href, chooseLanguage, copyLink, announce, redraw: draw };
    keepingFocus(() => render(pageView(context, announcement), root));
    document.title = text.title(text.views[view]);
    if (arriving) arriving = !arrive();
  }

  function announce(message: string): void {
    announcement = message;
    draw();
  }

  function chooseLanguage(language: Language): void {
    storeLanguage(language);
    void useLanguage(language).then(() => {
      studio.languageChanged();
    });
  }

  function copyLink(): void {
    settled.now();
    navigator.clipboard.writeText(location.href).then(
      () => studio.say("plan", text.copied),
      () => studio.say("plan", text.notCopied),
    );
  }

  /** Takes the state that the address holds; a key leaves the address at once. */
  function takeLink(again = false): void {
    reading = true;
    const state = readLink(location.hash);
    view = state.view;
    if (state.key !== null) storeKey(state.key);
    studio.takeKey(storedKey());
    const isOurs = history.state === OURS;
    if (!again || !isOurs || !kept.has(view)) kept.set(view, state.own);
    if (!again || !isOurs) takeState(studio, state, { again, whole: isOurs });
    // On the way back each operation is as it was left last.
    else if (state.form !== null) studio.lookAt(state.form.operation);
    writeLinks();
    if (state.key !== null) showLink();
    reading = false;
    studio.changed();
  }

  takeLink();
  // What is pressed is what the page shows by then; a key draws nothing here, for its field would be put back before it is read. A
  // link that is followed takes along what has not settled yet.
  const follow = ({ target }: Event): void => {
    if (frame !== 0) draw();
    if ((target as Element).closest('a[href^="#"]') !== null) settled.now();
  };
  // A pointer may open it elsewhere, without a click here; a key clicks without a pointer.
  for (const type of ["pointerdown", "click"]) root.addEventListener(type, follow, { capture: true });
  addEventListener("keydown", (event) => {
    if (asksForUndo(event) && studio.undoLatest(SEEN[view])) event.preventDefault();
  });
  // Who leaves at once loses nothing of the last change.
  addEventListener("pagehide", () => settled.flush());
  addEventListener("hashchange", () => {
    const before = view;
    takeLink(true);
    if (view !== before) {
      scrollTo(0, 0);
      arriving = !arrive();
    }
    void charging.refreshAccount();
  });
  afterPaint(() => {
    shownForm = priceWords(studio);
    showLink();
    void charging.refreshCard().then(() => charging.refreshAccount());
  });
}

/** Another view begins with its heading, also for those who hear it. Answers whether it is there yet. */
function arrive(): boolean {
  const heading = document.querySelector<HTMLElement>("main h2[tabindex]");
  heading?.focus({ preventScroll: true });
  return heading !== null;
}

/** What a settled change is announced as: the form's price and, where there is one, the plan's. */
function priceWords(studio: Studio): string {
  const { estimate, preflight, faults } = studio.assessForm();
  const title = studio.currentOperation?.title ?? studio.operation;
  const unit = studio.document.unit ?? "credit";
  const form =
    estimate === null
      ? text.announceMissing(title, faultWords(faults, studio, [studio.live.item]))
      : text.announce(title, figure(estimate.total, unit), preflight === null ? "" : verdictWords(preflight, studio));
  if (studio.plan.length === 0) return form;
  const plan = studio.assessPlan();
  const count = text.items(formats.whole(studio.plan.length), studio.plan.length === 1);
  return `${form} ${text.announcePlan(count, plan.estimate === null ? text.planFaulty : figure(plan.estimate.total, unit))}`;
}

/** What was begun goes on in a task of its own, so that none holds up what a person does meanwhile. */
const task = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** The words arrive while the module is compiled, so that nothing is ever shown in another language than the person's. */
async function begin(root: HTMLElement): Promise<void> {
  // From here on the page says by itself what keeps it from starting.
  root.dataset["begun"] = "";
  const words = useLanguage(preferredLanguage());
  try {
    const module = init(moduleAddress);
    await task();
    // A browser's first format takes longer than opening the card; meanwhile the module is compiled.
    formats.whole(0);
    await module;
    await words;
    const card = RateCard.builtin();
    await task();
    // Before what is on the screen makes way, the browser gets to tell when it came there.
    if (root.inert) await task();
    start(root, card);
    keepForOffline();
  } catch (error) {
    await words;
    root.textContent = text.cannotStart;
    throw error;
  } finally {
    root.inert = false;
  }
}

const root = document.getElementById("page");
if (root !== null) void begin(root);
