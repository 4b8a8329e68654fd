/**
 * The default entry for runtimes that compile no WebAssembly while they run: the module comes compiled, as an import.
 * It exports what `index.ts` does, whose declarations stand for both.
 */
import module from "./pricetag_bg.wasm?module";
import { initSync } from "./slim.js";

// Next.js, on one's own machine, hands in a module of another realm, which is none by `instanceof`.
Object.setPrototypeOf(module, WebAssembly.Module.prototype);
initSync(module);

export { LiveItem, RateCard } from "./slim.js";
export type * from "./slim.js";
