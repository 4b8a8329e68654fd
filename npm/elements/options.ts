import type { LiveItem, RateCard } from "../index.js";
import type { Account, AnyItem, Card, Choice, Range } from "../types.js";

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
  readonly #needs = new Map<string, string | null | undefined>();

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
    const states = choice.options.map((option): OptionState => {
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
        needs: this.#neededTier({ ...item, [choice.name]: option.id }),
      };
    });
    this.#live.set(choice.name, item[choice.name]);
    return states;
  }

  #total(): Range | null {
    const { total } = this.#live;
    if (total === null || !this.#pooled || this.#account === null) return total;
    const answer = this.#card.preflight({ items: [this.#live.item] }, this.#account);
    return "errors" in answer ? total : answer.estimate.total;
  }

  #neededTier(item: AnyItem): string | null | undefined {
    const operation = this.#document.operations.find(({ id }) => id === item.operation);
    const chosen = { operation: item.operation } as AnyItem;
    for (const { name } of operation?.choices ?? []) chosen[name] = item[name];
    const key = JSON.stringify(chosen);
    if (!this.#needs.has(key)) this.#needs.set(key, this.#ask(chosen));
    return this.#needs.get(key);
  }

  #ask(item: AnyItem): string | null | undefined {
    if (this.#account === null) return undefined;
    const answer = this.#card.preflight({ items: [item] }, { tier: this.#account.tier, balance: null });
    const block = "errors" in answer ? undefined : answer.blocks[0];
    if (block === undefined) return undefined;
    if (block.needs === null) return null;
    return this.#document.tiers?.find(({ id }) => id === block.needs)?.title ?? block.needs;
  }
}
