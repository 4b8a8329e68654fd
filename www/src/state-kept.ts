import { keep, kept } from "./storage.js";

/** Where the browser keeps the form, the plan and the trial account from one visit to the next: written as a link has them. */
const PLACE = "pricetag.state";

export const keptState = (): string | null => kept(PLACE);

/** Null where it is what the page begins with. */
export const keepState = (fragment: string | null): void => keep(PLACE, fragment);
