// `Symbol.dispose` is in what is exported, and not in every project's library.
/// <reference lib="esnext.disposable" preserve="true" />

/**
 * The shapes of everything that goes into and comes out of a rate card.
 *
 * Amounts are credits: plain numbers with at most three decimals, `6.5` or `29`.
 * They are computed as whole millicredits in the module and only written as numbers,
 * so compare them or show them, but leave adding them up to the card.
 */

/** What can happen at best, what to plan with, and what to hold; `low ≤ expected ≤ high`. Unit: credits. */
export interface Range {
  low: number;
  expected: number;
  high: number;
}

/** How much a figure can be relied on, the most reliable first. */
export type Accuracy = "exact" | "very-accurate" | "accurate" | "varies";

/** The stable code of a fault in a plan, an account, an outcome or a card. A code is never reused for another meaning. */
export type FaultCode =
  // plans, accounts, outcomes
  | "missing-field"
  | "wrong-type"
  | "unknown-field"
  | "unknown-operation"
  | "unknown-option"
  | "out-of-range"
  | "size-too-large"
  | "unavailable"
  | "empty-plan"
  | "too-many-items"
  | "amount-overflow"
  | "unknown-tier"
  | "unknown-pool"
  | "invalid-amount"
  | "not-in-tier"
  | "outcome-exceeds-estimate"
  | "unknown-line"
  // rate cards
  | "malformed-text"
  | "unsupported-format"
  | "limit-exceeded"
  | "unknown-choice"
  | "unpriced-combination"
  | "unreachable-rate"
  | "duplicate-id"
  | "range-out-of-order"
  | "bands-out-of-order"
  | "unpriceable-template";

/** One thing that is wrong, where, and what would be right. */
export interface Fault {
  code: FaultCode;
  /** The field, for example `items[0].model`. Empty when the whole document is meant. */
  path: string;
  /** What was found, in words a person can read. */
  message: string;
  /** What would be right, for example the nearest option, or the first five where none is near. */
  help?: string;
}

/** The answer to a request that has faults: all of them, and never a figure. */
export interface Faults {
  errors: Fault[];
}

/** The literal types of one card. `RateCard<AnyCard>` takes any name; the built-in card's names are checked. */
export interface CardTypes {
  item: object;
  operation: string;
  tier: string;
  pool: string;
}

/** An item of a card that is not known when the program is compiled: flat, any field. */
export interface AnyItem {
  operation: string;
  /** How many times; 1 to 10,000, default 1. */
  quantity?: number | undefined;
  [field: string]: string | number | undefined;
}

/** The types of a card that is not known when the program is compiled. */
export interface AnyCard extends CardTypes {
  item: AnyItem;
}

/** 1 to 500 items, rated together. */
export interface Plan<C extends CardTypes = AnyCard> {
  items: C["item"][];
}

/** A column of whole numbers. For a choice they are the indices of its options, as `RateCard.options` lists them. */
export type Column = Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array;

/** Items of one operation, field by field: a column with a value for each row, or one value for all of them. */
export type Columns<C extends CardTypes = AnyCard, O extends C["operation"] = C["operation"]> = ColumnsOf<ItemOf<C["item"], O>>;

/** The items of one operation; of a card that is not known, any item may be of it. */
export type ItemOf<I, O> = I extends { operation: infer P } ? (O extends P ? I : never) : never;

/** The names of the fields that items have. */
export type FieldOf<I> = I extends unknown ? keyof I & string : never;

/** What may stand in a field. */
export type ValueOf<I, F> = I extends unknown ? (F extends keyof I ? I[F] : never) : never;

type ColumnsOf<I> = { [F in keyof I as F extends "operation" ? never : F]?: I[F] | Column };

/** The rates of many rows, in credits. */
export interface RatedRows {
  /** The sums over all rows, added up exactly; null beyond the largest amount, 1,000,000,000 credits. */
  total: Range | null;
  low: Float64Array;
  expected: Float64Array;
  high: Float64Array;
}

/** Units left in each pool of free units, by the pool's id. */
export type FreeUnits<C extends CardTypes = AnyCard> = { [pool in C["pool"]]?: number };

/** Who asks: the tier, and the credits left. */
export interface Account<C extends CardTypes = AnyCard> {
  tier: C["tier"];
  /** Credits; null is unlimited. */
  balance: number | null;
  freeUnits?: FreeUnits<C>;
}

/** Which card made an answer. */
export interface CardReference {
  id: string;
  version: string;
  /** `sha256:` and 64 hexadecimal digits. */
  fingerprint: string;
}

/** Why a line costs what it costs; a line's parts add up to its total, figure by figure. */
export type Part =
  | { kind: "base"; amount: Range }
  | { kind: "size"; percent: number; amount: Range }
  | { kind: "free"; units: number; amount: Range };

/** One rated item. */
export interface Line<C extends CardTypes = AnyCard> {
  /** The item's index in the plan. */
  item: number;
  operation: C["operation"];
  /** `Create · Best match · Standard` */
  title: string;
  /** The index of the winning rate in its operation. */
  rate: number;
  note?: string;
  /** The price of one output, its size surcharge included. */
  unit: Range;
  /** Outputs: the quantity times every count field. */
  count: number;
  /** Outputs that cost nothing, from a pool of free units. */
  free: number;
  /** unit × (count − free) */
  total: Range;
  accuracy: Accuracy;
  parts: Part[];
}

