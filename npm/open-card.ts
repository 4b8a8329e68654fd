/** The cards that are open in the module. */
import { bytesOf } from "./bytes.js";
import { ask, guarded, instance, raw } from "./instance.js";
import type { Faults } from "./types.js";

/** The generation of a card that was closed. */
const CLOSED = -1;

/** The number of a card in the module, and in which of its generations. */
interface Held {
  card: number;
  generation: number;
}

/** What no field may hold, as nothing that is negative. */
export const NOTHING = -1;

/** Where an operation's field stands among its slots; an option's number by its id, for a choice. */
export interface Field {
  name: string;
  slot: number;
  options: ReadonlyMap<string, number> | null;
  /** What stands in its slot when it is not given: its default, or {@link NOTHING} where it must be given. */
  absent: number;
}

export interface Operation {
  index: number;
  id: string;
  fields: Field[];
  byName: ReadonlyMap<string, Field>;
  /** The slots of an item that gives no field: the operation, and what stands for each that is absent. */
  empty: number[];
  /** The note of each rate. */
  notes: (string | null)[];
  /** The titles that were asked for, by combination of options. */
  titles: string[];
}

/** What the module answers when it opens a card. */
interface Opened {
  card: number;
  id: string;
  version: string;
  unit: string;
  fingerprint: string;
  slots: number;
  operations: { id: string; fields: { name: string; options?: string[]; default: number | null }[]; notes: (string | null)[] }[];
}

/** Workers of Cloudflare have it from a compatibility date of 2025 on. */
const numbers =
  globalThis.FinalizationRegistry &&
  new FinalizationRegistry<Held>((held) => {
    if (held.generation === instance.generation) raw.close(held.card);
  });

/** A card that is open in the module. */
export class OpenCard {
  readonly id: string;
  readonly version: string;
  readonly unit: string;
  readonly fingerprint: string;
  /** Slots of an item. */
  readonly slots: number;
  readonly operations: Operation[];
  readonly byId: Map<string, Operation>;
  /** From which it is opened again. */
  readonly #bytes: Uint8Array;
  #held!: Held;

  private constructor(opened: Opened, bytes: Uint8Array) {
    ({ id: this.id, version: this.version, unit: this.unit, fingerprint: this.fingerprint, slots: this.slots } = opened);
    this.operations = opened.operations.map(operationOf);
    this.byId = new Map(this.operations.map((operation) => [operation.id, operation]));
    this.#bytes = bytes;
    this.#hold(opened);
  }

  /** Opens a card, or says what is wrong with it. */
  static open(card: unknown): OpenCard | Faults {
    return OpenCard.#of(bytesOf(card).slice());
  }

  static #of(bytes: Uint8Array): OpenCard | Faults {
    const opened = opening(bytes);
    return "errors" in opened ? opened : new OpenCard(opened, bytes);
  }

  /** The built-in card, which stays open. */
  static builtin(): OpenCard {
    // The build has opened it, so that it has no faults.
    return (shared ??= OpenCard.#of(new Uint8Array()) as OpenCard);
  }

  /** Its number in the module as that now runs. */
  get number(): number {
    if (this.#held.generation !== instance.generation) this.#reopen();
    return this.#held.card;
  }

  #reopen(): void {
    if (this.#held.generation === CLOSED) throw new Error("this rate card was freed");
    const opened = opening(this.#bytes);
    // What was a card remains one.
    if ("card" in opened) this.#hold(opened);
  }

  #hold({ card }: Opened): void {
    numbers?.unregister(this);
    this.#held = { card, generation: instance.generation };
    numbers?.register(this, this.#held, this);
  }

  /** The strict lane: a request as it is, the answer or its faults. */
  answer<T>(call: number, request: unknown): T {
    const bytes = bytesOf(request);
    const card = this.number;
    return JSON.parse(ask(() => raw.answer(card, call), bytes));
  }

  describe<T>(): T {
    const card = this.number;
    return JSON.parse(ask(() => raw.describe(card)));
  }

  compare<T>(other: OpenCard): T {
    const [old, changed] = [this.number, other.number];
    return JSON.parse(ask(() => raw.compare(old, changed)));
  }

  title({ index, titles }: Operation, combination: number): string {
    const card = this.number;
    return (titles[combination] ??= ask(() => raw.title(card, index, combination)));
  }

  /** Gives its memory back; the built-in card is everybody's, and stays. */
  close(): void {
    if (this === shared) return;
    const { card, generation } = this.#held;
    if (generation === instance.generation) guarded(() => raw.close(card));
    numbers?.unregister(this);
    this.#held = { card, generation: CLOSED };
  }
}

let shared: OpenCard | undefined;

const opening = (bytes: Uint8Array): Opened | Faults => JSON.parse(ask(() => raw.open(), bytes));

/** The operation is in the first slot, its fields in those that follow. */
function operationOf({ id, fields, notes }: Opened["operations"][number], index: number): Operation {
  const known = fields.map(({ name, options, default: given }, position): Field => {
    const numbered = options ? new Map(options.map((option, number) => [option, number])) : null;
    return { name, slot: position + 1, options: numbered, absent: given ?? NOTHING };
  });
  const byName = new Map(known.map((field) => [field.name, field]));
  const empty = [index, ...known.map(({ absent }) => absent)];
  return { index, id, fields: known, byName, empty, notes, titles: [] };
}
