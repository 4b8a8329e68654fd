import { css, html, nothing } from "lit";
import type { PropertyDeclarations, TemplateResult } from "lit";
import type { RateCard } from "../index.js";
import type { Estimate, Faults, FreeUnits, Plan, Range } from "../types.js";
import { Asking } from "./asking.js";
import { json } from "./attributes.js";
import { define } from "./define.js";
import { isIncluded, isOne, type Money } from "./formats.js";
import { theme } from "./theme.js";

const differs = (price: Range | null | undefined, before: Range | null | undefined): boolean =>
  price === null || price === undefined || before === null || before === undefined
    ? price !== before
    : price.low !== before.low || price.expected !== before.expected || price.high !== before.high;

/**
 * A price: `16 credits 12–20 $0.16`.
 *
 *     <price-tag low="12" expected="16" high="20"></price-tag>
 *     <price-tag plan='{"items": [{"operation": "create", "variations": 4}]}'>–</price-tag>
 *
 * It shows `price` if there is one, or else the figures of its attributes, or else what the card says its plan costs.
 * While it knows no price it shows its own content, never 0. A price of nothing is shown as included.
 *
 * | attribute | property | |
 * |---|---|---|
 * | | `price` | a range of a card's answer |
 * | `expected`, `low`, `high` | the same | the figures, in credits; `low` and `high` are `expected` where they are absent |
 * | `plan` (JSON) | `plan` | what to ask the card for |
 * | `free-units` (JSON) | `freeUnits` | units left that cost nothing, by pool |
 * | | `card` | the card to ask; without it, the one that `provideCard` gave |
 * | `money` (JSON) | `money` | `{"currency": "USD", "perCredit": 0.01}`: shows the price in money too |
 * | `unit` | `unit` | the unit's name; without it the card's, or `credit` |
 * | `compact` | `compact` | without the unit's name, and with the range's room kept, for a column of prices |
 * | `stacked` | `stacked` | the range and the money on a line of their own |
 * | `locale` | `locale` | how figures are written; without it, as the words say, or else as the person's own system does |
 * | | `words` | the words to show, for another language |
 * | | `total`, `errors` | read only: the range that is shown, or null; what is wrong with the plan |
 *
 * Parts: `amount`, `unit`, `range`, `money`, `included`.
 * Custom properties: `--pricetag-amount-weight`, `--pricetag-aside` (a colour), `--pricetag-aside-size`; and those of every element.
 */
export class PriceTag extends Asking<Estimate> {
  static override styles = [
    theme,
    css`
      :host {
        display: inline-block;
        white-space: nowrap;
      }
      [part~="amount"] {
        font-weight: var(--pricetag-amount-weight, 600);
      }
      :host([compact]) [part~="range"] {
        display: inline-block;
        min-inline-size: 4.5em;
        text-align: end;
      }
      :host([stacked]) .main,
      :host([stacked]) .aside {
        display: block;
        text-align: end;
      }
      [part~="range"],
      [part~="money"] {
        margin-inline-start: 0.6em;
        font-size: var(--pricetag-aside-size, 0.875em);
        color: var(--pricetag-aside, inherit);
      }
    `,
  ];

  static override properties: PropertyDeclarations = {
    // The same figures in another object are no other price: a page with many tags gives each one its price at every change.
    price: { attribute: false, hasChanged: differs },
    freeUnits: json("free-units"),
    money: json("money"),
    unit: {},
    expected: { type: Number },
    low: { type: Number },
    high: { type: Number },
    compact: { type: Boolean, reflect: true },
    stacked: { type: Boolean, reflect: true },
  };

  /** The range to show, in credits; null while it is not known, or given in another way. */
  declare price: Range | null;
  declare freeUnits: FreeUnits | null;
  /** Shown as well where it is given. */
  declare money: Money | null;
  declare unit: string | undefined;
  declare expected: number | null;
  declare low: number | null;
  declare high: number | null;
  declare compact: boolean;
  declare stacked: boolean;

  constructor() {
    super();
    this.price = null;
    this.freeUnits = null;
    this.money = null;
    this.unit = undefined;
    this.expected = null;
    this.low = null;
    this.high = null;
    this.compact = false;
    this.stacked = false;
  }

  /** The range that is shown; null while none is known. */
  get total(): Range | null {
    return this.price ?? this.#written() ?? this.answer?.total ?? null;
  }

  #written(): Range | null {
    const { expected, low, high } = this;
    if (expected === null || Number.isNaN(expected)) return null;
    return { low: low ?? expected, expected, high: high ?? expected };
  }

  protected override get more(): unknown {
    return this.freeUnits;
  }

  protected override ask(card: RateCard, plan: Plan): Estimate | Faults {
    return card.estimate(plan, this.freeUnits ?? undefined);
  }

  protected override render(): TemplateResult {
    const { total, words } = this;
    if (total === null) return html`<slot>–</slot>`;
    if (isIncluded(total)) return html`<span part="included">${words.included}</span>`;
    return html`<span class="main">${this.main(total)}</span><span class="aside">${this.range(total)}${this.worth(total)}</span>`;
  }

  private main(price: Range): TemplateResult {
    const amount = html`<span part="amount">${this.formats.credits(price.expected)}</span>`;
    if (this.compact) return amount;
    const unit = this.unit ?? this.answer?.unit ?? "credit";
    return html`${amount} <span part="unit">${this.words.unit(unit, price.expected)}</span>`;
  }

  private range(price: Range): TemplateResult | typeof nothing {
    if (isOne(price)) return this.compact ? html`<span part="range"></span>` : nothing;
    const { formats } = this;
    return html`<span part="range" aria-hidden="true">${formats.span(price.low, price.high)}</span
      ><span class="said">, ${this.words.between(formats.credits(price.low), formats.credits(price.high))}</span>`;
  }

  private worth(price: Range): TemplateResult | typeof nothing {
    if (this.money === null) return nothing;
    const money = this.formats.money(price.expected, this.money);
    return html`<span part="money" aria-hidden="true">${money}</span><span class="said">, ${this.words.about(money)}</span>`;
  }
}

define("price-tag", PriceTag);

declare global {
  interface HTMLElementTagNameMap {
    "price-tag": PriceTag;
  }
}
