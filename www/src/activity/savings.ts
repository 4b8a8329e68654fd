import type { Alternative, AnyCard, AnyItem, RateCard } from "pricetag";
import { difference, Sum } from "../exact.js";
import { Rerating, type Delivered } from "../rerating.js";
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

  /** Those that keep or raise the rank first, and then the greatest. */
  get found(): Saving[] {
    const size = ({ saves }: Saving): number => saves.credits ?? Infinity;
    const lesser = ({ rank }: Saving): number => Number(rank < 0);
    return [...this.#found.values()].sort((one, other) => lesser(one) - lesser(other) || size(other) - size(one));
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
    const rerating = new Rerating(rating.card.describe());
    try {
      await this.#pages(ledger, this.days, rerating, rating.tier, abort.signal);
      if (!abort.signal.aborted) this.state = "done";
    } catch (error) {
      if (abort.signal.aborted) return;
      this.problem = error;
      this.state = "stopped";
    } finally {
      rerating.free();
    }
    this.#changed();
  }

  async #pages(ledger: Ledger, days: Days, rerating: Rerating, tier: string | undefined, signal: AbortSignal): Promise<void> {
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
        this.#look(capture, rerating, tier);
      }
      this.#changed();
      after = page.next;
    } while (after !== null && this.looked < CHARGES_MAX);
  }

  #look({ plan, lines }: Capture, rerating: Rerating, tier: string | undefined): void {
    this.looked += 1;
    const ways = this.#waysOf({ plan, lines }, rerating, tier);
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

  /** Each change with what it would have saved of what was delivered, with the free units of then; null without a price. */
  #waysOf(past: Delivered, rerating: Rerating, tier: string | undefined): Alternative[] | null {
    const asked = JSON.stringify(past);
    const known = this.#remembered.get(asked);
    if (known !== undefined) return known;
    const ways = cheaper(past, rerating, tier);
    if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear();
    this.#remembered.set(asked, ways);
    return ways;
  }
}

function cheaper({ plan, lines }: Delivered, rerating: Rerating, tier: string | undefined): Alternative[] | null {
  const found = rerating.card.alternatives({ items: plan.items }, tier);
  if ("errors" in found) return null;
  const lineOf = new Map(lines.map((line) => [line.item, line]));
  return found.flatMap((way) => {
    const [item, line] = [plan.items[way.item], lineOf.get(way.item)];
    if (item === undefined || line === undefined) return [];
    // An item's price does not depend on the others, once it is known how many of its units were free.
    const charge = (item: AnyItem): number | null => rerating.charge({ plan: { items: [item] }, lines: [{ ...line, item: 0 }] });
    const [before, after] = [charge(item), charge({ ...item, [way.field]: way.option })];
    const saves = before === null || after === null ? 0 : difference(before, after);
    return saves > 0 ? [{ ...way, saves }] : [];
  });
}
