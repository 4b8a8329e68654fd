/** In a page: what node.mjs is in Node.js, asked by `chromium.mjs`. The native engine is not among the contenders. */
import { agree } from "./agreement.mjs";
import { contest } from "./contest.mjs";
import * as jsonLogic from "./engines/json-logic.mjs";
import * as jsonRules from "./engines/json-rules.mjs";
import * as jsonata from "./engines/jsonata.mjs";
import * as zenWasm from "./engines/zen-wasm.mjs";
import { measure } from "./works.mjs";

globalThis.answer = async (work) => {
  const all = await contest([[jsonLogic], [jsonRules], [jsonata], [zenWasm, "/zen.wasm"]]);
  return work === "agree" ? agree(all) : measure(all, work);
};
