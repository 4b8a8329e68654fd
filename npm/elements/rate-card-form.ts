import { LitElement, html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import type { LiveItem, RateCard } from "../index.js";
import type { Account, AnyItem, Card, Fault, Line, Operation, Range } from "../types.js";
import { json } from "./attributes.js";
import { define } from "./define.js";
import { faultsInWords, fieldOf, fieldWords } from "./faults.js";
import { choiceField, countField, quantityField, sizeField, type FormView } from "./fields.js";
import { formatsFor, spoken, type Formats } from "./formats.js";
import { Probe } from "./options.js";
import { Provided } from "./provided.js";
import { formStyles } from "./rate-card-form.styles.js";
import { Settled } from "./settled.js";
import { theme } from "./theme.js";
import { english, type Words } from "./words.js";

/**
 * A form for one operation of a rate card, made from the card alone: every choice, count and size as a native control,
 * every option with what the item would cost with it.
 *
 *     <form>
 *       <rate-card-form name="order" operation="create"></rate-card-form>
 *       <button><price-tag></price-tag></button>
 *     </form>
 *
 * It is a form control itself. Its value is the item as JSON; it is sent with the form it stands in, is valid when the
 * item can be priced, and follows the form's reset and a disabled fieldset. It says that the item has changed with the
 * standard events `input` and `change`; by the time a listener hears them, all of its properties are those of the new item:
 *
 *     form.addEventListener("input", ({ target }) => { tag.price = target.total; });
 *
 * | attribute | property | |
 * |---|---|---|
 * | `operation` | `operation` | the operation's id; without it, the card's first. Another one starts anew |
 * | `item` (JSON) | `item` | the item; the attribute's is the one to begin with, and to go back to on a reset |
 * | `account` (JSON) | `account` | marks what its tier may not use, and counts its free units |
 * | | `card` | the card; without it, the one that `provideCard` gave |
 * | | `live` | a live item to share with other code, instead of one of its own |
 * | `name`, `disabled` | the same | as of every form control |
 * | `silent` | `silent` | does not announce the price: for a page that does so itself |
 * | `locale` | `locale` | how figures are written; without it, as the words say, or else as the person's own system does |
 * | | `words` | the words to show, for another language |
 * | | `value` | the item as JSON text; empty while there is none |
 * | | `total`, `lines`, `errors` | read only: what the item costs, or null; the estimate's lines; what is wrong |
 * | | `form`, `labels`, `validity`, `validationMessage`, `willValidate` | read only: as of every form control |
 *
 * Methods: `set(field, value)` changes one field without an event; `refresh()` shows a shared item anew after someone
 * else has changed it; `checkValidity()`, `reportValidity()` and `focus()` are those of every form control.
 *
 * Until there is a card it shows its own content. Once a change has settled, the new price is announced.
 *
 * Parts: `field`, `label`, `option`, `chosen`, `option-price`, `option-needs`, `message`. Custom properties: those of every element.
 */
export class RateCardForm extends LitElement {
  static readonly formAssociated = true;
  static override styles = [theme, formStyles];

  static override properties: PropertyDeclarations = {
    card: { attribute: false },
    live: { attribute: false },
    words: { attribute: false },
    account: json("account"),
    operation: { noAccessor: true },
    item: { ...json("item"), noAccessor: true },
    value: { attribute: false, noAccessor: true },
    name: { attribute: false, noAccessor: true },
    disabled: { attribute: false, noAccessor: true },
    silent: { type: Boolean },
    locale: {},
  };

  declare card: RateCard | null;
  declare live: LiveItem | null;
  declare words: Words;
  declare account: Account | null;
  declare silent: boolean;
  declare locale: string | undefined;

  readonly #internals = this.attachInternals();
  readonly #provided = new Provided(this);
  readonly #settled = new Settled(this, () => this.#announce());
  /** What to begin with; without it, the card's first operation. */
  #first: AnyItem | null = null;
  #own: LiveItem | null = null;
  /** The card that the document, the item of its own and the probe are from. */
  #known: RateCard | null = null;
  #document: Card | null = null;
  #probe: Probe | null = null;
  /** What the probe was made for. */
  #probed: { live: LiveItem | null; account: Account | null } = { live: null, account: null };
  /** By the attribute, or by a fieldset around the element. */
  #disabled = false;
  /** The update to come shows what a person has just entered. */
  #entering = false;
  #announcement = "";

  constructor() {
    super();
    this.card = null;
    this.live = null;
    this.words = english;
    this.account = null;
    this.silent = false;
    this.locale = undefined;
    this.#internals.role = "group";
  }

  private get formats(): Formats {
    return formatsFor(this.locale ?? this.words.locale);
  }

  get operation(): string | null {
    return this.item?.operation ?? null;
  }

  set operation(operation: string | null) {
    // Whichever of the two attributes comes first, an item of this operation stays.
    if (this.#first?.operation !== operation) this.#begin(operation === null ? null : { operation });
  }

  get item(): AnyItem | null {
    return this.#current?.item ?? this.#first;
  }

  set item(item: AnyItem | null) {
    if (this.live !== null && item !== null) {
      rewrite(this.live, item);
      this.refresh();
    } else {
      this.#begin(item);
    }
  }

  get value(): string {
    const { item } = this;
    return item === null ? "" : JSON.stringify(item);
  }

  set value(value: string) {
    this.item = value === "" ? null : JSON.parse(value);
  }

  get name(): string {
    return this.getAttribute("name") ?? "";
  }

  set name(name: string) {
    this.setAttribute("name", name);
  }

  get disabled(): boolean {
    return this.hasAttribute("disabled");
  }

  set disabled(disabled: boolean) {
    this.toggleAttribute("disabled", disabled);
  }

  get total(): Range | null {
    return this.#current?.total ?? null;
  }

  get lines(): Line[] {
    return this.#current?.lines ?? [];
  }

  get errors(): Fault[] {
    return this.#current?.errors ?? [];
  }

  get form(): HTMLFormElement | null {
    return this.#internals.form;
  }

  get labels(): NodeList {
    return this.#internals.labels;
  }

  get validity(): ValidityState {
    return this.#internals.validity;
  }

  get validationMessage(): string {
    return this.#internals.validationMessage;
  }

  get willValidate(): boolean {
    return this.#internals.willValidate;
  }

  checkValidity(): boolean {
    this.#declare();
    return this.#internals.checkValidity();
  }

  reportValidity(): boolean {
    this.#declare();
    return this.#internals.reportValidity();
  }

  override focus(options?: FocusOptions): void {
    this.shadowRoot?.querySelector<HTMLElement>("input, select")?.focus(options);
  }

  set(field: string, value: string | number | undefined): void {
    this.#current?.set(field, value);
    this.#probe?.set(field, value);
    this.#declare();
    this.requestUpdate();
  }

  refresh(): void {
    this.#probe = null;
    this.#declare();
    this.requestUpdate();
  }

  /* --------------------------------------------------------------------------------- called by the browser */

  formResetCallback(): void {
    this.#announcement = "";
    const item: AnyItem | null = JSON.parse(this.getAttribute("item") ?? "null");
    const operation = this.getAttribute("operation") ?? this.operation;
    this.item = item ?? (operation === null ? null : { operation });
  }

  formDisabledCallback(disabled: boolean): void {
    this.#disabled = disabled;
    this.requestUpdate();
  }

  /** After going back in the history, or from the browser's memory of what was filled in. */
  formStateRestoreCallback(state: string): void {
    this.value = state;
  }

  /* ---------------------------------------------------------------------------------------------- the item */

  #begin(item: AnyItem | null): void {
    this.#first = item;
    this.#own = null;
    this.refresh();
  }

  /** The item that is shown: the shared one, or one of its own that is made when it is first asked for. */
  get #current(): LiveItem | null {
    this.#know(this.card ?? this.#provided.card);
    if (this.live !== null) return this.live;
    const first = this.#document?.operations[0]?.id;
    const begin = this.#first ?? (first === undefined ? null : { operation: first });
    if (this.#known !== null && begin !== null) this.#own ??= this.#known.live(begin);
    return this.#own;
  }

  /** Another card is another form; what was entered stays where the new card knows the operation. */
  #know(card: RateCard | null): void {
    if (card === this.#known) return;
    const entered = this.#own?.item;
    this.#known = card;
    this.#document = card?.describe() ?? null;
    this.#own = null;
    this.#probe = null;
    if (entered !== undefined && this.#operationOf(entered) !== undefined) this.#first = entered;
  }

  #operationOf(item: AnyItem): Operation | undefined {
    return this.#document?.operations.find(({ id }) => id === item.operation);
  }

  #probeFor(live: LiveItem): Probe | null {
    const { account } = this;
    const [card, document] = [this.#known, this.#document];
    if (this.#probed.live !== live || this.#probed.account !== account) this.#probe = null;
    if (card !== null && document !== null) this.#probe ??= new Probe(card, document, live.item, account);
    this.#probed = { live, account };
    return this.#probe;
  }

  /** Tells the form what would be sent, and whether it may be. */
  #declare(): void {
    const { value, errors } = this;
    this.#internals.setFormValue(value === "" ? null : value);
    const [fault] = errors;
    if (fault === undefined) {
      this.#internals.setValidity({});
      return;
    }
    const flags = fault.code === "missing-field" ? { valueMissing: true } : { customError: true };
    this.#internals.setValidity(flags, this.#faultWords(), this.#controlOf(fieldOf(fault)));
  }

  /** Where the browser shows what is wrong; the item as a whole is shown at its first control. */
  #controlOf(field: string): HTMLElement | undefined {
    const controls = [...(this.shadowRoot?.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input, select") ?? [])];
    return controls.find(({ name }) => name === field) ?? controls[0];
  }

  #faultWords(): string {
    const { errors, item, words } = this;
    return faultsInWords(errors, item === null ? [] : [item], this.#document, words, this.formats);
  }

  #announce(): void {
    const { total } = this;
    const unit = this.#document?.unit ?? "credit";
    this.#announcement = total === null ? this.#faultWords() : spoken(total, unit, this.formats, this.words);
    this.requestUpdate();
  }

  /* ---------------------------------------------------------------------------------------------- the form */

  /**
   * What a person has entered is drawn with the next frame. A page that draws the price as soon as it hears of the change then
   * has it there before the prices of all options are worked out.
   */
  protected override scheduleUpdate(): void | Promise<unknown> {
    // There are no frames where nobody looks.
    const entering = this.#entering && !document.hidden;
    this.#entering = false;
    if (!entering) return super.scheduleUpdate();
    return new Promise(requestAnimationFrame).then(() => {
      this.#entering = false;
      super.scheduleUpdate();
    });
  }

  protected override updated(): void {
    const item = this.item;
    this.#internals.ariaLabel = (item === null ? undefined : this.#operationOf(item)?.title) ?? null;
    this.#declare();
  }

  protected override render(): TemplateResult {
    const live = this.#current;
    if (live === null) return html`<slot></slot>`;
    const { item } = live;
    const operation = this.#operationOf(item);
    const probe = this.#probeFor(live);
    if (operation === undefined || probe === null) return html`<p part="message" class="message">${this.#faultWords()}</p>`;
    const { errors, words } = this;
    const { formats } = this;
    const view: FormView = {
      item,
      words,
      formats,
      faultOf: (field) => errors.find((fault) => fieldOf(fault) === field),
      wordsOf: (field) => fieldWords(operation, field, words, formats),
    };
    return html`<fieldset class="fields" role="none" ?disabled=${this.#disabled} @input=${this.#take} @change=${this.#settle}>
        ${this.#fields(operation, probe, view)}
      </fieldset>
      <output class="said">${this.silent ? nothing : this.#announcement}</output>`;
  }

  #fields(operation: Operation, probe: Probe, view: FormView): TemplateResult {
    const { size } = operation;
    return html`${operation.choices?.map((choice) =>
      // Radio buttons that became another group's would uncheck each other.
      keyed(`${operation.id} ${choice.name}`, choiceField(choice, probe.options(choice), view)),
    )}
    ${size === undefined
      ? nothing
      : sizeField(size, ({ width, height }) => probe.total({ width, height }), view)}
    ${operation.counts?.map((count) => countField(count, view))} ${quantityField(view)}`;
  }

  #take(event: Event): void {
    this.#entering = true;
    const control = event.target;
    if (control instanceof HTMLSelectElement) {
      if ("size" in control.dataset) this.#takeSize(control.value);
      else this.set(control.name, control.value);
    } else if (control instanceof HTMLInputElement) {
      this.set(control.name, control.type === "radio" ? control.value : control.valueAsNumber);
    }
    if (!this.silent) this.#settled.changed();
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

/** Makes a live item another item, field by field. */
function rewrite(live: LiveItem, item: AnyItem): void {
  for (const field of Object.keys(live.item)) if (!Object.hasOwn(item, field)) live.set(field, undefined);
  for (const [field, value] of Object.entries(item)) live.set(field, value);
}

define("rate-card-form", RateCardForm);

declare global {
  interface HTMLElementTagNameMap {
    "rate-card-form": RateCardForm;
  }
}
