/**
 * The default entry for Node.js and its kin, which read the module from the file beside this one: that is quicker than making
 * it from text. Where a bundler has left the file behind, it is made from text here too.
 * It exports what `index.ts` does, whose declarations stand for both.
 */
import { readFileSync } from "node:fs";
import { initSync } from "./generated/pricetag.js";
import inlined from "./generated/inline.js";

function bytes(): Uint8Array<ArrayBuffer> {
  try {
    return readFileSync(new URL("pricetag_bg.wasm", import.meta.url));
  } catch {
    return inlined();
  }
}

initSync({ module: bytes() });

export { RateCard } from "./card.js";
export { LiveItem } from "./live.js";
