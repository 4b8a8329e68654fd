import type { AnyItem } from "pricetag";
import type { Context } from "../context.js";
import { formats } from "../figures.js";
import { text } from "../text/index.js";
import { titleOf } from "../views/rows.js";
import type { Activity } from "./activity.js";
import type { Entry, Ledger } from "./ledger.js";

/** Charges that the server gives at once, and how often it is asked: one answer has those of a page of entries nearly always. */
const AT_ONCE = 200;
const ASKED_MAX = 5;

const dayOf = ({ at }: Entry): string => at.slice(0, 10);

/** The hold's id before this one: ids are in the order in which holds were placed. */
function idBefore(id: string): string | null {
  const number = BigInt(`0x${id.replace("hold_", "")}`);
  return number === 0n ? null : `hold_${(number - 1n).toString(16).padStart(32, "0")}`;
}

/** Adds to `found` what the holds of some entries, newest first, were charged for; what is set aside or given back has no charge. */
export async function findCharged(ledger: Ledger, entries: Entry[], found: Map<string, AnyItem[]>, signal: AbortSignal): Promise<void> {
  const charged = entries.filter(({ kind, holdId }) => holdId !== null && ["charge", "capture", "late-capture"].includes(kind));
  const wanted = new Set(charged.flatMap(({ holdId }) => (holdId === null || found.has(holdId) ? [] : [holdId])));
  const [newest, oldest, first] = [charged[0], charged.at(-1), [...wanted].sort()[0]];
  if (newest === undefined || oldest === undefined || first === undefined) return;
  let after = idBefore(first);
  for (let asked = 0; asked < ASKED_MAX && wanted.size > 0; asked += 1) {
    const { captures, next } = await ledger.captures({ from: dayOf(oldest), to: dayOf(newest) }, after, AT_ONCE, signal);
    for (const { holdId, plan } of captures) if (wanted.delete(holdId)) found.set(holdId, plan.items);
    if (next === null) return;
    after = next;
  }
}

/** What an entry was for, as its receipt says or else as the card names it; empty where that is not known. */
export function nameOf({ studio }: Context, { charged, receipts }: Activity, { holdId }: Entry): string {
  if (holdId === null) return "";
  const lines = receipts.get(holdId)?.value?.estimate.lines;
  const items = charged.get(holdId);
  const count = lines?.length ?? items?.length ?? 0;
  const title = lines?.[0]?.title ?? itemTitle(studio, items?.[0]);
  return count > 1 ? text.activityView.andMore(title, formats.whole(count - 1)) : title;
}

function itemTitle({ card, document }: Context["studio"], item: AnyItem | undefined): string {
  if (item === undefined) return "";
  const answer = card.estimate({ items: [item] });
  return "errors" in answer ? titleOf(document, item) : (answer.lines[0]?.title ?? "");
}
