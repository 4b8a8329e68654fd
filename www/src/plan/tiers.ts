import type { Account, AnyCard, AnyItem, Card, Preflight, RateCard, Tier } from "pricetag";
import { isIncluded } from "pricetag/elements";
import { trialOn } from "../account.js";

/** How often an account can run a plan; `times` is a lower bound where `more` says so. */
export type Often = { kind: "unlimited" } | { kind: "included" } | { kind: "counted"; times: number; more: boolean };

/** What a fresh month of one tier says of a plan. */
export interface TierAnswer {
  tier: Tier;
  preflight: Preflight;
  /** Null where the tier does not allow the plan. */
  often: Often | null;
}

/** The pricing model's limit for `quantity`, and for free units in an account. */
const QUANTITY_MAX = 10_000;
const UNITS_MAX = 1_000_000_000;
/** Questions to the card for one tier; a plan that costs next to nothing would take millions. */
const BLOCKS_MAX = 100;

export function tierAnswers(card: RateCard, document: Card, items: AnyItem[]): TierAnswer[] {
  return (document.tiers ?? []).flatMap((tier) => {
    const { balance, freeUnits } = trialOn(document, tier);
    const account = { tier: tier.id, balance, freeUnits };
    const preflight = card.preflight({ items }, account);
    if ("errors" in preflight) return [];
    return [{ tier, preflight, often: preflight.verdict === "not-allowed" ? null : oftenOf(card, items, account) }];
  });
}

/**
 * How often the plan can be run one run after the other, each paid at its highest price and each taking the free units that are left: that
 * often is certain. The card is asked for many runs at once, as one plan with greater quantities, and only for as many as that is exact:
 * while a pool of free units pays for all of what it is for, or for none of it. The one run in which it ends is asked by itself.
 */
export function oftenOf(card: RateCard, items: AnyItem[], first: Account<AnyCard>): Often {
  const priced = card.estimate({ items });
  if (!("errors" in priced) && isIncluded(priced.total)) return { kind: "included" };
  if (first.balance === null) return { kind: "unlimited" };
  let account = first;
  let times = 0;
  for (let asked = 0; asked < BLOCKS_MAX; asked += 1) {
    const block = blockOf(card, items, account);
    const covered = greatest(block, guess(card, items, account), (runs) => coveredAfter(card, items, runs, account) !== null);
    times += covered;
    if (covered < block) return { kind: "counted", times, more: false };
    account = coveredAfter(card, items, block, account) ?? account;
  }
  return { kind: "counted", times, more: true };
}

const multiplied = (items: AnyItem[], runs: number): AnyItem[] => items.map((item) => ({ ...item, quantity: (item.quantity ?? 1) * runs }));

/** So many runs can be asked for as one. */
function blockOf(card: RateCard, items: AnyItem[], account: Account<AnyCard>): number {
  let block = Math.floor(QUANTITY_MAX / Math.max(...items.map(({ quantity = 1 }) => quantity)));
  for (const [pool, left = 0] of Object.entries(account.freeUnits ?? {})) {
    const wanted = unitsFrom(card, items, pool, UNITS_MAX);
    if (left > 0 && wanted > 0) block = Math.min(block, Math.max(1, Math.floor(left / wanted)));
  }
  // Quantities that are rated together can exceed the largest amount even where free units pay for them.
  while (block > 1 && "errors" in card.preflight({ items: multiplied(items, block) }, account)) block = Math.floor(block / 2);
  return block;
}

/** The units that a plan takes from one pool in which so many are left. */
function unitsFrom(card: RateCard, items: AnyItem[], pool: string, left: number): number {
  const answer = card.estimate({ items }, { [pool]: left });
  return "errors" in answer ? 0 : answer.lines.reduce((units, { free }) => units + free, 0);
}

/** The account after so many runs at their highest price; null where it does not cover them. */
function coveredAfter(card: RateCard, items: AnyItem[], runs: number, account: Account<AnyCard>): Account<AnyCard> | null {
  const plan = multiplied(items, runs);
  const answer = card.preflight({ items: plan }, account);
  if ("errors" in answer || answer.verdict !== "covered" || answer.after === null) return null;
  const pools = Object.entries(account.freeUnits ?? {});
  return {
    tier: account.tier,
    balance: answer.after.low,
    freeUnits: Object.fromEntries(pools.map(([pool, left = 0]) => [pool, left - unitsFrom(card, plan, pool, left)])),
  };
}

/** About how often; it decides nothing but where the card is asked first. */
function guess(card: RateCard, items: AnyItem[], { balance, freeUnits }: Account<AnyCard>): number {
  const once = card.estimate({ items }, freeUnits);
  return "errors" in once || isIncluded(once.total) || balance === null ? 1 : Math.floor(balance / once.total.high);
}

/** The greatest count up to `most` that holds, where all smaller ones hold too; looked for around a first guess. */
function greatest(most: number, first: number, holds: (count: number) => boolean): number {
  let [held, failed] = [0, most + 1];
  for (const count of [Math.min(first, most), Math.min(first + 1, most)]) {
    if (count <= held || count >= failed) continue;
    if (holds(count)) held = count;
    else failed = count;
  }
  while (failed - held > 1) {
    const middle = Math.floor((held + failed) / 2);
    if (holds(middle)) held = middle;
    else failed = middle;
  }
  return held;
}
