import { keep, kept } from "./storage.js";

/** Where the browser keeps the person's key. */
const PLACE = "pricetag.key";

// Where nothing can be kept, the key lasts as long as the page.
let remembered: string | null = null;

export const storedKey = (): string | null => kept(PLACE) ?? remembered;

export function storeKey(key: string | null): void {
  remembered = key;
  keep(PLACE, key);
}
