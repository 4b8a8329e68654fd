import { RateCard, type Account, type Alternative, type AnyCard, type AnyItem, type Card, type LiveItem, type Operation, type Range } from "pricetag";
import { accountInForce, sameAccount, trialItem, trialOf, trialOn, type Trial } from "./account.js";
import { assess, type Assessment } from "./assessment.js";
import { Held } from "./held.js";
import { canonical, chosenOf } from "./link.js";
import type { Notice, Place } from "./notices.js";
import { PlanList } from "./plan-list.js";
import type { ServerAccount } from "./server.js";
import { text } from "./text/index.js";
import { Steps } from "./undo.js";

interface Listeners {
  changed(): void;
  typed(): void;
  moving(move: () => void): void;
  said(message: string): void;
}

/** Everything the page shows, and what a person can do to it. Prices come from the card, each time they are shown. */
export class Studio {
  card: RateCard;
  document: Card;
  operation: string;
  readonly plan = new PlanList();
  readonly notices = new Map<Place, Notice>();
  readonly heldForm = new Held();
  readonly heldTrial = new Held();
  key: string | null = null;
  server: ServerAccount | null = null;
  trial: Trial | null;
  /** What is being charged now. */
  running: Place | null = null;
  /** Told about the server and its card; null while there is nothing to tell. */
  warning: (() => string) | null = null;

  /** Changes with everything but the form, so that a slider redraws no more than it must. */
  revision = 0;
  /** Changes with everything but the plan. */
  formRevision = 0;
  /** Changes with every cheaper way that is taken or taken back. */
  steps = 0;
  /** Changes when something was worked out afterwards. */
  drawing = 0;
  #account: Account<AnyCard> | null;

  readonly #undo = new Steps();
  readonly #lives = new Map<string, LiveItem>();
  #planAssessment: Assessment | null = null;
  /** Whether the card takes the account as it is. */
  #accountCounts = true;
  readonly #changed: () => void;
  readonly #typed: () => void;
  readonly #moving: (move: () => void) => void;
  readonly #said: (message: string) => void;

  /** `moving` is called to make a change that the way back leads behind, `said` with what a notice says. */
  constructor(card: RateCard, { changed, typed, moving, said }: Listeners) {
    this.card = card;
    this.document = card.describe();
    this.operation = this.document.operations[0]?.id ?? "";
    this.trial = this.#freshTrial();
    this.#account = accountInForce(null, this.trial);
    this.#changed = changed;
    this.#typed = typed;
    this.#moving = moving;
    this.#said = said;
  }

  /** Shows what has changed. */
  changed(): void {
    this.#planAssessment = null;
    const account = accountInForce(this.server, this.trial);
    // What depends on the account alone is not drawn again while it is the same.
    if (!sameAccount(account, this.#account)) this.#account = account;
    this.revision += 1;
    this.formRevision += 1;
    this.#changed();
  }

  /** Shows a change of the plan, which the form does not depend on. */
  planChanged(): void {
    this.#planIsAnother();
    this.#changed();
  }

  /** Shows a change of the plan that is typed: its price at once, and all else with the next frame. */
  planTyped(): void {
    this.#planIsAnother();
    this.#typed();
  }

  #planIsAnother(): void {
    this.#planAssessment = null;
    this.#passOver();
    this.revision += 1;
  }

  /** Shows a change of the form, which the plan does not depend on. */
  formChanged(): void {
    this.formRevision += 1;
    if (this.#passOver()) this.revision += 1;
    this.#changed();
  }

  /** Draws what has been worked out meanwhile. */
  redraw(): void {
    this.drawing += 1;
    this.#changed();
  }

  get account(): Account<AnyCard> | null {
    return this.#account;
  }

  #freshTrial(): Trial | null {
    const first = this.document.tiers?.[0];
    return first === undefined ? null : trialOn(this.document, first);
  }

  /* ---------------------------------------------------------------------------------------------- the form */

  /** The form's item; each operation keeps its own while another is looked at. */
  get live(): LiveItem {
    let live = this.#lives.get(this.operation);
    if (live === undefined) {
      live = this.card.live({ operation: this.operation });
      this.#lives.set(this.operation, live);
    }
    return live;
  }

  get formItem(): AnyItem {
    return chosenOf(this.live.item, this.document);
  }

  get currentOperation(): Operation | undefined {
    return this.document.operations.find(({ id }) => id === this.operation);
  }

  assessForm(): Assessment {
    return assess(this.card, [this.live.item], this.account);
  }

  show(operation: string): void {
    const move = (): void => {
      this.operation = operation;
      this.notices.delete("form");
      this.formChanged();
    };
    if (operation === this.operation) move();
    else this.#moving(move);
  }

  open(item: AnyItem): void {
    if (!this.#has(item.operation)) return;
    this.#lives.set(item.operation, this.card.live(item));
    this.show(item.operation);
  }

  /** Shows an operation as it was left, where the card has it. */
  lookAt(operation: string): void {
    if (operation !== this.operation && this.#has(operation)) this.show(operation);
  }

  #has(operation: string): boolean {
    return this.document.operations.some(({ id }) => id === operation);
  }

  /* ---------------------------------------------------------------------------------------------- the plan */

  assessPlan(): Assessment {
    this.#planAssessment ??=
      this.plan.length === 0
        ? { estimate: null, preflight: null, faults: [] }
        : assess(this.card, this.plan.items, this.account);
    const { estimate, preflight } = this.#planAssessment;
    if (estimate !== null) this.#accountCounts = preflight !== null;
    return this.#planAssessment;
  }

  /** What the plan costs and nothing else, sooner than all that is said of it; null where that is not known. */
  planTotal(): Range | null {
    const units = this.#accountCounts ? this.account?.freeUnits : undefined;
    const answer = this.card.total({ items: this.plan.items }, units);
    return "errors" in answer ? (this.assessPlan().estimate?.total ?? null) : answer;
  }

  add(items: readonly AnyItem[], title: string): void {
    this.changePlan(text.added(title), (plan) => plan.add(items));
  }

  remove(index: number, title: string): void {
    this.changePlan(text.removed(title), (plan) => plan.remove(index));
  }

  clear(): void {
    this.changePlan(text.cleared, (plan) => plan.replace([]));
  }

  /** Changes the plan and says so, with the way back. */
  changePlan(message: string, change: (plan: PlanList) => void): void {
    const before = this.plan.entries;
    change(this.plan);
    const after = this.plan.entries;
    this.#undo.made("plan", {
      isAsLeft: () => this.plan.entries === after,
      takeBack: () => {
        this.plan.restore(before);
        this.notices.delete("plan");
        this.changed();
      },
    });
    this.say("plan", message);
  }

