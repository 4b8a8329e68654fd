// In Node.js: node dist/node.js agree, or the name of a work. Writes the result to standard output as JSON.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { agree } from "./agreement.mjs";
import { contest } from "./contest.mjs";
import * as jsonLogic from "./engines/json-logic.mjs";
import * as jsonRules from "./engines/json-rules.mjs";
import * as jsonata from "./engines/jsonata.mjs";
import * as zenWasm from "./engines/zen-wasm.mjs";
import * as zen from "./engines/zen.mjs";
import { measure } from "./works.mjs";

const module = createRequire(import.meta.url).resolve("@gorules/zen-engine-wasm/dist/zen_engine_wasm_bg.wasm");
const all = await contest([[jsonLogic], [jsonRules], [jsonata], [zen], [zenWasm, await readFile(module)]]);
const [work] = process.argv.slice(2);
console.log(JSON.stringify(work === "agree" ? await agree(all) : await measure(all, work)));
