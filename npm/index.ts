/**
 * The package with the module inlined: nothing to load, nothing to await.
 *
 *     import { RateCard } from "pricetag";
 *     const answer = RateCard.builtin().estimate({ items: [{ operation: "create", variations: 4 }] });
 */
import { initSync } from "./generated/pricetag.js";
import wasm from "./generated/wasm.js";

initSync({ module: Uint8Array.from(atob(wasm), (character) => character.charCodeAt(0)) });

export { LiveItem, RateCard } from "./card.js";
export type * from "./types.js";
export type { ImageStudio, ImageStudioItem } from "./generated/image-studio.js";
