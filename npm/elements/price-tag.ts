import { LitElement, css, html, nothing } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import type { Range } from "../types.js";
import { define } from "./define.js";
import { formatsFor, isIncluded, isOne, type Money } from "./formats.js";
import { theme } from "./theme.js";
import { english, type Words } from "./words.js";

/**
 * A price: `16 credits 12–20 about $0.16`.
 *
 * Set `price` to a range from a rate card, or in HTML the attributes `expected`, `low` and `high`.
 * Without a price it shows its own content, never 0. A price of nothing is shown as included.
 *
 * Parts: `amount`, `unit`, `range`, `money`, `included`.
 */
export class PriceTag extends LitElement {
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

  static override properties = {
    price: { attribute: false },
    money: { attribute: false },
    words: { attribute: false },
    unit: {},
    locale: {},
    expected: { type: Number },
    low: { type: Number },
    high: { type: Number },
    compact: { type: Boolean, reflect: true },
    stacked: { type: Boolean, reflect: true },
  };

  /** The range to show, in credits; null while it is not known. */
  declare price: Range | null;
  /** Shown as well where it is given. */
  declare money: Money | null;
  declare words: Words;
  /** The unit's name, `credit`. */
  declare unit: string;
  declare locale: string | undefined;
  declare expected: number | null;
  declare low: number | null;
  declare high: number | null;
  /** Without the unit's name, and with the range's room kept, for a column of prices. */
  declare compact: boolean;
  /** The range and the money on a line of their own. */
  declare stacked: boolean;

  constructor() {
    super();
    this.price = null;
    this.money = null;
    this.words = english;
    this.unit = "credit";
    this.locale = undefined;
    this.expected = null;
    this.low = null;
    this.high = null;
    this.compact = false;
    this.stacked = false;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (this.expected === null || !(changed.has("expected") || changed.has("low") || changed.has("high"))) return;
    this.price = { low: this.low ?? this.expected, expected: this.expected, high: this.high ?? this.expected };
  }

  protected override render(): TemplateResult {
    const { price, words } = this;
    if (price === null) return html`<slot></slot>`;
    if (isIncluded(price)) return html`<span part="included">${words.included}</span>`;
    return html`<span class="main">${this.main(price)}</span><span class="aside">${this.range(price)}${this.worth(price)}</span>`;
  }

  private main(price: Range): TemplateResult {
    const amount = html`<span part="amount">${formatsFor(this.locale).credits(price.expected)}</span>`;
    return this.compact ? amount : html`${amount} <span part="unit">${this.words.unit(this.unit, price.expected)}</span>`;
  }

  private range(price: Range): TemplateResult | typeof nothing {
    if (isOne(price)) return this.compact ? html`<span part="range"></span>` : nothing;
    const formats = formatsFor(this.locale);
    return html`<span part="range" aria-hidden="true">${formats.span(price.low, price.high)}</span
      ><span class="said">, ${this.words.between(formats.credits(price.low), formats.credits(price.high))}</span>`;
  }

  private worth(price: Range): TemplateResult | typeof nothing {
    if (this.money === null) return nothing;
    const money = formatsFor(this.locale).money(price.expected, this.money);
    return html`<span part="money" aria-hidden="true">${money}</span><span class="said">, ${this.words.about(money)}</span>`;
  }
}

define("price-tag", PriceTag);

declare global {
  interface HTMLElementTagNameMap {
    "price-tag": PriceTag;
  }
}
