import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import type { Estimate, Line, Part, Range } from "../types.js";
import { define } from "./define.js";
import { formatsFor, isIncluded, isOne, type Formats } from "./formats.js";
import { theme } from "./theme.js";
import { english, type Words } from "./words.js";

/**
 * Why an estimate costs what it costs: each line with its parts, and how far the figure can be relied on.
 *
 * `rows` reserves room for that many parts a line, so that nothing below moves when a part comes or goes.
 *
 * Parts: `table`, `line`, `part`, `total`, `why`, `note`.
 */
export class PriceBreakdown extends LitElement {
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
      td {
        padding-inline-start: var(--_step);
        text-align: end;
        white-space: nowrap;
      }
      td:last-child {
        inline-size: 7em;
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
    `,
  ];

  static override properties = {
    estimate: { attribute: false },
    words: { attribute: false },
    rows: { type: Number },
    locale: {},
  };

  declare estimate: Estimate | null;
  declare words: Words;
  declare rows: number;
  declare locale: string | undefined;

  constructor() {
    super();
    this.estimate = null;
    this.words = english;
    this.rows = 0;
    this.locale = undefined;
  }

  protected override render(): TemplateResult {
    const { words } = this;
    const formats = formatsFor(this.locale);
    const lines = this.estimate?.lines ?? [];
    return html`<table part="table">
        <thead>
          <tr>
            <th scope="col"><span class="said">${words.parts}</span></th>
            <td>${words.amount}</td>
            <td>${words.range}</td>
          </tr>
        </thead>
        ${lines.length === 0 ? this.reserved(1) : lines.map((line) => this.line(line, lines.length > 1, formats))}
        <tfoot>
          ${this.row("total", words.total, this.estimate?.total ?? null, formats)}
        </tfoot>
      </table>
      ${this.why()}`;
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

  private why(): TemplateResult {
    const { estimate, words } = this;
    if (estimate === null) return html`<p part="why"></p>`;
    const notes = new Set(estimate.lines.flatMap((line) => (line.note === undefined ? [] : [line.note])));
    const why = isIncluded(estimate.total) ? this.included(estimate) : words.accuracy[estimate.accuracy];
    return html`<p part="why">${why}${[...notes].map((note) => html` <span part="note">(${note})</span>`)}</p>`;
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