  /** What was changed can be taken back while it still is as that step left it. */
  canUndo(place: Place): boolean {
    return this.#undo.canUndo(place);
  }

  undo(place: Place): void {
    this.#undo.undo(place);
  }

  /** Takes back the latest step of these places that can be; answers whether there was one. */
  undoLatest(places: readonly Place[]): boolean {
    return this.#undo.undoLatest(places);
  }

  /** Makes a change of the form that can be taken back. */
  #openUndoably(item: AnyItem): void {
    const before = this.formItem;
    this.steps += 1;
    this.open(item);
    const after = this.#formState();
    this.#undo.made("form", {
      isAsLeft: () => this.#formState() === after,
      takeBack: () => {
        this.steps += 1;
        this.open(before);
        this.changed();
      },
    });
    this.notices.delete("form");
    this.changed();
  }

  #formState(): string {
    return JSON.stringify(this.formItem);
  }

  /** Takes one of the card's cheaper ways. */
  apply(place: Place, { item, field, option }: Alternative): void {
    if (place === "plan") this.changePlan(text.planView.changed, (plan) => plan.set(item, field, option));
    else this.#openUndoably(chosenOf({ ...this.live.item, [field]: option }, this.document));
  }

  /** Takes a whole plan that the card has fitted into a budget. */
  applyFit(place: Place, items: readonly AnyItem[], said = text.planView.changed): void {
    const [first] = items;
    if (place === "plan") this.changePlan(said, (plan) => plan.setAll(items.map((item) => chosenOf(item, this.document))));
    else if (first !== undefined) this.#openUndoably(first);
  }

  /* ---------------------------------------------------------------------------------- notices, card, account */

  say(place: Place, message: string): void {
    this.notices.set(place, { kind: "said", message });
    this.#said(message);
    this.changed();
  }

  /** What only told of the last step makes way for the next one; answers whether there was anything. */
  #passOver(): boolean {
    const said = [...this.notices].filter(([, { kind }]) => kind === "said");
    for (const [place] of said) this.notices.delete(place);
    return said.length > 0;
  }

  /** Whether just this has been charged, which its receipt tells: it is not charged again by another press of the same button. */
  isCharged(place: Place): boolean {
    const notice = this.notices.get(place);
    return notice?.kind === "receipt" && canonical(notice.items, this.document) === canonical(this.itemsOf(place), this.document);
  }

  /** What a place's button runs. */
  itemsOf(place: Place): AnyItem[] {
    return place === "plan" ? this.plan.items : [this.formItem];
  }

  dismiss(place: Place): void {
    this.notices.delete(place);
    this.changed();
  }

  /** Everything is said anew, in the language that is now in force; what only told of a step just taken is not said again. */
  languageChanged(): void {
    this.#passOver();
    this.changed();
  }

  /** Puts another card in force; what the person has entered stays where the new card knows it. */
  useCard(card: RateCard): void {
    const trial = this.trialItem;
    const form = this.heldForm.of(this.formItem);
    const kept = [...this.#lives.values()].map((live) => chosenOf(live.item, this.document));
    this.#lives.clear();
    this.card.free();
    this.card = card;
    this.document = card.describe();
    const known = new Set(this.document.operations.map(({ id }) => id));
    for (const item of kept) if (known.has(item.operation)) this.#lives.set(item.operation, card.live(item));
    if (form !== null && known.has(form.operation)) {
      this.#lives.set(form.operation, card.live(form));
      this.operation = form.operation;
    }
    if (!known.has(this.operation)) this.operation = this.document.operations[0]?.id ?? "";
    this.cardIsKnown();
    this.useTrial(trial);
    this.changed();
  }

  /** What link and storage say is read under the card in force from here on. */
  cardIsKnown(): void {
    this.heldForm.release();
    this.heldTrial.release();
  }

  /** What is told of one key's charges is not told, or sent again, with another. */
  takeKey(key: string | null): void {
    if (key === this.key) return;
    this.key = key;
    this.server = null;
    this.notices.clear();
  }

  /** Takes the trial account that a link names; without one, a fresh month on the card's first tier. */
  useTrial(item: AnyItem | null): void {
    this.trial = (item === null ? null : trialOf(this.document, item)) ?? this.#freshTrial();
    this.heldTrial.hold(item, this.#trialTaken());
  }

  /** The trial as a link writes it; null is what everybody begins with. */
  get trialItem(): AnyItem | null {
    return this.heldTrial.of(this.#trialTaken());
  }

  #trialTaken(): AnyItem | null {
    return this.trial === null ? null : trialItem(this.document, this.trial);
  }

  chooseTier(id: string): void {
    const tier = this.document.tiers?.find((candidate) => candidate.id === id);
    if (tier === undefined) return;
    this.trial = trialOn(this.document, tier);
    this.changed();
  }
}
