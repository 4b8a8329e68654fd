import type { AnyCard, AnyItem, RateCard } from "pricetag";
import { Export } from "./export.js";
import { Ledger, type Balances, type EntryPage, type HoldRecord, type Usage } from "./ledger.js";
import { Loaded } from "./loaded.js";
import { findCharged } from "./names.js";
import { writeRange, type Days } from "./range.js";
import { Savings } from "./savings.js";

/** Entries on a page of the list. */
export const PAGE = 50;

/** What is looked at. */
export interface Wish {
  key: string;
  days: Days;
  by: string;
  /** Entries before this number; null for the newest of the range. */
  before: number | null;
  /** Changes when the account has changed, so that what is shown is not of before. */
  stamp: string;
}

/** The entries of a range by their numbers, of which none is missing. */
export interface Bounds {
  /** The last entry before the range; −1 where there is none. */
  first: number;
  /** The last entry in it. */
  last: number;
}

/** Everything that the view has loaded. The memory it takes does not grow with the history. */
export class Activity {
  readonly usage: Loaded<Usage>;
  readonly balances: Loaded<Balances>;
  readonly entries: Loaded<EntryPage>;
  readonly savings: Savings;
  readonly export: Export;
  ledger: Ledger | null = null;
  /** When something was loaded last. */
  loadedAt: Date | null = null;
  allGroups = false;
  /** What became of the holds of entries that somebody has opened, on the page that is looked at. */
  readonly receipts = new Map<string, Loaded<HoldRecord>>();

  /** What was charged for, by its hold; it never changes. */
  readonly charged = new Map<string, AnyItem[]>();
  readonly #names: Loaded<null>;

  #key: string | null = null;
  #range = "";
  #place = "";
  #stamp = "";
  readonly #changed: () => void;

  /** `told` is called with what was spent when that has changed. */
  constructor(changed: () => void, told: (usage: Usage) => void) {
    this.#changed = changed;
    const arrived = (): void => {
      if (this.problem === null) this.loadedAt = new Date();
      changed();
    };
    this.usage = new Loaded(() => {
      arrived();
      const { value, problem } = this.usage;
      if (value !== null && problem === null) told(value);
    });
    this.balances = new Loaded(arrived);
    this.entries = new Loaded(arrived);
    this.#names = new Loaded(changed);
    this.savings = new Savings(changed);
    this.export = new Export(changed);
  }

  get problem(): unknown {
    return this.usage.problem ?? this.balances.problem ?? this.entries.problem;
  }

  get busy(): boolean {
    return this.usage.busy || this.balances.busy || this.entries.busy;
  }

  /** Loads what is looked at and not there yet; called whenever the view is drawn. */
  follow({ key, days, by, before, stamp }: Wish): void {
    if (key !== this.#key) this.#begin(key);
    const { ledger } = this;
    if (ledger === null) return;
    const range = `${writeRange(days)} ${stamp}`;
    if (range !== this.#range) {
      this.#range = range;
      this.savings.stop();
      this.savings.clear();
    }
    this.#followReceipts(ledger, `${writeRange(days)} ${before ?? ""}`, stamp);
    this.usage.want(`${by} ${range}`, (signal) => ledger.usage(by, days, signal));
    this.balances.want(range, (signal) => ledger.balances(days, signal));
    const { bounds } = this;
    if (bounds === null || this.balances.busy) return;
    const page = pageBefore(bounds, before);
    this.entries.want(`${page} ${bounds.first} ${range}`, (signal) => entriesOf(ledger, bounds, page, signal));
    const { value, busy } = this.entries;
    if (value === null || busy) return;
    this.#names.want(`${page} ${bounds.first} ${range}`, async (signal) => {
      await findCharged(ledger, value.entries, this.charged, signal);
      return null;
    });
  }

  /** Receipts that are open stay so when the account has changed, and may say more by then. */
  #followReceipts(ledger: Ledger, place: string, stamp: string): void {
    if (place !== this.#place) this.receipts.clear();
    else if (stamp !== this.#stamp) {
      for (const [id, receipt] of this.receipts) {
        receipt.again();
        receipt.want(id, (signal) => ledger.hold(id, signal));
      }
    }
    this.#place = place;
    this.#stamp = stamp;
  }

  #begin(key: string): void {
    this.end();
    this.#key = key;
    this.ledger = new Ledger(key);
  }

  /** Forgets everything: the key is another, or gone. */
  end(): void {
    this.#key = null;
    this.ledger = null;
    this.loadedAt = null;
    for (const loaded of [this.usage, this.balances, this.entries, this.#names, ...this.receipts.values()]) loaded.clear();
    this.receipts.clear();
    this.charged.clear();
    this.savings.stop();
    this.savings.clear();
    this.export.stop();
  }

  /** The entries of the range that was loaded. */
  get bounds(): Bounds | null {
    const balances = this.balances.value;
    if (balances === null) return null;
    const first = balances.opening?.seq ?? -1;
    return { first, last: balances.days.at(-1)?.seq ?? first };
  }

  /** Asks for all of it anew. */
  refresh(): void {
    if (this.busy) return;
    for (const loaded of [this.usage, this.balances, this.entries, this.#names]) loaded.again();
    this.#changed();
  }

  openReceipt(id: string): void {
    const { ledger } = this;
    if (ledger === null) return;
    let receipt = this.receipts.get(id);
    if (receipt === undefined) {
      receipt = new Loaded<HoldRecord>(this.#changed);
      this.receipts.set(id, receipt);
    }
    if (receipt.problem !== null) receipt.again();
    receipt.want(id, (signal) => ledger.hold(id, signal));
    this.#changed();
  }

  async findSavings(card: RateCard<AnyCard>, tier: string | undefined): Promise<void> {
    const { ledger } = this;
    const usage = this.usage.value;
    if (ledger !== null && usage !== null) await this.savings.find(ledger, usage, { card, tier });
  }
}

/** What a page's entries are before, whatever a link says. */
export const pageBefore = ({ first, last }: Bounds, before: number | null): number =>
  before === null ? last + 1 : Math.min(Math.max(before, first + 2), last + 1);

async function entriesOf(ledger: Ledger, bounds: Bounds, before: number, signal: AbortSignal): Promise<EntryPage> {
  const limit = Math.min(PAGE, before - 1 - bounds.first);
  if (limit < 1) return { entries: [], next: null };
  return ledger.entriesBefore(before, limit, signal);
}
