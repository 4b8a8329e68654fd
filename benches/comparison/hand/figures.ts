/**
 * Image Studio's create, edit and upscale, as whoever writes prices by hand has them: as code.
 * Amounts are whole millicredits; the tables are made once, when this file is loaded.
 */
import type { Accuracy } from "pricetag";

/** A price in millicredits: low, expected, high. */
type Price = readonly [number, number, number];

interface Rate {
  price: Price;
  accuracy?: Accuracy;
  note?: string;
}

/** What one combination of options costs at one size, everything that does not depend on the count. */
export interface Offer {
  readonly title: string;
  /** The index of the winning rate in its operation. */
  readonly rate: number;
  readonly note: string | undefined;
  readonly accuracy: Accuracy;
  /** The accuracy as a number, the most reliable first. */
  readonly doubt: number;
  readonly baseLow: number;
  readonly baseExpected: number;
  readonly baseHigh: number;
  /** 0 where a size adds nothing. */
  readonly percent: number;
  readonly sizeLow: number;
  readonly sizeExpected: number;
  readonly sizeHigh: number;
  readonly unitLow: number;
  readonly unitExpected: number;
  readonly unitHigh: number;
}

export const ID = "image-studio";
export const VERSION = "2026-11-22";
export const FINGERPRINT = "sha256:06dc8d41463674e88f9b5f901769359dc899e979d78ec6b2ba3b351820de4af6";

export const MILLICREDITS = 1000;
/** A size surcharge rounds up to a multiple of this, in millicredits. */
const STEP = 100;
const PERCENTS = [0, 10, 25] as const;
export const BANDS = PERCENTS.length;
export const ACCURACIES: readonly Accuracy[] = ["exact", "very-accurate", "accurate", "varies"];

export const QUANTITY_MAX = 10_000;
export const VARIATIONS_MAX = 10;
export const ITEMS_MAX = 500;
export const SIDE_MAX = 16_384;
export const SIDE_DEFAULT = 1024;
export const SMALL_PIXELS = 1_048_576;
export const MEDIUM_PIXELS = 4_194_304;
export const CREATE_SIDE_MIN = 64;
export const EDIT_SIDE_MIN = 64;
export const UPSCALE_SIDE_MIN = 32;
export const CREATE_PIXELS_MAX = 16_777_216;
export const EDIT_PIXELS_MAX = 9_437_184;
export const UPSCALE_PIXELS_MAX = 9_437_184;

const DRAFT: Price = [1000, 2000, 2000];
const STANDARD: Price = [3000, 4000, 5000];
const PREMIUM: Price = [6000, 6000, 8000];

const exactly = (price: number): Rate => ({ price: [price, price, price] });

const CREATE_RATES: readonly Rate[] = [
  exactly(8000),
  exactly(3000),
  { price: [2500, 4000, 6500], accuracy: "varies" },
  exactly(6500),
  exactly(4000),
  exactly(3500),
  exactly(2500),
  { price: [5000, 6000, 6000] },
  { price: [1000, 2000, 2000] },
  { price: DRAFT, accuracy: "varies" },
  { price: STANDARD, accuracy: "varies" },
  { price: PREMIUM, accuracy: "varies" },
  { price: DRAFT },
  { price: STANDARD },
  { price: PREMIUM },
];

/** The first of the three rates, one a quality, of models whose price depends on it. */
const BY_QUALITY = 12;
const BY_QUALITY_VARYING = 9;

/** Each model's title, and its rate if its price does not depend on the quality. */
const MODELS: readonly [id: string, title: string, rate: number][] = [
  ["auto", "Best match", BY_QUALITY],
  ["stability-ultra", "Stability Ultra", 0],
  ["stability-core", "Stability Core", 1],
  ["stability-sd3.5", "Stable Diffusion 3.5", 2],
  ["stability-sd3.5-large", "Stable Diffusion 3.5 Large", 3],
  ["stability-sd3.5-large-turbo", "Stable Diffusion 3.5 Large Turbo", 4],
  ["stability-sd3.5-medium", "Stable Diffusion 3.5 Medium", 5],
  ["stability-sd3.5-flash", "Stable Diffusion 3.5 Flash", 6],
  ["wavespeed-ideogram-v3", "Ideogram V3", 7],
  ["wavespeed-qwen", "Qwen Image", 8],
  ["huggingface-flux", "FLUX", BY_QUALITY_VARYING],
  ["gemini-imagen", "Imagen", BY_QUALITY_VARYING],
];

const QUALITIES: readonly [id: string, title: string][] = [
  ["draft", "Draft"],
  ["standard", "Standard"],
  ["premium", "Premium"],
];

