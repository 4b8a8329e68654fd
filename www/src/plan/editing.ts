import type { LiveItem, RateCard } from "pricetag";
import type { Context } from "../context.js";
import { chosenOf } from "../link.js";
import type { Entry } from "../plan-list.js";
import type { Studio } from "../studio.js";

const OWN = "item";

/** Which item stands open for editing: its key while the page is looked at, its position in the link. */
export class Editing {
  #key: number | null = null;
  #shared: { card: RateCard; entry: Entry; live: LiveItem } | null = null;

  /** The open item's key; after a link was followed, that of the position which the link names. */
  openKey({ studio, own, keep }: Context): number | null {
    const { entries } = studio.plan;
    const written = own.get(OWN);
    const at = entries.findIndex(({ key }) => key === this.#key);
    if (at < 0) {
      this.#key = written === undefined ? null : (entries[Number(written) - 1]?.key ?? null);
    } else if (written !== String(at + 1)) {
      // The item has moved, and the link follows; drawing must end before it can be drawn anew.
      queueMicrotask(() => keep(OWN, String(at + 1)));
    }
    return this.#key;
  }

  open({ keep, studio }: Context, entry: Entry): void {
    this.#key = entry.key;
    keep(OWN, String(studio.plan.entries.findIndex(({ key }) => key === entry.key) + 1));
  }

  close({ keep }: Context): void {
    this.#key = null;
    keep(OWN, null);
  }

  /** The open item as the form shares it; a new one where the item was changed elsewhere. */
  liveOf(studio: Studio, entry: Entry): LiveItem {
    if (this.#shared === null || this.#shared.card !== studio.card || this.#shared.entry !== entry) {
      this.#shared = { card: studio.card, entry, live: studio.card.live(entry.item) };
    }
    return this.#shared.live;
  }

  /** Takes what the form holds into the plan. */
  take(studio: Studio, index: number): void {
    if (this.#shared === null) return;
    const { entry: drawn, live } = this.#shared;
    // What was typed beside the form since it was drawn is the form's too.
    for (const [name, value] of Object.entries(studio.plan.entries[index]?.item ?? {})) if (value !== drawn.item[name]) live.set(name, value);
    studio.plan.setItem(index, chosenOf(live.item, studio.document));
    const entry = studio.plan.entries[index];
    if (entry !== undefined) this.#shared = { ...this.#shared, entry };
    studio.planTyped();
  }
}
