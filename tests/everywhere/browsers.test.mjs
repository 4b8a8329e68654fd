/** The packed package in Chromium and Firefox, by itself and out of every bundler, under a strict policy. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { launch } from "../../www/tests/browsing.mjs";
import { BUNDLERS, page } from "./bundles.mjs";
import { addPeer, GOLDEN_CASES, pack } from "./projects.mjs";
import { found, serve, STRICT } from "./site.mjs";

const ANSWERED = { cases: GOLDEN_CASES, failed: [] };
const BROWSERS = ["chromium", "firefox"];
const ELEMENTS = ["price-tag", "price-breakdown", "balance-meter", "rate-card-form"];

/** A program that answers every golden case; the lines given say where the package comes from. */
const answering = (lines) => `${lines}
  import { answerAll } from "./corpus.mjs";
  import golden from "./golden.mjs";
  console.log(JSON.stringify({ found: answerAll(RateCard.builtin(), golden) }));
`;
const DEFAULT = answering('import { RateCard } from "pricetag";');

/** The slim entry with the module's address, as each bundler tells it. */
const SLIM = {
  vite: answering(`
    import { init, RateCard } from "pricetag/slim";
    import address from "pricetag/pricetag_bg.wasm?url";
    await init(address);`),
  webpack: answering(`
    import { init, RateCard } from "pricetag/slim";
    await init(new URL("pricetag/pricetag_bg.wasm", import.meta.url));`),
  esbuild: answering(`
    import { init, RateCard } from "pricetag/slim";
    import address from "pricetag/pricetag_bg.wasm";
    await init(address);`),
};

let packed;
let site;
const browsers = {};
before(async () => {
  packed = await pack();
  site = await serve(packed.folder);
  for (const name of BROWSERS) browsers[name] = await launch(name);
});
after(async () => {
  for (const browser of Object.values(browsers)) await browser.close();
  await site?.close();
  packed?.close();
});

/** What a project's page found. */
const open = (browser, project, path, policy = STRICT) =>
  found(browsers[browser].browser, `${site.origin}/${project}/${path}?policy=${encodeURIComponent(policy)}`);

/** A test in each browser, of a project that is made once. */
function inEachBrowser(name, make, check) {
  describe(name, () => {
    before(make);
    for (const browser of BROWSERS) test(`in ${browser}`, () => check(browser));
  });
}

for (const [bundler, build] of Object.entries(BUNDLERS)) {
  inEachBrowser(
    `${bundler}: every golden case is answered exactly`,
    () => build(packed.project(bundler, { "main.mjs": DEFAULT })),
    async (browser) => assert.deepEqual(await open(browser, bundler, "dist/index.html"), ANSWERED),
  );

  inEachBrowser(
    `${bundler}: the elements are defined by their import alone`,
    async () => {
      const text = `import "pricetag/elements";
        const absent = ${JSON.stringify(ELEMENTS)}.filter((name) => customElements.get(name) === undefined);
        console.log(JSON.stringify({ found: absent }));`;
      const project = packed.project(`${bundler}-elements`, { "main.mjs": text });
      addPeer(project, "lit");
      await build(project);
    },
    async (browser) => assert.deepEqual(await open(browser, `${bundler}-elements`, "dist/index.html"), []),
  );
}

for (const [bundler, text] of Object.entries(SLIM)) {
  inEachBrowser(
    `${bundler}, the slim entry with the module's address: every golden case is answered exactly`,
    () => BUNDLERS[bundler](packed.project(`${bundler}-slim`, { "main.mjs": text })),
    async (browser) => assert.deepEqual(await open(browser, `${bundler}-slim`, "dist/index.html"), ANSWERED),
  );
}

const MAP = JSON.stringify({ imports: { pricetag: "./node_modules/pricetag/index.js" } });
const MAPPED = `${STRICT.replace("'self'", `'self' 'sha256-${createHash("sha256").update(MAP).digest("base64")}'`)}`;

describe("no bundler", () => {
  before(() =>
    packed.project("plain", {
      "path.html": page('<script type="module" src="path.mjs"></script>'),
      "path.mjs": answering('import { RateCard } from "./node_modules/pricetag/index.js";'),
      "map.html": page(`<script type="importmap">${MAP}</script><script type="module" src="map.mjs"></script>`),
      "map.mjs": DEFAULT,
      "slim.html": page('<script type="module" src="slim.mjs"></script>'),
      "slim.mjs": answering(`
        import { init, RateCard } from "./node_modules/pricetag/slim.js";
        await init(new URL("node_modules/pricetag/pricetag_bg.wasm", import.meta.url));`),
    }),
  );
  for (const browser of BROWSERS) {
    test(`by its path, every golden case is answered exactly in ${browser}`, async () => {
      assert.deepEqual(await open(browser, "plain", "path.html"), ANSWERED);
    });

    test(`by an import map, every golden case is answered exactly in ${browser}`, async () => {
      assert.deepEqual(await open(browser, "plain", "map.html", MAPPED), ANSWERED);
    });

    test(`by the slim entry and the module's address, every golden case is answered exactly in ${browser}`, async () => {
      assert.deepEqual(await open(browser, "plain", "slim.html"), ANSWERED);
    });

    test(`a policy without 'wasm-unsafe-eval' is named by the error in ${browser}`, async () => {
      const policy = STRICT.replace(" 'wasm-unsafe-eval'", "");
      await assert.rejects(open(browser, "plain", "path.html", policy), /WebAssembly.*(Content Security Policy|CSP)/is);
    });
  }
});
