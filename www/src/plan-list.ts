import type { AnyItem } from "pricetag";

/** One item of the plan; the key stays with it wherever it stands. */
export interface Entry {
  key: number;
  item: AnyItem;
}

/** The items of the plan. Every change makes a new list, so that what was there can come back. */
export class PlanList {
  #entries: readonly Entry[] = [];
  #nextKey = 1;

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get items(): AnyItem[] {
    return this.#entries.map(({ item }) => item);
  }

  get length(): number {
    return this.#entries.length;
  }

  #entry(item: AnyItem): Entry {
    return { key: this.#nextKey++, item: { ...item } };
  }

  replace(items: readonly AnyItem[]): void {
    this.#entries = items.map((item) => this.#entry(item));
  }

  restore(entries: readonly Entry[]): void {
    this.#entries = entries;
  }

  add(items: readonly AnyItem[]): void {
    this.#entries = [...this.#entries, ...items.map((item) => this.#entry(item))];
  }

  set(index: number, field: string, value: string | number): void {
    this.#entries = this.#entries.map((entry, at) =>
      at === index ? { key: entry.key, item: { ...entry.item, [field]: value } } : entry,
    );
  }

  /** Puts another item in the place of one; it keeps its key. */
  setItem(index: number, item: AnyItem): void {
    this.#entries = this.#entries.map((entry, at) => (at === index ? { key: entry.key, item: { ...item } } : entry));
  }

  /** Puts other items in the places of those that are there, which keep their keys. */
  setAll(items: readonly AnyItem[]): void {
    this.#entries = items.map((item, at) => ({ key: this.#entries[at]?.key ?? this.#nextKey++, item: { ...item } }));
  }

  move(from: number, to: number): void {
    const moved = this.#entries[from];
    if (moved === undefined) return;
    this.#entries = this.#entries.toSpliced(from, 1).toSpliced(to, 0, moved);
  }

  duplicate(index: number): void {
    const original = this.#entries[index];
    if (original === undefined) return;
    this.#entries = this.#entries.toSpliced(index + 1, 0, this.#entry(original.item));
  }

  remove(index: number): void {
    this.#entries = this.#entries.toSpliced(index, 1);
  }
}
