import { addElement, placeAt, type Place } from "./places.js";

const BLANK = /(?:[ \t\r\n]|#[^\n]*)*/y;
const SPACE = /[ \t]*/y;
const BARE_KEY = /[A-Za-z0-9_-]+/y;
const SCALAR = /[^,\]}#\r\n]+/y;
const STRING = /"""(?:[^\\]|\\[^])*?"{3,5}|'''[^]*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/y;

interface Key {
  name: string;
  offset: number;
}

/** Finds where everything begins in TOML text that a parser has read: a member where its key is. */
export function tomlPlaces(text: string): Place {
  const root = placeAt(0);
  let at = 0;
  let table = root;

  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const taken = pattern.exec(text)?.[0] ?? "";
    at += taken.length;
    return taken;
  };
  const next = (): string => text.charAt(at);
  const isQuote = (): boolean => next() === '"' || next() === "'";

  function keys(): Key[] {
    const found: Key[] = [];
    do {
      if (found.length > 0) at += 1; // the dot
      take(SPACE);
      const offset = at;
      found.push({ offset, name: isQuote() ? unquoted(take(STRING)) : take(BARE_KEY) });
      take(SPACE);
    } while (next() === ".");
    return found;
  }

  /** The place of a member; of a list of tables, its last element. */
  function step(from: Place, { name, offset }: Key): Place {
    const known = from.within.get(name) ?? placeAt(offset);
    from.within.set(name, known);
    return known.within.get(`[${known.elements - 1}]`) ?? known;
  }

  function header(): void {
    const offset = at;
    const isElement = text.startsWith("[[", at);
    at += isElement ? 2 : 1;
    const path = keys();
    const last = path.pop();
    const parent = path.reduce(step, root);
    at += isElement ? 2 : 1;
    if (last === undefined) return;
    if (isElement) {
      const list = parent.within.get(last.name) ?? placeAt(last.offset);
      parent.within.set(last.name, list);
      table = placeAt(offset);
      addElement(list, table);
    } else {
      table = step(parent, last);
    }
  }

  function pair(within: Place): void {
    const place = keys().reduce(step, within);
    at += 1; // the equals sign
    take(SPACE);
    value(place);
  }

  function value(place: Place): void {
    if (isQuote()) take(STRING);
    else if (next() === "[") list("]", () => {
      const element = placeAt(at);
      value(element);
      addElement(place, element);
    });
    else if (next() === "{") list("}", () => pair(place));
    else take(SCALAR);
  }

  function list(end: string, member: () => void): void {
    at += 1;
    take(BLANK);
    while (next() !== end && at < text.length) {
      member();
      take(BLANK);
      if (next() === ",") at += 1;
      take(BLANK);
    }
    at += 1;
  }

  for (take(BLANK); at < text.length; take(BLANK)) {
    const before = at;
    if (next() === "[") header();
    else pair(table);
    // What a parser has read moves on; should it not, what is known by now is enough.
    if (at === before) break;
  }
  return root;
}

/** A quoted key: the names of a card have no escapes that JSON has not. */
function unquoted(quoted: string): string {
  if (quoted.startsWith("'")) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted.slice(1, -1);
  }
}
