import type { Account, AnyCard, Card, Tier } from "pricetag";
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
