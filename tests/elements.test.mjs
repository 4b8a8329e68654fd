/** The elements where there is no page: on a server. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";

const PACKAGE = dirname(createRequire(import.meta.url).resolve("pricetag/package.json"));

/** A module of the package and all those that it imports, by their paths in it. */
function reach(path, seen = new Set()) {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const [, name] of readFileSync(join(PACKAGE, path), "utf8").matchAll(/\b(?:from|import)\s*["'`](\.[^"'`]+)/g)) {
    reach(normalize(join(dirname(path), name)), seen);
  }
  return seen;
}

test("the elements can be imported without a page", async () => {
  assert.equal(typeof globalThis.document, "undefined");
  const { PriceTag, english } = await import("pricetag/elements");
  assert.equal(typeof PriceTag, "function");
  assert.equal(english.unit("credit", 2), "credits");
});

test("the elements bring no module and no card", () => {
  assert.deepEqual([...reach("elements/index.js")], ["elements/index.js"]);
});