/** A rated plan. */
export interface Estimate<C extends CardTypes = AnyCard> {
  card: CardReference;
  /** The name of the unit, `credit`. */
  unit: string;
  total: Range;
  accuracy: Accuracy;
  lines: Line<C>[];
}

export type Verdict = "covered" | "may-exceed" | "insufficient" | "not-allowed";

/** An item that the tier excludes. */
export interface Block<C extends CardTypes = AnyCard> {
  code: "not-in-tier";
  item: number;
  /** The next higher tier that allows this item; null when none does. */
  needs: C["tier"] | null;
  message: string;
}

/** Whether a plan may run on an account, before anything runs. */
export interface Preflight<C extends CardTypes = AnyCard> {
  verdict: Verdict;
  estimate: Estimate<C>;
  balance: number | null;
  /** What would be left; null when the balance is unlimited. A figure may be negative. */
  after: Range | null;
  /** What is missing to cover the high figure; 0 when nothing is. */
  shortBy: number;
  /** The items that the tier excludes. */
  blocks: Block<C>[];
  /** Only where there are blocks: the lowest higher tier that allows every item; null when none does. */
  needs?: C["tier"] | null;
}

/** One change of one item that makes the plan cheaper. */
export interface Alternative {
  item: number;
  field: string;
  option: string;
  /** Expected credits saved, without free units. */
  saves: number;
  /** The change of the winning rate's rank; negative is a lesser result. */
  rank: number;
  /** One sentence for a person. */
  why: string;
}

/** The best assignment of substitutable options within a budget. */
export interface Fitted<C extends CardTypes = AnyCard> {
  /** The sum of the items' ranks. */
  rank: number;
  expected: number;
  plan: Plan<C>;
  total: Range;
}

/** No assignment is within the budget. */
export interface NotFitted {
  /** The cheapest possible expected total. */
  cheapest: number;
  /** What is missing for it. */
  shortBy: number;
}

export type Fit<C extends CardTypes = AnyCard> = Fitted<C> | NotFitted;

/** How many of an item a balance covers. */
export interface Affordable {
  /** 0 to 10,000 */
  quantity: number;
  total: Range;
}

/** What really happened; a line left out was delivered whole, a unit left out is the expected one. */
export interface Outcome {
  lines: { item: number; delivered: number; unit?: number }[];
}

/** What is charged after the work is done. */
export interface Settlement {
  charge: number;
  /** The estimate's high figure less the charge. */
  released: number;
  lines: { item: number; delivered: number; free: number; unit: number; charge: number; capped: boolean }[];
}

/** One combination of one operation whose price differs between two cards. */
export interface Change {
  operation: string;
  choices: { [choice: string]: string };
  band: number;
  /** null where the combination does not exist or is unavailable. */
  old: Range | null;
  new: Range | null;
  /** Of the expected unit price; null where one side is missing. */
  change: number | null;
  /** Two decimals; null where one side is missing or the old price is 0. */
  percent: number | null;
}

export interface Comparison {
  changes: Change[];
  /**
   * How many prices were compared, and how many changed. Dearer and cheaper go by the expected unit price; where that is the same, by
   * the high one, which is the most that can be charged, and then by the low one.
   */
  summary: { compared: number; dearer: number; cheaper: number; appeared: number; disappeared: number };
}

/* ------------------------------------------------------------------------------------------------ the card */

/** Which combinations a rate, an exclusion or a pool is about: choices by name, each with one option or several. */
export type When = { [choice: string]: string | string[] };

export interface Option {
  id: string;
  title?: string;
  provider?: string;
}

export interface Choice {
  name: string;
  title?: string;
  /** Absent: the choice must be given. */
  default?: string;
  /** Whether it changes how the job is done, not what it is; default false. */
  substitutable?: boolean;
  options: Option[];
}

export interface Count {
  name: string;
  title?: string;
  default?: number;
  /** Default 1. */
  min?: number;
  max: number;
}

export interface Size {
  default: { width: number; height: number };
  /** Pixels. */
  side: { min: number; max: number };
  bands: { upToPixels: number; addPercent: number }[];
}

export interface Rate {
  when: When;
  /** One of `price` and `unavailable` is there. */
  price?: number | Range;
  unavailable?: string;
  /** 0 to 10, higher is better; default 0. */
  rank?: number;
  accuracy?: Accuracy;
  note?: string;
}

export interface Operation {
  id: string;
  title?: string;
  output?: string;
  accuracy?: Accuracy;
  choices?: Choice[];
  counts?: Count[];
  size?: Size;
  rates: Rate[];
}

export interface Tier {
  id: string;
  title?: string;
  monthlyCredits: number | "unlimited";
  requestsPerMinute?: number;
  features?: string[];
  excludes?: { operation: string; when: When }[];
}

export interface Pool {
  id: string;
  title?: string;
  operation: string;
  when: When;
  /** Free outputs a month, by tier. */
  monthly: { [tier: string]: number };
}

export interface Template<C extends CardTypes = AnyCard> {
  id: string;
  title?: string;
  items: C["item"][];
}

/** A rate card as it was written, which is what forms are built from. Optional members have the defaults named here. */
export interface Card<C extends CardTypes = AnyCard> {
  format?: 1;
  id: string;
  version: string;
  title?: string;
  unit?: string;
  money?: { currency: string; perCredit: number };
  step?: number;
  operations: Operation[];
  tiers?: Tier[];
  freeUnits?: Pool[];
  templates?: Template<C>[];
}
