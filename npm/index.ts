/**
 * The package with the module inlined: nothing to load, nothing to await.
 *
 *     import { RateCard } from "pricetag";
 *     const answer = RateCard.builtin().estimate({ items: [{ operation: "create", variations: 4 }] });
 */
import module from "./generated/inline.js";
import { start } from "./instance.js";

start(module());

export { RateCard } from "./card.js";
export { LiveItem } from "./live.js";
export type * from "./types.js";
export type { ImageStudio, ImageStudioItem } from "./generated/image-studio.js";
