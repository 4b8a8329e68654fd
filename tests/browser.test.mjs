/** The package in Chromium, imported by a page without a bundler. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";
import { launch } from "../www/tests/browsing.mjs";

const TESTS = fileURLToPath(new URL(".", import.meta.url));
const PACKAGE = dirname(createRequire(import.meta.url).resolve("pricetag/package.json"));
const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json", ".wasm": "application/wasm" };
/** The strictest policy under which a module of WebAssembly still runs. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

let server;
let origin;
let chromium;

before(async () => {
  server = createServer((request, response) => {
    const path = normalize(new URL(request.url, "http://localhost").pathname);
    const [, folder, ...rest] = path.split("/");
    const root = { package: PACKAGE, tests: TESTS }[folder];
    if (root === undefined) {
      response.writeHead(200, { "Content-Type": "text/html", "Content-Security-Policy": POLICY });
      response.end("<!doctype html><title>pricetag</title>");
      return;
    }
    try {
      const body = readFileSync(join(root, ...rest));
      response.writeHead(200, { "Content-Type": TYPES[extname(path)] ?? "text/plain" });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
  chromium = await launch();
});

after(async () => {
  await chromium?.close();
  await new Promise((resolve) => server.close(resolve));
});

async function inPage(work) {
  const page = await chromium.browser.newPage();
  await page.goto(`${origin}/`);
  const result = await page.evaluate(work);
  await page.close();
  return result;
}

test("every golden case is answered exactly", async () => {
  const failures = await inPage(async () => {
    const [{ RateCard }, { goldenCases }, golden] = await Promise.all([
      import("/package/index.js"),
      import("/tests/corpus.mjs"),
      fetch("/tests/golden.json").then((response) => response.json()),
    ]);
    const card = RateCard.builtin();
    const cases = goldenCases(golden);
    const failed = [];
    for (const { name, check } of cases) {
      try {
        check(card);
      } catch (error) {
        failed.push(`${name}: ${error.message}`);
      }
    }
    return { count: cases.length, failed };
  });
  assert.deepEqual(failures, { count: 130, failed: [] });
});

test("the slim entry loads the module from its address", async () => {
  const expected = await inPage(async () => {
    const { init, RateCard } = await import("/package/slim.js");
    await init("/package/pricetag_bg.wasm");
    return RateCard.builtin().estimate({ items: [{ operation: "create", variations: 4 }] }).total.expected;
  });
  assert.equal(expected, 16);
});
