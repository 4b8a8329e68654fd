import { LitElement, css, html, nothing, svg } from "lit";
import type { SVGTemplateResult, TemplateResult } from "lit";
import type { Preflight, Range } from "../types.js";
import { define } from "./define.js";
import { formatsFor, isOne, spoken, type Formats } from "./formats.js";
import { theme } from "./theme.js";
import { english, type Words } from "./words.js";

const LENGTH = 1000;
const HEIGHT = 12;

/**
 * The balance, what a plan takes of it, and what is left: figures, and a bar whose band is the range.
 *
 * Parts: `figures`, `name`, `figure`, `range`, `bar`, `sure`, `band`, `excess`, `limit`.
 */
export class BalanceMeter extends LitElement {
  static override styles = [
    theme,
    css`
      :host {
        display: block;
      }
      dl {
        display: grid;
        grid-template-columns: 1fr auto 7em;
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
        color: var(--_muted);
      }
      .after {
        font-weight: 600;
      }
      .negative {
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

  static override properties = {
    preflight: { attribute: false },
    words: { attribute: false },
    locale: {},
    unit: {},
  };

  declare preflight: Preflight | null;
  declare words: Words;
  declare locale: string | undefined;
  declare unit: string;

  constructor() {
    super();
    this.preflight = null;
    this.words = english;
    this.locale = undefined;
    this.unit = "credit";
  }

  protected override render(): TemplateResult {
    const { preflight, words } = this;
    const formats = formatsFor(this.locale);
    const balance = preflight === null ? "–" : this.balance(preflight, formats);
    return html`${this.bar(formats)}
      <dl part="figures">
        ${this.figure(words.balance, balance, null, formats)}
        ${this.figure(words.cost, null, preflight?.estimate.total ?? null, formats)}
        ${preflight !== null && preflight.after === null
          ? this.figure(words.after, words.unlimited, null, formats)
          : this.figure(words.after, null, preflight?.after ?? null, formats, "after")}
      </dl>`;
  }

  private balance(preflight: Preflight, formats: Formats): string {
    return preflight.balance === null ? this.words.unlimited : formats.credits(preflight.balance);
  }

  private figure(name: string, text: string | null, range: Range | null, formats: Formats, kind = ""): TemplateResult {
    const shown = text ?? (range === null ? "–" : formats.credits(range.expected));
    const negative = range !== null && range.expected < 0 ? "negative" : "";
    return html`<dt part="name">${name}</dt>
      <dd part="figure" class="${kind} ${negative}">${shown}</dd>
      <dd part="range">${range === null || isOne(range) ? nothing : formats.span(range.low, range.high)}</dd>`;
  }

  /** The bar's length is the balance, or the high figure where that is more; then what exceeds the balance stands out. */
  private bar(formats: Formats): TemplateResult {
    const { preflight } = this;
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
    const after = preflight.after === null ? "" : formats.credits(preflight.after.expected);
    const label = this.words.meter(spoken(total, this.unit, formats, this.words), formats.credits(balance), after);
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
