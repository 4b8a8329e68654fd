import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { change, launch, open, press, price, text } from "./browsing.mjs";
import { serve } from "./serving.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

let chromium;
before(async () => {
  chromium = await launch();
});
after(() => chromium?.close());

/** Until the worker has kept all files and answers for the page. */
const kept = (page) =>
  page.evaluate(async () => {
    if (navigator.serviceWorker.controller !== null) return;
    await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  });

const cacheNames = (page) => page.evaluate(() => caches.keys());

test("after the first load the page works without its server, and charging says why not", async () => {
  const server = await serve({ tier: "pro" });
  const { page, close } = await open(chromium.browser, `${server.origin}/#key=${server.key}&form=create;variations:4`);
  await kept(page);
  await server.stop();
  await page.reload({ waitUntil: "networkidle0" });
  assert.equal(await price(page, "#run-form price-tag"), "16 credits 12–20 $0.16");
  assert.match(await text(page, ".warning"), /Estimates go on; nothing can be charged until it is back/);
  await change(page, "variations", 3, "range");
  assert.equal(await price(page, "#run-form price-tag"), "12 credits 9–15 $0.12");
  await press(page, "#run-form");
  await page.waitForSelector(".run-panel .notice.problem");
  assert.match(await text(page, ".run-panel .notice"), /The server did not answer/);
  await server.start();
  await press(page, ".run-panel [data-attempt]");
  await page.waitForSelector(".notice [data-charge]");
  await close();
  await server.close();
});

test("without its server every view opens, though it was never looked at before", async () => {
  const server = await serve();
  const { page, close } = await open(chromium.browser, server.origin);
  await kept(page);
  await server.stop();
  for (const view of ["plan", "activity", "rates", "studio"]) {
    await page.goto(`${server.origin}/#view=${view}`);
    await page.reload({ waitUntil: "networkidle0" });
    await page.waitForSelector(`main.view-${view} h2, main.view-${view} .tabs`);
    assert.equal(await page.$("main .loading"), null, view);
  }
  await close();
  await server.close();
});

test("what the server says of an account is never kept", async () => {
  const server = await serve({ tier: "pro" });
  const { page, close } = await open(chromium.browser, `${server.origin}/#key=${server.key}`);
  await kept(page);
  await page.reload({ waitUntil: "networkidle0" });
  const addresses = await page.evaluate(async () => {
    const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
    const requests = (await Promise.all(caches_.map((cache) => cache.keys()))).flat();
    return requests.map(({ url }) => new URL(url).pathname);
  });
  assert.ok(addresses.includes("/"));
  assert.deepEqual(addresses.filter((address) => address.startsWith("/v1")), []);
  await close();
  await server.close();
});

test("the gallery stays the network's, beside a studio that is kept", async () => {
  const server = await serve();
  const { page, problems, close } = await open(chromium.browser, server.origin);
  await kept(page);
  await page.goto(`${server.origin}/gallery.html`, { waitUntil: "networkidle0" });
  assert.ok((await page.$$(".specimen")).length > 0);
  assert.deepEqual(problems, []);
  await close();
  await server.close();
});

