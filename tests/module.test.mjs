/** The WebAssembly module by itself, given to the slim entry. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { initSync, RateCard } from "pricetag/slim";
import { goldenCases } from "./corpus.mjs";

const golden = JSON.parse(readFileSync(new URL("golden.json", import.meta.url), "utf8"));
const path = createRequire(import.meta.url).resolve("pricetag/pricetag_bg.wasm");

let early;
try {
  early = RateCard.builtin();
} catch (error) {
  early = error;
}
initSync(readFileSync(path));
const card = RateCard.builtin();

test("no card can be made before the module is there", () => {
  assert.ok(early instanceof Error);
});

describe("every golden case is answered exactly", () => {
  for (const { name, check } of goldenCases(golden)) test(name, () => check(card));
});

test("the module asks nothing of its surroundings", async () => {
  const { compile, Module } = WebAssembly;
  assert.deepEqual(Module.imports(await compile(readFileSync(path))), []);
});
