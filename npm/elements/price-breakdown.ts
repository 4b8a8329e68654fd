import { css, html, nothing } from "lit";
import type { PropertyDeclarations, TemplateResult } from "lit";
import type { RateCard } from "../index.js";
import type { Estimate, Faults, FreeUnits, Line, Part, Plan, Range } from "../types.js";
import { Asking } from "./asking.js";
import { json } from "./attributes.js";
import { define } from "./define.js";
import { faultsInWords } from "./faults.js";
import { isIncluded, isOne, type Formats } from "./formats.js";
import { theme } from "./theme.js";

/**
 * Why a plan costs what it costs: each line with its parts, and how far the figure can be relied on.
 *
 *     <price-breakdown plan='{"items": [{"operation": "create", "width": 2048, "height": 2048}]}'></price-breakdown>
 *
 * It shows `estimate` if there is one, or else the card's answer to its plan. While it knows neither it shows its own
 * content or, without any, the table with its figures left out; what is wrong with a plan stands below it in words.
 *
 * | attribute | property | |
 * |---|---|---|
 * | `estimate` (JSON) | `estimate` | a card's answer |
 * | `plan` (JSON) | `plan` | what to ask the card for |
 * | `free-units` (JSON) | `freeUnits` | units left that cost nothing, by pool |
 * | | `card` | the card to ask; without it, the one that `provideCard` gave |
 * | `rows` | `rows` | reserves room for that many parts a line, so that nothing below moves when one comes or goes |
 * | `locale` | `locale` | how figures are written; without it, as the words say, or else as the person's own system does |
 * | | `words` | the words to show, for another language |
 * | | `total`, `errors` | read only: the range that is shown, or null; what is wrong with the plan |
 *
 * Parts: `table`, `line`, `part`, `total`, `why`, `note`. Custom properties: those of every element.
 */
export class PriceBreakdown extends Asking<Estimate> {
  static override styles = [
    theme,
    css`
      :host {
        display: block;
      }
      table {
        inline-size: 100%;
        border-collapse: collapse;
        line-height: calc(var(--_step) * 3);
      }
      th,
      td {
        box-sizing: border-box;
        padding: 0;
        font-weight: 400;
        text-align: start;
        vertical-align: top;
      }
      td,
      th + th {
        padding-inline-start: var(--_step);
        inline-size: 4em;
        text-align: end;
        white-space: nowrap;
      }
      tr > :last-child:not(:first-child) {
        inline-size: 6em;
        color: var(--_muted);
      }
      thead {
        color: var(--_muted);
        font-size: var(--_small);
      }
      [part~="line"] th {
        padding-block-start: var(--_step);
        font-weight: 600;
      }
      [part~="total"] > * {
        border-block-start: 1px solid var(--_line);
        font-weight: 600;
      }
      [part~="total"] > td:last-child {
        font-weight: 400;
      }
      p {
        min-block-size: calc(var(--_step) * 5);
        margin: var(--_step) 0 0;
        color: var(--_muted);
        font-size: var(--_small);
        line-height: calc(var(--_step) * 2.5);
      }
      .wrong {
        color: var(--_stop);
      }
    `,
  ];

  static override properties: PropertyDeclarations = {
    estimate: json("estimate"),
    freeUnits: json("free-units"),
    rows: { type: Number },
  };

  declare estimate: Estimate | null;
  declare freeUnits: FreeUnits | null;
  declare rows: number;

  constructor() {
    super();
    this.estimate = null;
    this.freeUnits = null;
    this.rows = 0;
  }

  /** The range that is shown; null while none is known. */
  get total(): Range | null {
    return this.shown?.total ?? null;
  }

  private get shown(): Estimate | null {
    return this.estimate ?? this.answer;
  }

  protected override get more(): unknown {
    return this.freeUnits;
  }

  protected override ask(card: RateCard, plan: Plan): Estimate | Faults {
    return card.estimate(plan, this.freeUnits ?? undefined);
  }

  protected override render(): TemplateResult {
    const { formats } = this;
    const { shown } = this;
    const faults = shown === null ? this.wrong(formats) : "";
    const whole = html`${this.table(shown, formats)}
      <p part="why" class=${faults === "" ? nothing : "wrong"}>${shown === null ? faults : this.why(shown)}</p>`;
    return shown === null && faults === "" ? html`<slot>${whole}</slot>` : whole;
  }

  private table(shown: Estimate | null, formats: Formats): TemplateResult {
    const { words } = this;
    const lines = shown?.lines ?? [];
    return html`<table part="table">
      <thead>
        <tr>
          <th scope="col"><span class="said">${words.parts}</span></th>
          <th scope="col">${words.amount}</th>
          <th scope="col">${words.range}</th>
        </tr>
      </thead>
      ${lines.length === 0 ? this.reserved(1) : lines.map((line) => this.line(line, lines.length > 1, formats))}
      <tfoot>
        ${this.row("total", words.total, shown?.total ?? null, formats)}
      </tfoot>
    </table>`;
  }

  private wrong(formats: Formats): string {
    const { errors } = this;
    if (errors.length === 0) return "";
    return faultsInWords(errors, this.plan?.items ?? [], this.cardInUse?.describe() ?? null, this.words, formats);
  }

  private line(line: Line, titled: boolean, formats: Formats): TemplateResult {
    return html`<tbody>
      ${titled
        ? html`<tr part="line">
            <th scope="rowgroup" colspan="3">${line.title}</th>
          </tr>`
        : nothing}
      ${line.parts.map((part) => this.row("part", this.name(part, line, formats), part.amount, formats))}
      ${this.empty(line.parts.length)}
    </tbody>`;
  }

  private name(part: Part, line: Line, formats: Formats): string {
    switch (part.kind) {
      case "base":
        return this.words.base(formats.whole(line.count));
      case "size":
        return this.words.size(formats.percent(part.percent));
      case "free":
        return this.words.free(formats.whole(part.units));
    }
  }

  private row(kind: string, name: string, amount: Range | null, formats: Formats): TemplateResult {
    return html`<tr part=${kind}>
      <th scope="row">${name}</th>
      <td>${amount === null ? "–" : formats.credits(amount.expected)}</td>
      <td>${amount === null || isOne(amount) ? nothing : formats.span(amount.low, amount.high)}</td>
    </tr>`;
  }

  private empty(used: number): TemplateResult[] {
    const missing = Math.max(0, this.rows - used);
    return Array.from({ length: missing }, () => html`<tr aria-hidden="true"><td colspan="3">&nbsp;</td></tr>`);
  }

  private reserved(used: number): TemplateResult {
    return html`<tbody>
      ${this.empty(used - 1)}
    </tbody>`;
  }

  private why(estimate: Estimate): TemplateResult {
    const notes = new Set(estimate.lines.flatMap((line) => (line.note === undefined ? [] : [line.note])));
    const why = isIncluded(estimate.total) ? this.included(estimate) : this.words.accuracy[estimate.accuracy];
    return html`${why}${[...notes].map((note) => html` <span part="note">(${note})</span>`)}`;
  }

  private included(estimate: Estimate): string {
    const fromPool = estimate.lines.some((line) => line.free > 0);
    return fromPool ? this.words.includedUnits : this.words.includedOperation;
  }
}

define("price-breakdown", PriceBreakdown);

declare global {
  interface HTMLElementTagNameMap {
    "price-breakdown": PriceBreakdown;
  }
}
