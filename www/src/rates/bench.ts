import type { Card, Change, Comparison, RateCard } from "pricetag";
import type { Context } from "../context.js";
import type { Studio } from "../studio.js";
import { editedCard, known, markOf, readEdits, withEdit, writeEdits, type EditedCard, type PriceEdit } from "./edits.js";
import { Past } from "./past.js";
import { readFile, type Reading } from "./reading.js";
import { tablesOf, type OperationRows, type Row } from "./rows.js";
import type { Excluded } from "./winners.js";

/** What the rates in force are compared with. */
export interface Other {
  name: string;
  card: RateCard;
  document: Card;
}

/** Rows of an operation, and changes, that are shown at first and with each wish for more. */
export const ROWS_AT_ONCE = 60;
export const CHANGES_AT_ONCE = 50;

/** What is looked at and tried in this view. The studio and its card are read only. */
export class Bench {
  readonly past = new Past();
  /** The rate whose price is being edited, as `create!0`. */
  editing: string | null = null;
  /** What became of copying the fingerprint. */
  copied = "";
  /** Rows to show, by operation. */
  readonly rowsShown = new Map<string, number>();
  changesShown = CHANGES_AT_ONCE;
  /** The card that was opened, or what is wrong with it. */
  file: Reading | null = null;
  /** The file that is being read. */
  reading: File | null = null;
  /** Something is dragged over the panel. */
  dragging = false;
  /** Whether the file, not the edited prices, is what is compared; the last that was touched is. */
  fileChosen = false;

  readonly #excluded = new WeakMap<Row, Excluded[]>();
  #tables: { card: RateCard; tables: OperationRows[] } | null = null;
  #compared: { now: RateCard; then: RateCard; comparison: Comparison } | null = null;
  #sorted: { comparison: Comparison; order: string; changes: Change[] } | null = null;
  #edited: { card: RateCard; written: string; edited: EditedCard } | null = null;

  tables({ card, document }: Studio): OperationRows[] {
    if (this.#tables?.card !== card) this.#tables = { card, tables: tablesOf(card, document) };
    return this.#tables.tables;
  }

  /** Two cards are compared once, however often the changes are drawn. */
  comparison(now: RateCard, then: RateCard): Comparison {
    if (this.#compared?.now !== now || this.#compared.then !== then) {
      this.#compared = { now, then, comparison: now.compare(then) };
    }
    return this.#compared.comparison;
  }

  sorted(comparison: Comparison, order: string, sort: () => Change[]): Change[] {
    if (this.#sorted?.comparison !== comparison || this.#sorted.order !== order) {
      this.#sorted = { comparison, order, changes: sort() };
      this.changesShown = CHANGES_AT_ONCE;
    }
    return this.#sorted.changes;
  }

  /** Which tiers may not use a row is asked of the card once, and only for rows that are looked at. */
  excluded(row: Row, ask: () => Excluded[]): Excluded[] {
    const known = this.#excluded.get(row);
    if (known !== undefined) return known;
    const excluded = ask();
    this.#excluded.set(row, excluded);
    return excluded;
  }

  /** The edits of the link that are of the card in force; and how many are of another. */
  edits({ studio, own }: Context): { edits: PriceEdit[]; foreign: number } {
    const { mark, edits } = readEdits(own.get("edits"));
    if (mark !== markOf(studio.card.fingerprint)) return { edits: [], foreign: edits.length };
    return { edits: known(studio.document, edits), foreign: 0 };
  }

  /** The card with the edited prices; null where none is edited. */
  edited(context: Context): EditedCard | null {
    const { edits } = this.edits(context);
    const { card, document } = context.studio;
    const written = writeEdits("", edits) ?? "";
    if (this.#edited?.card !== card || this.#edited.written !== written) {
      this.#edited?.edited.card?.free();
      this.#edited = { card, written, edited: edits.length === 0 ? { document, card: null, faults: [] } : editedCard(document, edits) };
    }
    return edits.length === 0 ? null : this.#edited.edited;
  }

  setPrice(context: Context, operation: string, rate: number, price: PriceEdit["price"] | null): void {
    const { edits } = this.edits(context);
    this.fileChosen = false;
    this.keep(context, withEdit(edits, operation, rate, price));
  }

  keep(context: Context, edits: readonly PriceEdit[]): void {
    context.keep("edits", writeEdits(markOf(context.studio.card.fingerprint), edits));
  }

  /** What the rates in force are compared with now; null where there is nothing, or nothing valid. */
  other(context: Context, editsName: string): Other | null {
    const { file } = this;
    const edited = this.edited(context);
    if (file !== null && "brought" in file && (this.fileChosen || edited === null)) return file.brought;
    return edited === null || edited.card === null ? null : { name: editsName, card: edited.card, document: edited.document };
  }

  async open(context: Context, file: File): Promise<void> {
    this.closeFile();
    this.reading = file;
    context.redraw();
    const read = await readFile(file);
    // Another file may have been opened meanwhile.
    if (this.reading !== file) {
      if ("brought" in read) read.brought.card.free();
      return;
    }
    this.reading = null;
    this.file = read;
    this.fileChosen = true;
    context.redraw();
  }

  closeFile(): void {
    if (this.file !== null && "brought" in this.file) this.file.brought.card.free();
    this.file = null;
    this.reading = null;
    this.fileChosen = false;
    this.changesShown = CHANGES_AT_ONCE;
  }
}
