import type { AnyItem, Card } from "pricetag";
import { canonical } from "./link.js";
import { Refusal, type Attempt } from "./server.js";
import { keep, kept } from "./storage.js";

/** Where the browser keeps the attempts while this tab is open, also over a reload. */
const PLACE = "pricetag.unresolved";

/** An attempt, and the public id of the key that it was sent with. */
interface Unresolved {
  keyId: string;
  attempt: Attempt;
}

// Where nothing can be kept, they last as long as the page.
let remembered: Unresolved[] | null = null;

/** The public part of `pk_<id>_<secret>`; empty where a text is no such key, which the server then refuses. */
const idOf = (key: string): string => /^pk_([^_]+)_/.exec(key)?.[1] ?? "";

function all(): Unresolved[] {
  if (remembered !== null) return remembered;
  try {
    remembered = JSON.parse(kept(PLACE, "tab") ?? "[]") as Unresolved[];
  } catch {
    remembered = [];
  }
  return remembered;
}

function store(attempts: Unresolved[]): void {
  remembered = attempts;
  keep(PLACE, attempts.length === 0 ? null : JSON.stringify(attempts), "tab");
}

const others = (attempt: Attempt): Unresolved[] => all().filter((each) => each.attempt.idempotencyKey !== attempt.idempotencyKey);

/** The attempt to charge this work with this key whose outcome is not known. Another attempt could charge the work twice. */
export function unresolvedOf(key: string, items: readonly AnyItem[], card: Card): Attempt | undefined {
  const [keyId, work] = [idOf(key), canonical(items, card)];
  return all().find((each) => each.keyId === keyId && canonical(each.attempt.plan.items, card) === work)?.attempt;
}

/** Keeps an attempt before it is sent: a page that is closed meanwhile gets no answer. */
export const keepUnresolved = (key: string, attempt: Attempt): void => store([...others(attempt), { keyId: idOf(key), attempt }]);

/** Drops an attempt whose outcome is known. */
export const resolve = (attempt: Attempt): void => store(others(attempt));

/** Whether a refusal says that the attempt is over; after any other the server may have charged it, or may charge it yet. */
export const isDefinite = (error: unknown): boolean =>
  error instanceof Refusal && (error.body.retry === "never" || error.body.retry === "new-key");
