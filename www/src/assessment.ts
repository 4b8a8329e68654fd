import type { Account, AnyCard, AnyItem, Estimate, Fault, Preflight, RateCard } from "pricetag";

/** What the card says about some items: their price, and whether the account allows and covers them. */
export interface Assessment {
  estimate: Estimate | null;
  /** Null without an account, or with faults. */
  preflight: Preflight | null;
  faults: Fault[];
}

export function assess(card: RateCard, items: AnyItem[], account: Account<AnyCard> | null): Assessment {
  if (account !== null) {
    const answer = card.preflight({ items }, account);
    if (!("errors" in answer)) return { estimate: answer.estimate, preflight: answer, faults: [] };
    if (!answer.errors.every(({ path }) => path.startsWith("account"))) {
      return { estimate: null, preflight: null, faults: answer.errors.filter(({ path }) => !path.startsWith("account")) };
    }
  }
  const estimate = card.estimate({ items });
  if ("errors" in estimate) return { estimate: null, preflight: null, faults: estimate.errors };
  return { estimate, preflight: null, faults: [] };
}

/** Whether the plan may be run: what is not covered to its high figure, or not allowed, may not. */
export const isBlocked = ({ estimate, preflight }: Assessment): boolean =>
  estimate === null || (preflight !== null && preflight.verdict !== "covered");