/** Each edit with the first of its three rates: with Stability, with WaveSpeed, with either. */
const EDITS: readonly [id: string, title: string, rate: number][] = [
  ["remove-background", "Remove Background", 0],
  ["inpaint", "Inpaint", 3],
  ["outpaint", "Outpaint", 6],
  ["search-replace", "Search & Replace", 6],
  ["search-recolor", "Search & Recolor", 6],
  ["replace-background-relight", "Replace Background & Relight", 9],
  ["general", "General Edit", 12],
];

const PROVIDERS: readonly [id: string, title: string, rate: number][] = [
  ["auto", "Best match", 2],
  ["stability", "Stability AI", 0],
  ["wavespeed", "WaveSpeed", 1],
];

const EDIT_RATES: readonly (Rate | null)[] = [
  exactly(3000),
  exactly(2000),
  { price: [2000, 3000, 3000] },
  exactly(4000),
  exactly(3000),
  { price: [3000, 4000, 4000] },
  exactly(5000),
  exactly(4000),
  { price: [4000, 4000, 5000] },
  { price: [5000, 6000, 6000] },
  null, // not to be had: WaveSpeed cannot replace a background and relight in one edit
  { price: [5000, 6000, 6000] },
  exactly(5000),
  exactly(3000),
  { price: [3000, 4000, 5000] },
];

const MODES: readonly [id: string, title: string, rate: number][] = [
  ["fast", "Fast (4x)", 0],
  ["conservative", "Conservative 4K", 1],
  ["creative", "Creative 4K", 1],
];

const PRESETS: readonly [id: string, title: string][] = [
  ["web", "Web"],
  ["print", "Print"],
  ["social", "Social"],
];

const UPSCALE_RATES: readonly Rate[] = [{ ...exactly(2000), note: "about 1 second" }, exactly(6000)];

/** Rounded up to a millicredit, then to the step. */
function surcharge(base: number, percent: number): number {
  const millicredits = Math.ceil((base * percent) / 100);
  return Math.ceil(millicredits / STEP) * STEP;
}

function offer(title: string, rate: number, found: Rate, usual: Accuracy, percent: number): Offer {
  const [baseLow, baseExpected, baseHigh] = found.price;
  const [sizeLow, sizeExpected, sizeHigh] = found.price.map((figure) => surcharge(figure, percent)) as [number, number, number];
  const [unitLow, unitExpected, unitHigh] = [baseLow + sizeLow, baseExpected + sizeExpected, baseHigh + sizeHigh];
  const accuracy = unitLow === unitHigh ? "exact" : (found.accuracy ?? usual);
  const doubt = ACCURACIES.indexOf(accuracy);
  const note = found.note;
  return {
    ...{ title, rate, note, accuracy, doubt, baseLow, baseExpected, baseHigh, percent },
    ...{ sizeLow, sizeExpected, sizeHigh, unitLow, unitExpected, unitHigh },
  };
}

/** A combination's offers, one for each size band. */
function offers(title: string, rate: number, found: Rate, usual: Accuracy): Offer[] {
  return PERCENTS.map((percent) => offer(title, rate, found, usual, percent));
}

/** At (model × 3 + quality) × 3 + band. */
export const CREATE: readonly Offer[] = MODELS.flatMap(([, model, first]) =>
  QUALITIES.flatMap(([, quality], index) => {
    const rate = first >= BY_QUALITY_VARYING ? first + index : first;
    return offers(`Create · ${model} · ${quality}`, rate, CREATE_RATES[rate]!, "very-accurate");
  }),
);

/** At (edit × 3 + provider) × 3 + band; null is not to be had. */
export const EDIT: readonly (Offer | null)[] = EDITS.flatMap(([, edit, first]) =>
  PROVIDERS.flatMap(([, provider, offset]) => {
    const found = EDIT_RATES[first + offset]!;
    return found === null ? PERCENTS.map(() => null) : offers(`Edit · ${edit} · ${provider}`, first + offset, found, "accurate");
  }),
);

/** At (mode × 3 + preset) × 3 + band. */
export const UPSCALE: readonly Offer[] = MODES.flatMap(([, mode, rate]) =>
  PRESETS.flatMap(([, preset]) => offers(`Upscale · ${mode} · ${preset}`, rate, UPSCALE_RATES[rate]!, "accurate")),
);

/** Each option's index by its id. */
const codes = (options: readonly (readonly [id: string, ...rest: unknown[]])[]): ReadonlyMap<unknown, number> =>
  new Map(options.map(([id], index) => [id, index]));

export const MODEL_CODES = codes(MODELS);
export const QUALITY_CODES = codes(QUALITIES);
export const EDIT_CODES = codes(EDITS);
export const PROVIDER_CODES = codes(PROVIDERS);
export const MODE_CODES = codes(MODES);
export const PRESET_CODES = codes(PRESETS);
