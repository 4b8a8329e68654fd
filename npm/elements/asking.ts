import { LitElement, type PropertyDeclarations } from "lit";
import type { RateCard } from "../index.js";
import type { Fault, Faults, Plan } from "../types.js";
import { json } from "./attributes.js";
import { Provided } from "./provided.js";
import { formatsFor, type Formats } from "./formats.js";
import { english, type Words } from "./words.js";

/** A question, and the card's answer to it. */
interface Asked<Answer> {
  card: RateCard;
  plan: Plan;
  more: unknown;
  answer: Answer | Faults;
}

/** What the elements that show a card's answer have in common: they can be given a plan, and ask the card themselves. */
export abstract class Asking<Answer extends object> extends LitElement {
  static override properties: PropertyDeclarations = {
    card: { attribute: false },
    plan: json("plan"),
    words: { attribute: false },
    locale: {},
  };

  /** The card to ask; without one, the one that `provideCard` gave. */
  declare card: RateCard | null;
  /** What the price is for; in HTML the attribute `plan`, as JSON. Set another plan to change it. */
  declare plan: Plan | null;
  /** The words to show, for another language than English. */
  declare words: Words;
  /** How figures are written, `de-DE`; without it, as the words say, or else as the person's own system does. */
  declare locale: string | undefined;

  readonly #provided = new Provided(this);
  #asked: Asked<Answer> | null = null;

  constructor() {
    super();
    this.card = null;
    this.plan = null;
    this.words = english;
    this.locale = undefined;
  }

  protected get formats(): Formats {
    return formatsFor(this.locale ?? this.words.locale);
  }

  /** What is wrong with the plan; empty when nothing is, or when there is none. */
  get errors(): Fault[] {
    const answer = this.#answerOrFaults();
    return answer !== null && "errors" in answer ? answer.errors : [];
  }

  /** The card's answer to the plan; null while one of the three is missing or the plan has faults. */
  protected get answer(): Answer | null {
    const answer = this.#answerOrFaults();
    return answer === null || "errors" in answer ? null : answer;
  }

  protected get cardInUse(): RateCard | null {
    return this.card ?? this.#provided.card;
  }

  /** What else the answer depends on; undefined while it is not known. */
  protected abstract get more(): unknown;
  protected abstract ask(card: RateCard, plan: Plan): Answer | Faults;

  /** Asks again only when something is another, so that reading a property costs nothing. */
  #answerOrFaults(): Answer | Faults | null {
    const { cardInUse: card, plan, more } = this;
    if (card === null || plan === null || more === undefined) return null;
    const known = this.#asked;
    if (known !== null && known.card === card && known.plan === plan && known.more === more) return known.answer;
    const answer = this.ask(card, plan);
    this.#asked = { card, plan, more, answer };
    return answer;
  }
}
