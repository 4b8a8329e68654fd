/** Where everything of a document begins in its text, so that a fault's path can be shown as a line. */

export interface Place {
  offset: number;
  /** Members by their key, elements by `[0]`, `[1]`, … */
  within: Map<string, Place>;
  /** The elements of a list so far. */
  elements: number;
}

export const placeAt = (offset: number): Place => ({ offset, within: new Map(), elements: 0 });

/** Takes an element into a list. */
export function addElement(list: Place, element: Place): void {
  list.within.set(`[${list.elements}]`, element);
  list.elements += 1;
}

/** The line of a path, from 1; of what is absent, the line of the nearest there is on the way to it. */
export function lineOf(text: string, root: Place, path: string): number {
  let place = root;
  let rest = path;
  while (rest !== "") {
    const key = nextKey(place, rest);
    const next = key === null ? undefined : place.within.get(key);
    if (key === null || next === undefined) break;
    place = next;
    rest = rest.slice(key.length).replace(/^\./, "");
  }
  return lineAt(text, place.offset);
}

/** A key may have dots in it, so the longest key that the path goes on with is the one. */
function nextKey({ within }: Place, rest: string): string | null {
  const index = /^\[\d+\]/.exec(rest)?.[0];
  if (index !== undefined && within.has(index)) return index;
  let found: string | null = null;
  for (const key of within.keys()) {
    if (key.length <= (found?.length ?? 0) || !rest.startsWith(key)) continue;
    if (rest.length === key.length || ".[".includes(rest.charAt(key.length))) found = key;
  }
  return found;
}

export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}
