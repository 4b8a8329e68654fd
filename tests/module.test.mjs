/** The WebAssembly module by itself, given to the slim entry. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
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

test("Node.js's module has the card open, and it is the one that is opened from its text", () => {
  const exports = (name) => new WebAssembly.Instance(new WebAssembly.Module(readFileSync(join(dirname(path), name)))).exports;
  const [read, opened] = [exports("pricetag_bg.wasm"), exports("node.wasm")];
  const text = ({ memory, text_at: at }, length) => Buffer.from(memory.buffer, at(), length).toString();
  // Before anything was opened here.
  const description = text(opened, opened.describe(0));
  opened.expect(0);
  const known = text(opened, opened.open());
  assert.equal(known, text(read, read.open()));
  assert.equal(description, text(read, read.describe(0)));
  assert.equal(JSON.parse(known).fingerprint, RateCard.from(JSON.parse(description)).fingerprint);
});

test("the module asks nothing of its surroundings", async () => {
  const { compile, Module } = WebAssembly;
  assert.deepEqual(Module.imports(await compile(readFileSync(path))), []);
});
