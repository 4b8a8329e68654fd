import { css, html, nothing, svg } from "lit";
import type { PropertyDeclarations, SVGTemplateResult, TemplateResult } from "lit";
import type { RateCard } from "../index.js";
import type { Account, Faults, Plan, Preflight, Range } from "../types.js";
import { Asking } from "./asking.js";
import { json } from "./attributes.js";
import { define } from "./define.js";
import { isOne, spoken, type Formats } from "./formats.js";
import { theme } from "./theme.js";

const LENGTH = 1000;
const HEIGHT = 12;

/**
 * The balance, what a plan takes of it, and what is left or missing: figures, and a bar whose band is the range.
 *
 *     <balance-meter
 *       plan='{"items": [{"operation": "create", "variations": 4}]}'
 *       account='{"tier": "free", "balance": 18}'
 *     ></balance-meter>
 *
 * It shows `preflight` if there is one, or else the card's answer to its plan and account. While it knows neither it
 * shows its own content or, without any, its figures left out.
 *
 * | attribute | property | |
 * |---|---|---|
 * | `preflight` (JSON) | `preflight` | a card's answer |
 * | `plan` (JSON) | `plan` | what to ask the card for |
 * | `account` (JSON) | `account` | who asks: tier, balance, units left that cost nothing |
 * | | `card` | the card to ask; without it, the one that `provideCard` gave |
 * | `locale` | `locale` | how figures are written; without it, as the words say, or else as the person's own system does |
 * | | `words` | the words to show, for another language |
 * | | `verdict`, `errors` | read only: whether the plan may run, or null; what is wrong with plan or account |
 *
 * Parts: `figures`, `name`, `figure`, `range`, `bar`, `sure`, `band`, `excess`, `limit`. Custom properties: those of every element.
 */
export class BalanceMeter extends Asking<Preflight> {
  static override styles = [
    theme,
    css`
      :host {
        display: block;
      }
      dl {
        display: grid;
        grid-template-columns: 1fr auto minmax(6em, auto);
        column-gap: var(--_step);
        margin: 0;
        line-height: calc(var(--_step) * 3);
      }
      dt {
        color: var(--_muted);
      }
      dd {
        margin: 0;
        text-align: end;
        white-space: nowrap;
      }
      [part~="range"] {
        padding-inline-start: var(--_step);
        color: var(--_muted);
        /* Where there is no room for all of it, at its dash. */
        white-space: normal;
      }
      .after {
        font-weight: 600;
      }
      .missing {
        color: var(--_stop);
      }
      svg {
        display: block;
        inline-size: 100%;
        block-size: 12px;
        margin-block: var(--_step) calc(var(--_step) / 2);
        border-radius: 3px;
      }
      .track {
        fill: var(--_line);
      }
      [part~="sure"] {
        fill: var(--_accent);
      }
      [part~="band"] {
        fill: var(--_accent);
        opacity: 0.45;
      }
      [part~="excess"] {
        fill: var(--_stop);
      }
      [part~="limit"] {
        fill: var(--_ink);
      }
    `,
  ];

  static override properties: PropertyDeclarations = {
    preflight: json("preflight"),
    account: json("account"),
  };

  declare preflight: Preflight | null;
  declare account: Account | null;

  constructor() {
    super();
    this.preflight = null;
    this.account = null;
  }

  /** Whether the plan may run on the account; null while that is not known. */
  get verdict(): Preflight["verdict"] | null {
    return this.shown?.verdict ?? null;
  }

  private get shown(): Preflight | null {
    return this.preflight ?? this.answer;
  }

  protected override get more(): unknown {
    return this.account ?? undefined;
  }

  protected override ask(card: RateCard, plan: Plan): Preflight | Faults {
    // Without an account nothing is asked.
    return card.preflight(plan, this.account as Account);
  }

  protected override render(): TemplateResult {
    const { shown, words } = this;
    const { formats } = this;
    const balance = shown === null ? "–" : this.balance(shown, formats);
    const whole = html`${this.bar(shown, formats)}
      <dl part="figures">
        ${this.figure(words.balance, balance, null, formats)}
        ${this.figure(words.cost, null, shown?.estimate.total ?? null, formats)}
        ${this.left(shown, formats)}
      </dl>`;
    return shown === null ? html`<slot>${whole}</slot>` : whole;
  }

  private balance(preflight: Preflight, formats: Formats): string {
    return preflight.balance === null ? this.words.unlimited : formats.credits(preflight.balance);
  }

  /** The rest after the plan, or the missing amount if the balance does not cover the highest price. */
  private left(preflight: Preflight | null, formats: Formats): TemplateResult {
    const { words } = this;
    if (preflight === null) return this.figure(words.after, null, null, formats, "after");
    if (preflight.shortBy > 0) return this.figure(words.short, formats.credits(preflight.shortBy), null, formats, "after missing");
    if (preflight.after === null) return this.figure(words.after, words.unlimited, null, formats);
    return this.figure(words.after, null, preflight.after, formats, "after");
  }

  private figure(name: string, text: string | null, range: Range | null, formats: Formats, kind = ""): TemplateResult {
    const shown = text ?? (range === null ? "–" : formats.credits(range.expected));
    return html`<dt part="name">${name}</dt>
      <dd part="figure" class=${kind}>${shown}</dd>
      <dd part="range">${range === null || isOne(range) ? nothing : formats.span(range.low, range.high)}</dd>`;
  }

  /** The bar's length is the balance, or the high figure where that is more; then what exceeds the balance stands out. */
  private bar(preflight: Preflight | null, formats: Formats): TemplateResult {
    const track = svg`<rect class="track" width=${LENGTH} height=${HEIGHT}></rect>`;
    if (preflight === null || preflight.balance === null) return this.picture(nothing, track);
    const { total } = preflight.estimate;
    const { balance } = preflight;
    const over = preflight.shortBy > 0;
    const length = over ? total.high : balance;
    if (length === 0) return this.picture(nothing, track);
    const at = (credits: number): number => Math.round((credits / length) * LENGTH);
    const shapes = svg`${track}
      <rect part="sure" width=${at(total.low)} height=${HEIGHT}></rect>
      <rect part="band" x=${at(total.low)} width=${at(total.high) - at(total.low)} height=${HEIGHT}></rect>
      ${over ? this.excess(at(balance)) : nothing}`;
    const cost = spoken(total, preflight.estimate.unit, formats, this.words);
    const has = formats.credits(balance);
    const label = over
      ? this.words.meterShort(cost, has, formats.credits(preflight.shortBy))
      : this.words.meter(cost, has, preflight.after === null ? "" : formats.credits(preflight.after.expected));
    return this.picture(label, shapes);
  }

  private excess(limit: number): SVGTemplateResult {
    return svg`<rect part="excess" x=${limit} width=${LENGTH - limit} height=${HEIGHT}></rect>
      <rect part="limit" x=${Math.min(limit, LENGTH - 4)} width="4" height=${HEIGHT}></rect>`;
  }

  private picture(label: string | typeof nothing, shapes: SVGTemplateResult): TemplateResult {
    const hidden = label === nothing ? "true" : nothing;
    return html`<svg
      part="bar"
      viewBox="0 0 ${LENGTH} ${HEIGHT}"
      preserveAspectRatio="none"
      role="img"
      aria-label=${label}
      aria-hidden=${hidden}
    >
      ${shapes}
    </svg>`;
  }
}

define("balance-meter", BalanceMeter);

declare global {
  interface HTMLElementTagNameMap {
    "balance-meter": BalanceMeter;
  }
}
