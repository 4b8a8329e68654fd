import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import type { AnyItem, Card, Line } from "pricetag";
import { formats } from "../figures.js";
import type { Receipt } from "../server.js";
import { text } from "../text/index.js";

const SHOWN_MAX = 4;
/** What a picture's longer side measures in the placeholder's own units. */
const SIDE = 120;

/** What stands where the pictures would: no model runs here, and the placeholder says so. */
export function picturesView({ id, estimate }: Receipt, items: readonly AnyItem[], card: Card): TemplateResult | typeof nothing {
  const made = estimate.lines.filter((line) => outputOf(card, line) !== undefined);
  const [first] = made;
  if (first === undefined) return nothing;
  const shapes = made.flatMap((line) => Array.from({ length: Math.min(line.count, SHOWN_MAX) }, () => shapeOf(items[line.item], card)));
  const shown = shapes.slice(0, SHOWN_MAX);
  const more = made.some(({ count }) => count > SHOWN_MAX) || shapes.length > SHOWN_MAX;
  return html`<figure class="pictures">
    <div aria-hidden="true">${shown.map((shape, index) => pictureView(shape, `${id}${index}`))}${more ? html`<span>…</span>` : nothing}</div>
    <figcaption>
      ${made.length === 1 ? text.picture.of(formats.whole(first.count), outputOf(card, first) ?? "", first.count === 1) : text.picture.ofPlan}
      ${text.picture.placeholder}
    </figcaption>
  </figure>`;
}

const outputOf = (card: Card, { operation }: Line): string | undefined => card.operations.find(({ id }) => id === operation)?.output;

interface Shape {
  width: number;
  height: number;
}

/** As wide for its height as was asked for; a square where the operation has no size. */
function shapeOf(item: AnyItem | undefined, card: Card): Shape {
  const usual = card.operations.find(({ id }) => id === item?.operation)?.size?.default;
  const side = (name: "width" | "height"): number => Number(item?.[name] ?? usual?.[name] ?? 1) || 1;
  const longer = Math.max(side("width"), side("height"));
  const scaled = (length: number): number => Math.max(SIDE / 4, Math.round((length / longer) * SIDE));
  return { width: scaled(side("width")), height: scaled(side("height")) };
}

function pictureView({ width, height }: Shape, seed: string): TemplateResult {
  const at = (index: number): number => seed.charCodeAt((index * 7) % seed.length) % 100;
  return html`<svg viewBox="0 0 ${width} ${height}" width=${width * 0.6} height=${height * 0.6}>
    ${svg`<rect class="sky" width=${width} height=${height}></rect>
      <circle class="sun" cx=${(width * (20 + at(1) * 0.6)) / 100} cy=${height * 0.3} r=${Math.min(width, height) / 8}></circle>
      ${hill(width, height, 0.55 + at(2) / 500, "far")} ${hill(width, height, 0.7 + at(3) / 500, "near")}`}
  </svg>`;
}

function hill(width: number, height: number, from: number, kind: "far" | "near"): SVGTemplateResult {
  const top = height * from;
  const path = `M0 ${top} Q ${width / 4} ${top - height / 5} ${width / 2} ${top} T ${width} ${top} V ${height} H 0 Z`;
  return svg`<path class=${kind === "far" ? "far" : "near"} d=${path}></path>`;
}