test("the server sends the worker so that it is asked for anew, and the page with brotli to whoever takes it", async () => {
  const server = await serve();
  const ask = (path, coding) => fetch(`${server.origin}${path}`, { headers: { "Accept-Encoding": coding } });
  const worker = await ask("/sw.js", "identity");
  assert.equal(worker.headers.get("content-type"), "text/javascript; charset=utf-8");
  assert.equal(worker.headers.get("cache-control"), "no-cache");
  const html = await (await ask("/", "identity")).text();
  const script = /\/assets\/[^"]+\.js/.exec(html)[0];
  const bodies = [];
  for (const [coding, expected] of [["br, gzip", "br"], ["gzip", "gzip"], ["gzip, br;q=0", "gzip"], ["identity", null]]) {
    const answer = await ask(script, coding);
    assert.equal(answer.headers.get("content-encoding"), expected, coding);
    assert.match(answer.headers.get("vary"), /accept-encoding/i, coding);
    assert.equal(answer.headers.get("cache-control"), "public, max-age=31536000, immutable");
    bodies.push(await answer.text());
  }
  assert.equal(new Set(bodies).size, 1);
  assert.equal((await ask(`${script}.br`, "br")).status, 404);
  const tagged = await ask("/", "br");
  const again = await fetch(`${server.origin}/`, { headers: { "Accept-Encoding": "br", "If-None-Match": tagged.headers.get("etag") } });
  assert.equal(again.status, 304);
  await server.close();
});

/* ------------------------------------------------------------------------------------------- another version */

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json" };

/** The built page in a folder of its own, served from there, so that it can become another version. */
async function servePage() {
  const folder = mkdtempSync(join(tmpdir(), "pricetag-versions-"));
  cpSync(join(ROOT, "www/dist"), folder, { recursive: true });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://page");
    try {
      const body = readFileSync(join(folder, pathname === "/" ? "index.html" : pathname));
      response.writeHead(200, { "Content-Type": TYPES[extname(pathname)] ?? "text/html", "Cache-Control": "no-cache" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const assets = join(folder, "assets");
  return {
    folder,
    origin: `http://127.0.0.1:${server.address().port}`,
    /** Another build: its document has another title, and its files have other names. */
    publish(version) {
      const rename = (name) => name.replace(/^(\w+)-[\w-]+(\.\w+)$/, `$1-${version}$2`);
      const names = readdirSync(assets).filter((name) => !name.endsWith(".br"));
      const renamed = (text) => names.reduce((all, name) => all.replaceAll(name, rename(name)), text);
      for (const name of names.filter((name) => /\.(js|css)$/.test(name))) {
        writeFileSync(join(assets, name), renamed(readFileSync(join(assets, name), "utf8")));
      }
      const document = join(folder, "index.html");
      writeFileSync(document, renamed(readFileSync(document, "utf8")).replace(/<body[^>]*>/, `<body data-version="${version}">`));
      for (const name of names) renameSync(join(assets, name), join(assets, rename(name)));
      const finished = spawnSync("node", [join(ROOT, "xtask/js/finish-page.mjs"), folder], { cwd: ROOT, encoding: "utf8" });
      assert.equal(finished.status, 0, finished.stderr);
    },
    close() {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const shownVersion = (page) => page.evaluate(() => document.body.dataset.version);

/** Asks for a new worker, as the browser does by itself at a load, and waits until it has taken over. */
const update = (page) =>
  page.evaluate(async () => {
    const taken = new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
    await (await navigator.serviceWorker.ready).update();
    await taken;
  });

test("a new version is taken at the next load, whole, while a page that is open goes on with its own files", async () => {
  const site = await servePage();
  site.publish("v1");
  const { page, close } = await open(chromium.browser, site.origin);
  await kept(page);
  assert.equal(await shownVersion(page), "v1");
  const [first] = await cacheNames(page);

  site.publish("v2");
  await update(page);
  // The server has the files of this page no more.
  await page.evaluate(() => (location.hash = "#view=rates"));
  await page.waitForSelector("main.view-rates h2");
  assert.equal(await page.$("main .loading"), null);

  await page.reload({ waitUntil: "networkidle0" });
  assert.equal(await shownVersion(page), "v2");
  const scripts = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => name.includes("/assets/")));
  assert.ok(scripts.length > 0 && scripts.every((name) => name.includes("-v2.")), String(scripts));

  site.publish("v3");
  await update(page);
  const names = await page.waitForFunction(async (first) => {
    const names = await caches.keys();
    return names.includes(first) ? null : names;
  }, {}, first);
  assert.equal((await names.jsonValue()).length, 2);
  await close();
  site.close();
});

test("a version that does not arrive whole is not taken", async () => {
  const site = await servePage();
  site.publish("v1");
  const { page, close } = await open(chromium.browser, site.origin);
  await kept(page);
  const before = await cacheNames(page);
  site.publish("v2");
  // As while one server of several is already new: the worker is the new one's, a document the old one's.
  const document = join(site.folder, "index.html");
  writeFileSync(document, readFileSync(document, "utf8").replace("v2", "v0"));
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const found = new Promise((resolve) =>
      registration.addEventListener("updatefound", () => {
        const { installing } = registration;
        installing.addEventListener("statechange", () => installing.state === "redundant" && resolve());
      }),
    );
    await registration.update().catch(() => undefined);
    await found;
  });
  assert.deepEqual(await cacheNames(page), before);
  await page.reload({ waitUntil: "networkidle0" });
  assert.equal(await shownVersion(page), "v1");
  await close();
  site.close();
});
