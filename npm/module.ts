/**
 * What the package knows of the module: the cards that are open in it, and how it is started anew.
 *
 * A trap or an overflow of the stack leaves an instance in any state. Then the module is started anew, whoever was
 * asking hears of it, and every card opens itself again when it is next asked.
 */
import { __wbg_reset_state, answer, builtin, close, compare, describe, open, title } from "./generated/pricetag.js";
import { bytesOf } from "./bytes.js";
import type { Faults } from "./types.js";

/** How often the module was started anew. */
let generation = 0;

/** Does what calls the module; if that breaks off, starts the module anew. */
export function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    restart();
    throw error;
  }
}

/** Starts the module anew. */
export function restart(): void {
  generation += 1;
  __wbg_reset_state();
}

/** Where an operation's field stands among its slots; an option's number by its id, for a choice. */
export interface Field {
  name: string;
  slot: number;
  options: Map<string, number> | null;
}

export interface Operation {
  index: number;
  id: string;
  fields: Field[];
  byName: Map<string, Field>;
  /** The note of each rate. */
  notes: (string | null)[];
  /** The titles that were asked for, by combination of options. */
  titles: Map<number, string>;
}

/** What the module answers when it opens a card. */
interface Opened {
  card: number;
  id: string;
  version: string;
  unit: string;
  fingerprint: string;
  slots: number;
  operations: { id: string; fields: { name: string; options: string[] | null }[]; notes: (string | null)[] }[];
}

const numbers =
  typeof FinalizationRegistry === "undefined"
    ? undefined
    : new FinalizationRegistry<{ card: number; generation: number }>((held) => {
        if (held.generation === generation) close(held.card);
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
  #held: { card: number; generation: number };

  private constructor(opened: Opened, bytes: Uint8Array) {
    ({ id: this.id, version: this.version, unit: this.unit, fingerprint: this.fingerprint, slots: this.slots } = opened);
    this.operations = opened.operations.map(operationOf);
    this.byId = new Map(this.operations.map((operation) => [operation.id, operation]));
    this.#bytes = bytes;
    this.#held = { card: opened.card, generation };
    numbers?.register(this, this.#held, this);
  }

  /** Opens a card, or says what is wrong with it. */
  static open(card: unknown): OpenCard | Faults {
    const bytes = bytesOf(card);
    const opened: Opened | Faults = JSON.parse(guarded(() => open(bytes)));
    return "errors" in opened ? opened : new OpenCard(opened, bytes.slice());
  }

  /** The built-in card, which stays open. */
  static builtin(): OpenCard {
    const card = (shared ??= OpenCard.open(JSON.parse(guarded(builtin))));
    if ("errors" in card) throw new Error("the built-in card has faults");
    return card;
  }

  /** Its number in the module as that now runs. */
  get number(): number {
    if (this.#held.generation !== generation) {
      const { card }: Opened = JSON.parse(guarded(() => open(this.#bytes)));
      numbers?.unregister(this);
      this.#held = { card, generation };
      numbers?.register(this, this.#held, this);
    }
    return this.#held.card;
  }

  /** The strict lane: a request as it is, the answer or its faults. */
  answer<T>(call: number, request: unknown): T {
    const bytes = bytesOf(request);
    const card = this.number;
    return JSON.parse(guarded(() => answer(card, call, bytes)));
  }

  describe<T>(): T {
    const card = this.number;
    return JSON.parse(guarded(() => describe(card)));
  }

  compare<T>(other: OpenCard): T {
    const [old, changed] = [this.number, other.number];
    return JSON.parse(guarded(() => compare(old, changed)));
  }

  title({ index, titles }: Operation, combination: number): string {
    let found = titles.get(combination);
    if (found === undefined) {
      const card = this.number;
      found = guarded(() => title(card, index, combination));
      titles.set(combination, found);
    }
    return found;
  }

  close(): void {
    if (this === shared) return;
    numbers?.unregister(this);
    if (this.#held.generation === generation) close(this.#held.card);
  }
}

let shared: OpenCard | Faults | undefined;

/** The operation is in the first slot, its fields in those that follow. */
function operationOf({ id, fields, notes }: Opened["operations"][number], index: number): Operation {
  const known = fields.map(({ name, options }, position): Field => {
    const numbered = options && new Map(options.map((option, number) => [option, number]));
    return { name, slot: position + 1, options: numbered };
  });
  const byName = new Map(known.map((field) => [field.name, field]));
  return { index, id, fields: known, byName, notes, titles: new Map() };
}
