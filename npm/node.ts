/**
 * The default entry for Node.js and its kin, which read the module from a file beside this one, with the built-in card open
 * in it: that is quicker than loading it as text. Bundlers leave such a file behind, and Deno asks before it reads one: their
 * own conditions lead them to `index.ts`. It exports what `index.ts` does, whose declarations stand for both.
 */
import { start } from "./instance.js";

// To import `node:fs` takes 1 ms longer.
const { readFileSync } = process.getBuiltinModule("node:fs");
start(readFileSync(new URL("node.wasm", import.meta.url)));

export { RateCard } from "./card.js";
export { LiveItem } from "./live.js";
