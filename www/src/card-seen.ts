import { keep, kept } from "./storage.js";

/** Where the browser keeps that the server had another card than the built-in one, so that nothing is shown ahead of the scripts. */
const PLACE = "pricetag.another-card";

export const hasAnotherCard = (): boolean => kept(PLACE) !== null;

export const cardSeen = (isBuiltin: boolean): void => keep(PLACE, isBuiltin ? null : "");
