/** The packed package in an empty project of each runtime: every golden case, at once after the import. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { GOLDEN_CASES, pack, run, tool } from "./projects.mjs";

const ANSWERED = { cases: GOLDEN_CASES, failed: [] };

const IMPORTED = `
  import { RateCard } from "pricetag";
  import { answerAll } from "./corpus.mjs";
  import golden from "./golden.mjs";
  console.log(JSON.stringify(answerAll(RateCard.builtin(), golden)));
`;
const REQUIRED = `
  const { RateCard } = require("pricetag");
  const card = RateCard.builtin();
  Promise.all([import("./corpus.mjs"), import("./golden.mjs")]).then(([{ answerAll }, { default: golden }]) =>
    console.log(JSON.stringify(answerAll(card, golden))),
  );
`;
const BYTES = `
  import { readFileSync } from "node:fs";
  import { fileURLToPath } from "node:url";
  import { initSync, RateCard } from "pricetag/slim";
  import { answerAll } from "./corpus.mjs";
  import golden from "./golden.mjs";
  initSync(readFileSync(fileURLToPath(import.meta.resolve("pricetag/pricetag_bg.wasm"))));
  console.log(JSON.stringify(answerAll(RateCard.builtin(), golden)));
`;
const WORKER = `
  import * as pricetag from "pricetag";
  import { answerAll } from "./corpus.mjs";
  import golden from "./golden.mjs";
  const answers = () => ({ exports: Object.keys(pricetag), ...answerAll(pricetag.RateCard.builtin(), golden) });
  export default { fetch: () => Response.json(answers()) };
`;

let packed;
before(async () => {
  packed = await pack();
});
after(() => packed?.close());

/** Each with the file that it runs, and how. */
const RUNTIMES = [
  ["Node.js by import", "main.mjs", IMPORTED, process.execPath, []],
  ["Node.js by require", "main.cjs", REQUIRED, process.execPath, []],
  ["Node.js by the slim entry and the module's bytes", "main.mjs", BYTES, process.execPath, []],
  ["Deno", "main.mjs", IMPORTED, tool(".bin/deno"), ["run"]],
  ["Bun", "main.mjs", IMPORTED, tool(".bin/bun"), ["run"]],
];

for (const [name, file, text, program, parameters] of RUNTIMES) {
  test(`${name}: every golden case is answered exactly, without a warning`, async () => {
    const project = packed.project(name.replaceAll(/\W+/g, "-"), { [file]: text });
    const quiet = { DENO_DIR: join(project, ".deno"), DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" };
    const { stdout, stderr } = await run(program, [...parameters, file], project, quiet);
    assert.deepEqual(JSON.parse(stdout), ANSWERED);
    assert.equal(stderr, "");
  });
}

test("workerd: every golden case is answered exactly, and the exports are those of everywhere else", async () => {
  const project = packed.project("workerd", { "main.mjs": WORKER });
  // What wrangler does: these conditions, and the module as a file beside the worker.
  const { outputFiles } = await build({
    absWorkingDir: project,
    entryPoints: ["main.mjs"],
    outdir: "out",
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy" },
    assetNames: "[name]",
    write: false,
  });
  const worker = outputFiles.find(({ path }) => path.endsWith("main.js"));
  const wasm = worker.text.match(/"\.\/(pricetag_bg\.wasm[^"]*)"/)[1];
  // With an old date a worker lacks much of what browsers have had for years.
  for (const compatibilityDate of ["2024-09-01", "2026-01-01"]) {
    const miniflare = new Miniflare({
      compatibilityDate,
      modules: [
        { type: "ESModule", path: "main.mjs", contents: worker.text },
        { type: "CompiledWasm", path: wasm, contents: readFileSync(join(project, "node_modules/pricetag/pricetag_bg.wasm")) },
      ],
    });
    try {
      const response = await miniflare.dispatchFetch("http://localhost/");
      const exports = Object.keys(await import(pathToFileURL(join(project, "node_modules/pricetag/index.js"))));
      assert.deepEqual(await response.json(), { exports, ...ANSWERED }, compatibilityDate);
    } finally {
      await miniflare.dispose();
    }
  }
});
