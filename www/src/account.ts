import type { Account, AnyCard, AnyItem, Card, Tier } from "pricetag";
import type { ServerAccount } from "./server.js";

/** An account to try things with: chosen by hand, known to no server. */
export interface Trial {
  tier: string;
  balance: number | null;
  freeUnits: { [pool: string]: number };
  /** The balance field holds something that is no amount. */
  faulty: boolean;
  /** The pools whose field holds something that is no number of units. */
  faultyPools: Set<string>;
}

/** The free units of one pool, as the account panel shows them. */
export interface FreeUnitsLeft {
  pool: string;
  title: string;
  left: number;
  monthly: number;
}

export const tierOf = (card: Card, id: string): Tier | undefined => card.tiers?.find((tier) => tier.id === id);

export const tierTitle = (card: Card, id: string): string => tierOf(card, id)?.title ?? id;

/** A fresh month on a tier: all of its credits and free units. */
export function trialOn(card: Card, tier: Tier): Trial {
  const freeUnits = Object.fromEntries((card.freeUnits ?? []).map(({ id, monthly }) => [id, monthly[tier.id] ?? 0]));
  const balance = tier.monthlyCredits === "unlimited" ? null : tier.monthlyCredits;
  return { tier: tier.id, balance, freeUnits, faulty: false, faultyPools: new Set() };
}

/** The largest balance that the field takes. */
export const BALANCE_MAX = 1_000_000_000;

const isAmount = (value: unknown): value is number =>
  typeof value === "number" && value >= 0 && value <= BALANCE_MAX && Number(value.toFixed(3)) === value;

const isCount = (value: unknown, most: number): value is number => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;

const poolField = (pool: string): string => `free.${pool}`;

/**
 * A trial as a link writes it, like an item: its tier, and what differs from a fresh month on it. Null is a fresh month on the card's
 * first tier, with which everybody begins.
 */
export function trialItem(card: Card, { tier, balance, freeUnits }: Trial): AnyItem | null {
  const found = tierOf(card, tier);
  if (found === undefined) return null;
  const fresh = trialOn(card, found);
  const item: AnyItem = { operation: tier };
  if (balance !== null && balance !== fresh.balance) item["balance"] = balance;
  for (const [pool, units] of Object.entries(freeUnits)) if (units !== fresh.freeUnits[pool]) item[poolField(pool)] = units;
  return Object.keys(item).length === 1 && tier === card.tiers?.[0]?.id ? null : item;
}

/** The trial that a link names; null where the card has no such tier. What cannot be read is as in a fresh month. */
export function trialOf(card: Card, item: AnyItem): Trial | null {
  const tier = tierOf(card, item.operation);
  if (tier === undefined) return null;
  const trial = trialOn(card, tier);
  const balance = item["balance"];
  if (trial.balance !== null && isAmount(balance)) trial.balance = balance;
  for (const pool of Object.keys(trial.freeUnits)) {
    const units = item[poolField(pool)];
    if (isCount(units, trial.freeUnits[pool] ?? 0)) trial.freeUnits[pool] = units;
  }
  return trial;
}

/** The account that prices are checked against: the server's where there is one, else the trial. */
export function accountInForce(server: ServerAccount | null, trial: Trial | null): Account<AnyCard> | null {
  if (server !== null) {
    return { tier: server.tier, balance: server.balance.available, freeUnits: server.freeUnits };
  }
  return trial === null ? null : { tier: trial.tier, balance: trial.balance, freeUnits: trial.freeUnits };
}

export const sameAccount = (one: Account<AnyCard> | null, other: Account<AnyCard> | null): boolean =>
  one?.tier === other?.tier && one?.balance === other?.balance && one?.freeUnits === other?.freeUnits;

export function freeUnitsLeft(card: Card, account: Account<AnyCard>): FreeUnitsLeft[] {
  return (card.freeUnits ?? []).map(({ id, title, monthly }) => ({
    pool: id,
    title: title ?? id,
    left: account.freeUnits?.[id] ?? 0,
    monthly: monthly[account.tier] ?? 0,
  }));
}
