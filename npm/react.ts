"use client";
/**
 * Prices in React: hooks that answer in the same render, because a card answers at once.
 *
 *     import { useEstimate } from "pricetag/react";
 *     const answer = useEstimate(card, { items: [{ operation: "create", variations }] });
 *     return <button>{"errors" in answer ? "Not ready" : `${answer.total.expected} credits`}</button>;
 *
 * The card comes from `pricetag` or from `pricetag/slim`; this entry loads neither.
 */
import { useEffect, useRef } from "react";
import type { RateCard } from "./index.js";
import type { Account, CardTypes, Estimate, Faults, FreeUnits, Plan, Preflight } from "./types.js";

/**
 * What a plan costs: `card.estimate(plan, freeUnits)`.
 *
 * The answer is the same object for as long as the card is the same and the plan and the free units hold the same,
 * even where they are written as new objects in every render. As everywhere in React, don't change them in place.
 */
export function useEstimate<C extends CardTypes>(
  card: RateCard<C>,
  plan: Plan<C>,
  freeUnits?: FreeUnits<C>,
): Estimate<C> | Faults {
  return useAnswer(card, plan, freeUnits, () => card.estimate(plan, freeUnits));
}

/**
 * Whether a plan may run on an account, and what would be left of its balance: `card.preflight(plan, account)`.
 *
 * The answer is the same object for as long as the card is the same and the plan and the account hold the same.
 */
export function usePreflight<C extends CardTypes>(
  card: RateCard<C>,
  plan: Plan<C>,
  account: Account<C>,
): Preflight<C> | Faults {
  return useAnswer(card, plan, account, () => card.preflight(plan, account));
}

/** An answer, and what it is the answer to. */
interface Answered<A> {
  card: unknown;
  plan: unknown;
  rest: unknown;
  answer: A;
}

/**
 * The answer of the last render that reached the page, if it still holds, or else a new one.
 * It is remembered after rendering, never while it goes on, so that a render that React throws away leaves nothing behind.
 */
function useAnswer<A>(card: unknown, plan: unknown, rest: unknown, ask: () => A): A {
  const last = useRef<Answered<A> | null>(null);
  const known = last.current;
  const holds = known !== null && known.card === card && same(known.plan, plan) && same(known.rest, rest);
  const answer = holds ? known.answer : ask();
  useEffect(() => {
    last.current = { card, plan, rest, answer };
  });
  return answer;
}

/** A plan's fields are three deep, `items[0].model`. What is deeper is a fault, and may have no end. */
const DEPTH_MAX = 3;

/** Whether two values hold the same, to the depth of a plan; where that cannot be read, they don't. */
function same(one: unknown, other: unknown): boolean {
  try {
    return alike(one, other, DEPTH_MAX);
  } catch {
    return false;
  }
}

function alike(one: unknown, other: unknown, depth: number): boolean {
  if (Object.is(one, other)) return true;
  if (depth === 0 || !isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  // An array with holes is longer than its names are many.
  if (one["length"] !== other["length"] || names.length !== Object.keys(other).length) return false;
  return names.every((name) => Object.hasOwn(other, name) && alike(one[name], other[name], depth - 1));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
