import type { AnyItem, Card } from "pricetag";

/**
 * The page's state as a link's fragment:
 *
 *     #form=create;quality=premium;variations:4&plan=upscale;mode=fast,social;platforms:3&key=…
 *
 * `=` stands before text and `:` before a number, so that every item comes back as it was, faults included.
 */
export interface LinkState {
  form: AnyItem | null;
  plan: AnyItem[];
  /** A credential that the server printed; it is taken out of the address at once. */
  key: string | null;
}

function writeItem(item: AnyItem): string {
  const { operation, ...fields } = item;
  const written = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => `${encodeURIComponent(field)}${typeof value === "number" ? ":" : "="}${encodeURIComponent(String(value))}`);
  return [encodeURIComponent(operation), ...written].join(";");
}

function readItem(written: string): AnyItem {
  const [operation = "", ...fields] = written.split(";");
  const item: AnyItem = { operation: decodeURIComponent(operation) };
  for (const field of fields) {
    const parts = /^([^=:]*)([=:])(.*)$/.exec(field);
    if (parts === null) continue;
    const [, name = "", kind, value = ""] = parts.map((part) => decodeURIComponent(part));
    item[name] = kind === ":" ? Number(value) : value;
  }
  return item;
}

export function writeLink(form: AnyItem, plan: readonly AnyItem[]): string {
  const parts = [`form=${writeItem(form)}`];
  if (plan.length > 0) parts.push(`plan=${plan.map(writeItem).join(",")}`);
  return `#${parts.join("&")}`;
}

/** A fragment that someone has damaged restores what can be read of it. */
export function readLink(fragment: string): LinkState {
  const state: LinkState = { form: null, plan: [], key: null };
  for (const part of fragment.replace(/^#/, "").split("&")) {
    const at = part.indexOf("=");
    if (at < 0) continue;
    const value = part.slice(at + 1);
    try {
      if (part.startsWith("form=")) state.form = readItem(value);
      else if (part.startsWith("plan=")) state.plan = value === "" ? [] : value.split(",").map(readItem);
      else if (part.startsWith("key=")) state.key = decodeURIComponent(value);
    } catch (error) {
      if (!(error instanceof URIError)) throw error;
    }
  }
  return state;
}

/** Only the fields with a value, so that a link says no more than the person chose. */
export function chosenOf(item: AnyItem, card: Card): AnyItem {
  const operation = card.operations.find(({ id }) => id === item.operation);
  const defaults: Record<string, string | number | undefined> = { quantity: 1 };
  for (const { name, default: value } of operation?.choices ?? []) defaults[name] = value;
  for (const { name, default: value } of operation?.counts ?? []) defaults[name] = value;
  if (operation?.size !== undefined) Object.assign(defaults, operation.size.default);
  const kept = Object.entries(item).filter(([field, value]) => value !== undefined && value !== defaults[field]);
  return Object.fromEntries(kept) as AnyItem;
}
