/** What linters of packages find in the packed package. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { publint } from "publint";
import { pack, run, tool } from "./projects.mjs";

let packed;
before(async () => {
  packed = await pack();
});
after(() => packed?.close());

test("publint finds nothing, suggestions included", async () => {
  const { buffer } = new Uint8Array(readFileSync(packed.tarball));
  const { messages } = await publint({ pack: { tarball: buffer }, strict: true });
  assert.deepEqual(messages, []);
});

test("attw finds nothing in any entry of a package of ES modules", async () => {
  await run(process.execPath, [tool("@arethetypeswrong/cli/dist/index.js"), "--profile", "esm-only", packed.tarball], packed.folder);
});

test("nothing else is installed with it, and nothing runs when it is", () => {
  const manifest = JSON.parse(readFileSync(join(packed.project("manifest", {}), "node_modules/pricetag/package.json"), "utf8"));
  assert.equal(manifest.dependencies, undefined);
  assert.equal(manifest.scripts, undefined);
  for (const peer of Object.keys(manifest.peerDependencies)) assert.equal(manifest.peerDependenciesMeta[peer].optional, true, peer);
});
