import type { AnyItem, Card } from "pricetag";

/** The views of the page; the first is the one of a link that names none. */
export const VIEWS = ["studio", "plan", "activity", "rates"] as const;

export type ViewName = (typeof VIEWS)[number];

/**
 * The page's state as a link's fragment:
 *
 *     #view=rates&form=create;quality=premium;variations:4&plan=upscale;mode=fast,social;platforms:3&account=pro;balance:150&search=flux&key=…
 *
 * Of an item `=` stands before text and `:` before a number, so that every item comes back as it was, faults included.
 */
export interface LinkState {
  view: ViewName;
  form: AnyItem | null;
  /** Null where the link says nothing of a plan. */
  plan: AnyItem[] | null;
  /** The account that prices are checked against: its tier in the place of an operation, and what is left on it. */
  account: AnyItem | null;
  /** What a view keeps for itself, by name. */
  own: Map<string, string>;
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

export function writeLink({ view, form, plan, account, own }: Omit<LinkState, "key">): string {
  const parts: string[] = view === VIEWS[0] ? [] : [`view=${view}`];
  if (form !== null) parts.push(`form=${writeItem(form)}`);
  if (plan !== null && plan.length > 0) parts.push(`plan=${plan.map(writeItem).join(",")}`);
  if (account !== null) parts.push(`account=${writeItem(account)}`);
  for (const [name, value] of own) parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return `#${parts.join("&")}`;
}

/** A fragment that someone has damaged restores what can be read of it. */
export function readLink(fragment: string): LinkState {
  const state: LinkState = { view: VIEWS[0], form: null, plan: null, account: null, own: new Map(), key: null };
  for (const part of fragment.replace(/^#/, "").split("&")) {
    const at = part.indexOf("=");
    if (at < 0) continue;
    try {
      readPart(state, part.slice(0, at), part.slice(at + 1));
    } catch (error) {
      if (!(error instanceof URIError)) throw error;
    }
  }
  return state;
}

function readPart(state: LinkState, name: string, value: string): void {
  switch (name) {
    case "view":
      state.view = VIEWS.find((view) => view === value) ?? VIEWS[0];
      return;
    case "form":
      state.form = readItem(value);
      return;
    case "plan":
      state.plan = value === "" ? [] : value.split(",").map(readItem);
      return;
    case "account":
      state.account = readItem(value);
      return;
    case "key":
      state.key = decodeURIComponent(value);
      return;
    default:
      state.own.set(decodeURIComponent(name), decodeURIComponent(value));
  }
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

/** The same text for the same work, whatever the order and however much of it is written out. */
export function canonical(items: readonly AnyItem[], card: Card): string {
  const fields = (item: AnyItem): string => JSON.stringify(Object.entries(chosenOf(item, card)).sort(([one], [other]) => (one < other ? -1 : 1)));
  return JSON.stringify(items.map(fields).sort());
}
