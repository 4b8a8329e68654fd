/**
 * The default entry for Node.js and its kin, which read the module from the file beside this one: that is quicker than loading
 * it as text. Bundlers leave such a file behind, and Deno asks before it reads one: their own conditions lead them to `index.ts`.
 * It exports what `index.ts` does, whose declarations stand for both.
 */
import { readFileSync } from "node:fs";
import { start } from "./instance.js";

start(readFileSync(new URL("pricetag_bg.wasm", import.meta.url)));

export { RateCard } from "./card.js";
export { LiveItem } from "./live.js";
