/** A million rows by hand: one tight loop over columns of `create`, its prices in flat tables. */
import type { Faults } from "pricetag";
import {
  BANDS,
  CREATE,
  CREATE_PIXELS_MAX,
  CREATE_SIDE_MIN,
  MEDIUM_PIXELS,
  MILLICREDITS,
  MODEL_CODES,
  QUALITY_CODES,
  QUANTITY_MAX,
  SIDE_MAX,
  SMALL_PIXELS,
  VARIATIONS_MAX,
} from "./figures.js";

/** Options are their indexes in the card's order. */
export interface Columns {
  model: Uint8Array;
  quality: Uint8Array;
  width: Uint16Array;
  height: Uint16Array;
  variations: Uint16Array;
  quantity: Uint16Array;
}

export interface Totals {
  low: Float64Array;
  expected: Float64Array;
  high: Float64Array;
}

const MODEL_LAST = MODEL_CODES.size - 1;
const QUALITY_LAST = QUALITY_CODES.size - 1;

/** Low, expected and high units in millicredits side by side, so that one row's three are in one line of the cache. */
const STRIDE = 4;
const UNITS = new Float64Array(CREATE.length * STRIDE);
CREATE.forEach((offer, index) => UNITS.set([offer.unitLow, offer.unitExpected, offer.unitHigh], index * STRIDE));

/** The totals of every row, in credits, or what is wrong. */
export function estimateMany(columns: Columns): Totals | Faults {
  const { model, quality, width, height, variations, quantity } = columns;
  const rows = model.length;
  for (const column of [quality, width, height, variations, quantity]) {
    if (column.length !== rows) return { errors: [{ code: "wrong-type", path: "", message: "columns of different lengths" }] };
  }
  const low = new Float64Array(rows);
  const expected = new Float64Array(rows);
  const high = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const m = model[row]!;
    const q = quality[row]!;
    const w = width[row]!;
    const h = height[row]!;
    const v = variations[row]!;
    const n = quantity[row]!;
    const pixels = w * h;
    // One comparison for both bounds: what is below the lower one is very large without a sign.
    if (
      m > MODEL_LAST ||
      q > QUALITY_LAST ||
      (w - CREATE_SIDE_MIN) >>> 0 > SIDE_MAX - CREATE_SIDE_MIN ||
      (h - CREATE_SIDE_MIN) >>> 0 > SIDE_MAX - CREATE_SIDE_MIN ||
      (v - 1) >>> 0 > VARIATIONS_MAX - 1 ||
      (n - 1) >>> 0 > QUANTITY_MAX - 1 ||
      pixels > CREATE_PIXELS_MAX
    ) {
      return columnFaults(columns);
    }
    // Without a branch: sizes come in any order, and a wrong guess costs more than both comparisons.
    const band = ((SMALL_PIXELS - pixels) >>> 31) + ((MEDIUM_PIXELS - pixels) >>> 31);
    const place = ((m * (QUALITY_LAST + 1) + q) * BANDS + band) * STRIDE;
    const count = v * n;
    low[row] = (UNITS[place]! * count) / MILLICREDITS;
    expected[row] = (UNITS[place + 1]! * count) / MILLICREDITS;
    high[row] = (UNITS[place + 2]! * count) / MILLICREDITS;
  }
  return { low, expected, high };
}

/** The first row that is wrong, and how; what nobody needs fast. */
function columnFaults({ model, quality, width, height, variations, quantity }: Columns): Faults {
  const bounds: [name: string, column: Uint8Array | Uint16Array, min: number, max: number][] = [
    ["model", model, 0, MODEL_LAST],
    ["quality", quality, 0, QUALITY_LAST],
    ["width", width, CREATE_SIDE_MIN, SIDE_MAX],
    ["height", height, CREATE_SIDE_MIN, SIDE_MAX],
    ["variations", variations, 1, VARIATIONS_MAX],
    ["quantity", quantity, 1, QUANTITY_MAX],
  ];
  for (const [name, column, min, max] of bounds) {
    const row = column.findIndex((value) => value < min || value > max);
    const code = name === "model" || name === "quality" ? "unknown-option" : "out-of-range";
    if (row >= 0) return { errors: [{ code, path: `${name}[${row}]`, message: `${column[row]} is not from ${min} to ${max}` }] };
  }
  const row = width.findIndex((side, index) => side * height[index]! > CREATE_PIXELS_MAX);
  return { errors: [{ code: "size-too-large", path: `width[${row}]`, message: `more than ${CREATE_PIXELS_MAX} pixels` }] };
}
