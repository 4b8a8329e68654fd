/**
 * The package with the module inlined: nothing to load, nothing to await.
 *
 *     import { RateCard } from "pricetag";
 *     const answer = RateCard.builtin().estimate({ items: [{ operation: "create", variations: 4 }] });
 */
import { initSync } from "./generated/pricetag.js";
import module from "./generated/inline.js";

initSync({ module: module() });

export { RateCard } from "./card.js";
export { LiveItem } from "./live.js";
export type * from "./types.js";
export type { ImageStudio, ImageStudioItem } from "./generated/image-studio.js";
