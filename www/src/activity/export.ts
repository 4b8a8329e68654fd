import { download } from "../download.js";
import type { Bounds } from "./activity.js";
import { csv, type Cell } from "./csv.js";
import type { Ledger, Usage } from "./ledger.js";
import { patiently } from "./patience.js";

const CSV = "text/csv;charset=utf-8";

/** The most that the server gives at once. */
const PAGE = 1000;

const ENTRY_COLUMNS = [
  "seq",
  "at",
  "kind",
  "postedBefore",
  "postedAfter",
  "heldBefore",
  "heldAfter",
  "holdId",
  "asset",
  "note",
] as const;

const FIGURE_COLUMNS = ["captures", "outputs", "estimated", "charged", "averagePerOutput"] as const;

/** Files for a spreadsheet. Columns have the names that the server's answers have, amounts are plain numbers of credits. */
export class Export {
  problem: unknown = null;
  written = 0;
  of = 0;

  #abort: AbortController | null = null;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get running(): boolean {
    return this.#abort !== null;
  }

  stop(): void {
    this.#abort?.abort();
    this.#abort = null;
  }

  usage({ by, from, to, groups }: Usage): void {
    const rows = groups.map((group): Cell[] => [group.key, ...FIGURE_COLUMNS.map((column) => group[column])]);
    download(`usage-by-${by}-${from}-${to}.csv`, CSV, [csv([[by, ...FIGURE_COLUMNS], ...rows])]);
  }

  /** All entries of a range, newest first. What is written is text already, so that many entries take little memory. */
  async entries(ledger: Ledger, bounds: Bounds, name: string): Promise<void> {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    this.problem = null;
    this.written = 0;
    this.of = bounds.last - bounds.first;
    this.#changed();
    try {
      const parts = [csv([[...ENTRY_COLUMNS]])];
      while (this.written < this.of) {
        const before = bounds.last + 1 - this.written;
        const limit = Math.min(PAGE, this.of - this.written);
        const page = await patiently(() => ledger.entriesBefore(before, limit, abort.signal), abort.signal, () => undefined);
        if (page.entries.length === 0) break;
        parts.push(csv(page.entries.map((entry) => ENTRY_COLUMNS.map((column) => entry[column]))));
        this.written += page.entries.length;
        this.#changed();
      }
      download(name, CSV, parts);
    } catch (error) {
      if (abort.signal.aborted) return;
      this.problem = error;
    }
    if (this.#abort === abort) this.#abort = null;
    this.#changed();
  }
}
