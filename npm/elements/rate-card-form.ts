import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { LiveItem, RateCard } from "../index.js";
import type { Account, AnyItem, Card, Fault, Line, Operation, Range } from "../types.js";
import { define } from "./define.js";
import { choiceField, countField, quantityField, sizeField, type FormView } from "./fields.js";
import { formatsFor } from "./formats.js";
import { Probe } from "./options.js";
import { formStyles } from "./rate-card-form.styles.js";
import { theme } from "./theme.js";
import { english, type Words } from "./words.js";

/** The pricing model's limit for `quantity`. */
const QUANTITY_MAX = 10_000;

/**
 * A form for one operation of a rate card, made from the card alone: every choice, count and size as a native control,
 * every option with what the item would cost with it.
 *
 * It changes a live item and says so with the standard `input` and `change` events; by the time a listener
 * hears them, `total`, `lines` and `errors` are those of the new item.
 *
 *     const form = document.querySelector("rate-card-form");
 *     form.card = card;
 *     form.addEventListener("input", () => show(form.total));
 *
 * Give it a `live` item to share one with other code; otherwise it makes its own from `card` and `operation`.
 * After changing a shared item yourself, call `refresh()`, or change it with `set(field, value)`.
 *
 * Parts: `field`, `label`, `option`, `chosen`, `option-price`, `option-needs`, `message`.
 */
export class RateCardForm extends LitElement {
  static override styles = [theme, formStyles];

  static override properties = {
    card: { attribute: false },
    live: { attribute: false },
    words: { attribute: false },
    operation: {},
    account: { attribute: false },
    locale: {},
  };

  declare card: RateCard | null;
  /** The item this form changes. */
  declare live: LiveItem | null;
  declare words: Words;
  /** The operation's id; the card's first where none is given. */
  declare operation: string | undefined;
  /** Marks what its tier may not use, and counts its free units. */
  declare account: Account | null;
  declare locale: string | undefined;

  #document: Card | null = null;
  #own: LiveItem | null = null;
  #probe: Probe | null = null;

  constructor() {
    super();
    this.card = null;
    this.live = null;
    this.words = english;
    this.operation = undefined;
    this.account = null;
    this.locale = undefined;
  }

  get item(): AnyItem | null {
    return this.#current?.item ?? null;
  }

  /** Null while something is missing or wrong. */
  get total(): Range | null {
    return this.#current?.total ?? null;
  }

  get lines(): Line[] {
    return this.#current?.lines ?? [];
  }

  get errors(): Fault[] {
    return this.#current?.errors ?? [];
  }

  /** Changes one field, as the person would, without an event. */
  set(field: string, value: string | number | undefined): void {
    this.#current?.set(field, value);
    this.#probe?.set(field, value);
    this.requestUpdate();
  }

  /** Shows the item anew after someone else has changed it. */
  refresh(): void {
    this.#forgetProbe();
    this.requestUpdate();
  }

  get #current(): LiveItem | null {
    return this.live ?? this.#own;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#forgetProbe();
  }

  #forgetProbe(): void {
    this.#probe = null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("card")) this.#document = this.card?.describe() ?? null;
    if (changed.has("card") || changed.has("live") || changed.has("operation")) {
      this.#own = null;
      const operation = this.operation ?? this.#document?.operations[0]?.id;
      if (this.live === null && this.card !== null && operation !== undefined) this.#own = this.card.live({ operation });
    }
    if (changed.has("card") || changed.has("live") || changed.has("operation") || changed.has("account")) this.#forgetProbe();
    const item = this.item;
    if (this.#probe === null && this.card !== null && this.#document !== null && item !== null) {
      this.#probe = new Probe(this.card, this.#document, item, this.account);
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    const item = this.item;
    const operation = this.#document?.operations.find(({ id }) => id === item?.operation);
    const probe = this.#probe;
    if (item === null || operation === undefined || probe === null) return nothing;
    const { errors } = this;
    const view: FormView = {
      item,
      words: this.words,
      formats: formatsFor(this.locale),
      faultOf: (field) => errors.find(({ path }) => path.replace(/^items\[\d+\]\.?/, "") === field),
    };
    return html`<div class="fields" @input=${this.#take} @change=${this.#settle}>${this.#fields(operation, probe, view)}</div>`;
  }

  #fields(operation: Operation, probe: Probe, view: FormView): TemplateResult {
    const { size } = operation;
    return html`${operation.choices?.map((choice) => choiceField(choice, probe.options(choice), view))}
    ${size === undefined
      ? nothing
      : sizeField(size, ({ width, height }) => probe.total({ width, height }), view)}
    ${operation.counts?.map((count) => countField(count, view))} ${quantityField(QUANTITY_MAX, view)}`;
  }

  #take(event: Event): void {
    const control = event.target;
    if (control instanceof HTMLSelectElement) {
      if ("size" in control.dataset) this.#takeSize(control.value);
      else this.set(control.name, control.value);
    } else if (control instanceof HTMLInputElement) {
      this.set(control.name, control.type === "radio" ? control.value : control.valueAsNumber);
    }
  }

  #takeSize(preset: string): void {
    const [width, height] = preset.split("x").map(Number);
    if (width === undefined || height === undefined) return;
    this.set("width", width);
    this.set("height", height);
  }

  /** A change event stays inside the element; this one is for those who listen on it. */
  #settle(): void {
    this.dispatchEvent(new Event("change", { bubbles: true, composed: true }));
  }
}

define("rate-card-form", RateCardForm);

declare global {
  interface HTMLElementTagNameMap {
    "rate-card-form": RateCardForm;
  }
}
