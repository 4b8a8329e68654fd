import type { LiveItem, RateCard } from "../index.js";
import type { Account, AnyItem, Card, Choice, Range } from "../types.js";
import { itemIndex } from "./faults.js";

/** What choosing an option would mean for the item as it stands. */
export interface OptionState {
  id: string;
  title: string;
  provider: string | undefined;
  /** What the item would cost the account; null where that cannot be said yet. */
  total: Range | null;
  /** The card's reason why this cannot be had. */
  unavailable: string | null;
  /** The title of the tier that it takes; null where no tier has it; undefined where the account's own tier has it. */
  needs: string | null | undefined;
}

/** What each option takes that the account's own tier does not have, by option: as in {@link OptionState}. */
type Needs = ReadonlyMap<string, string | null>;

/**
 * Tries every option of an item on a second handle, so that each can be shown with its price before it is chosen.
 *
 * What a tier may use depends on the choices alone, so it is asked again only when one of them has changed.
 * Where the account has free units for the operation, the whole account is asked, because they change the price.
 */
export class Probe {
  readonly #card: RateCard;
  readonly #document: Card;
  readonly #live: LiveItem;
  readonly #account: Account | null;
  readonly #pooled: boolean;
  readonly #needs = new Map<string, Needs>();

  constructor(card: RateCard, document: Card, item: AnyItem, account: Account | null) {
    this.#card = card;
    this.#document = document;
    this.#live = card.live(item);
    this.#account = account;
    this.#pooled = (document.freeUnits ?? []).some(
      ({ id, operation }) => operation === item.operation && (account?.freeUnits?.[id] ?? 0) > 0,
    );
  }

  set(field: string, value: string | number | undefined): void {
    this.#live.set(field, value);
  }

  /** What an item with these fields would cost. */
  total(fields: Readonly<Record<string, number>>): Range | null {
    const before = this.#live.item;
    for (const [field, value] of Object.entries(fields)) this.#live.set(field, value);
    const total = this.#total();
    for (const field of Object.keys(fields)) this.#live.set(field, before[field]);
    return total;
  }

  options(choice: Choice): OptionState[] {
    const item = this.#live.item;
    const states = choice.options.map((option): Omit<OptionState, "needs"> => {
      this.#live.set(choice.name, option.id);
      const total = this.#total();
      // Asking why is dear; an option with a price has no reason.
      const fault = total === null ? this.#live.errors.find(({ code }) => code === "unavailable") : undefined;
      return {
        id: option.id,
        title: option.title ?? option.id,
        provider: option.provider,
        total,
        unavailable: fault?.message ?? null,
      };
    });
    this.#live.set(choice.name, item[choice.name]);
    const available = states.filter(({ unavailable }) => unavailable === null).map(({ id }) => id);
    const needs = this.#neededTiers(item, choice.name, available);
    return states.map((state) => ({ ...state, needs: needs.get(state.id) }));
  }

  #total(): Range | null {
    const { total } = this.#live;
    if (total === null || !this.#pooled || this.#account === null) return total;
    const answer = this.#card.preflight({ items: [this.#live.item] }, this.#account);
    return "errors" in answer ? total : answer.estimate.total;
  }

  /** All options of a choice are asked about in one go, as items of one plan. */
  #neededTiers(item: AnyItem, name: string, options: readonly string[]): Needs {
    const operation = this.#document.operations.find(({ id }) => id === item.operation);
    const chosen: AnyItem = { operation: item.operation };
    for (const choice of operation?.choices ?? []) chosen[choice.name] = item[choice.name];
    const asked = options.map((option): [string, AnyItem] => [option, { ...chosen, [name]: option }]);
    const key = JSON.stringify(asked);
    let needs = this.#needs.get(key);
    if (needs === undefined) this.#needs.set(key, (needs = this.#ask(asked)));
    return needs;
  }

  #ask(asked: [string, AnyItem][]): Needs {
    if (this.#account === null || asked.length === 0) return new Map();
    const answer = this.#card.preflight({ items: asked.map(([, item]) => item) }, { tier: this.#account.tier, balance: null });
    if (!("errors" in answer)) return new Map(answer.blocks.map(({ item, needs }) => [asked[item]![0], this.#titleOf(needs)]));
    // What is wrong with one option says nothing of the others, and all together may be too much.
    const faulty = new Set(answer.errors.map(itemIndex));
    const others = asked.filter((_, index) => !faulty.has(index));
    if (others.length < asked.length) return this.#ask(others);
    if (asked.length === 1) return new Map();
    const half = asked.length >> 1;
    return new Map([...this.#ask(asked.slice(0, half)), ...this.#ask(asked.slice(half))]);
  }

  #titleOf(tier: string | null): string | null {
    return tier === null ? null : (this.#document.tiers?.find(({ id }) => id === tier)?.title ?? tier);
  }
}
