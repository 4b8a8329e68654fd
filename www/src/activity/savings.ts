import type { Alternative, AnyCard, AnyItem, RateCard } from "pricetag";
import { Sum } from "../exact.js";
import type { Capture, CapturePage, Ledger, Usage } from "./ledger.js";
import { patiently, Turns } from "./patience.js";
import type { Days } from "./range.js";

/** Charges that are looked at at most; what they show is what more of them would show. */
export const CHARGES_MAX = 5000;
const PAGE = 200;
/** Plans whose alternatives are remembered: people run the same ones again and again. */
const REMEMBERED_MAX = 1000;

/** One kind of change, over all of the past: `quality: standard → draft`. */
export interface Saving {
  operation: string;
  field: string;
  from: string;
  to: string;
  /** Items that it would have made cheaper. */
  items: number;
  saves: Sum;
  /** The worst that it did to a rank; negative is a lesser result. */
  rank: number;
}

/** The card in force, and the tier that the changes must be in. */
export interface Rating {
  card: RateCard<AnyCard>;
  tier: string | undefined;
}

/** Looks through what was charged for what could have been saved: each plan is asked about as it was. */
export class Savings {
  state: "new" | "looking" | "waiting" | "stopped" | "done" = "new";
  problem: unknown = null;
  looked = 0;
  /** Charges that the card in force cannot price. */
  unpriced = 0;
  of = 0;
  days: Days | null = null;

  #found = new Map<string, Saving>();
  #remembered = new Map<string, Alternative[] | null>();
  #abort: AbortController | null = null;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get running(): boolean {
    return this.state === "looking" || this.state === "waiting";
  }

  /** The greatest first. */
  get found(): Saving[] {
    const size = ({ saves }: Saving): number => saves.credits ?? Infinity;
    return [...this.#found.values()].sort((one, other) => size(other) - size(one));
  }

  clear(): void {
    this.state = "new";
    this.problem = null;
    this.looked = 0;
    this.unpriced = 0;
    this.of = 0;
    this.#found.clear();
    this.#remembered.clear();
  }

  stop(): void {
    this.#abort?.abort();
    this.#abort = null;
    if (this.running) this.state = "stopped";
  }

  async find(ledger: Ledger, usage: Usage, rating: Rating): Promise<void> {
    this.stop();
    this.clear();
    this.days = { from: usage.from, to: usage.to };
    this.of = Math.min(usage.total.captures, CHARGES_MAX);
    this.state = "looking";
    const abort = new AbortController();
    this.#abort = abort;
    this.#changed();
    try {
      await this.#pages(ledger, this.days, rating, abort.signal);
      if (!abort.signal.aborted) this.state = "done";
    } catch (error) {
      if (abort.signal.aborted) return;
      this.problem = error;
      this.state = "stopped";
    }
    this.#changed();
  }

  async #pages(ledger: Ledger, days: Days, rating: Rating, signal: AbortSignal): Promise<void> {
    const turns = new Turns();
    let after: string | null = null;
    do {
      const begin: string | null = after;
      const limit = Math.min(PAGE, CHARGES_MAX - this.looked);
      const page: CapturePage = await patiently(() => ledger.captures(days, begin, limit, signal), signal, (waiting) => {
        if (signal.aborted) return;
        this.state = waiting ? "waiting" : "looking";
        this.#changed();
      });
      for (const capture of page.captures) {
        await turns.take();
        signal.throwIfAborted();
        this.#look(capture, rating);
      }
      this.#changed();
      after = page.next;
    } while (after !== null && this.looked < CHARGES_MAX);
  }

  #look({ plan }: Capture, rating: Rating): void {
    this.looked += 1;
    const ways = this.#alternatives(plan.items, rating);
    if (ways === null) {
      this.unpriced += 1;
      return;
    }
    for (const way of ways) {
      const item = plan.items[way.item];
      if (item === undefined) continue;
      this.#add(item, way, String(item[way.field] ?? ""));
    }
  }

  #add({ operation }: AnyItem, { field, option, saves, rank }: Alternative, from: string): void {
    const kind = JSON.stringify([operation, field, from, option]);
    let saving = this.#found.get(kind);
    if (saving === undefined) {
      saving = { operation, field, from, to: option, items: 0, saves: new Sum(), rank };
      this.#found.set(kind, saving);
    }
    saving.items += 1;
    saving.saves.add(saves);
    saving.rank = Math.min(saving.rank, rank);
  }

  #alternatives(items: AnyItem[], { card, tier }: Rating): Alternative[] | null {
    const plan = JSON.stringify(items);
    const known = this.#remembered.get(plan);
    if (known !== undefined) return known;
    const answer = card.alternatives({ items }, tier);
    const ways = "errors" in answer ? null : answer;
    if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear();
    this.#remembered.set(plan, ways);
    return ways;
  }
}
