/** Where the browser keeps the person's key. */
const PLACE = "pricetag.key";

// A browser may forbid storage altogether; then the key lasts as long as the page.
let remembered: string | null = null;

export function storedKey(): string | null {
  try {
    return localStorage.getItem(PLACE) ?? remembered;
  } catch {
    return remembered;
  }
}

export function storeKey(key: string | null): void {
  remembered = key;
  try {
    if (key === null) localStorage.removeItem(PLACE);
    else localStorage.setItem(PLACE, key);
  } catch {
    // What cannot be stored is remembered, above.
  }
}
