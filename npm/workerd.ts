/**
 * The default entry for runtimes that compile no WebAssembly while they run: the module comes compiled, as an import.
 * It exports what `index.ts` does, whose declarations stand for both.
 */
import { initSync } from "./generated/pricetag.js";
import module from "./pricetag_bg.wasm?module";

// Next.js, on one's own machine, hands in a module of another realm, which is none by `instanceof`.
Object.setPrototypeOf(module, WebAssembly.Module.prototype);
initSync({ module });

export { LiveItem, RateCard } from "./card.js";
export type * from "./types.js";
export type { ImageStudio, ImageStudioItem } from "./generated/image-studio.js";
