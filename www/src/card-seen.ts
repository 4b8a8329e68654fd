/** Where the browser keeps that the server had another card than the built-in one, so that nothing is shown ahead of the scripts. */
const PLACE = "pricetag.another-card";

export function hasAnotherCard(): boolean {
  try {
    return localStorage.getItem(PLACE) !== null;
  } catch {
    return false;
  }
}

export function cardSeen(isBuiltin: boolean): void {
  try {
    if (isBuiltin) localStorage.removeItem(PLACE);
    else localStorage.setItem(PLACE, "");
  } catch {
    // Where storage is forbidden the built-in card's price is shown ahead.
  }
}
