// Makes of the built pages what the server serves: node xtask/js/finish-page.mjs <folder of the page> [--weigh]
//
// Has the browser compile at once what it calls at once; writes `sw.js`, which keeps the studio for when there is no server,
// and beside every file that gains by it the same with brotli, `.br`; then shows what the first load weighs, and fails if that
// is too much.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { createServer } from "vite";

/** The most that a visitor downloads until the studio shows its first price, all included, with brotli. Unit: bytes. */
const LIMIT_BYTES = 90_000;

const PAGE = fileURLToPath(new URL("../../www", import.meta.url));
const WORKER = join(PAGE, "offline/worker.ts");
/** Shows the first frame, if the card in force is the one that it was drawn with: a server with another card has nothing there. */
const PRERENDERED = "prerendered.js";
/** What the studio needs beside what its document leads to. */
const BESIDE = ["favicon.svg", "manifest.webmanifest"];

const folder = process.argv[2];
const bytesOf = (name) => readFileSync(join(folder, name));
const assets = readdirSync(join(folder, "assets"))
  .filter((name) => !name.endsWith(".br"))
  .map((name) => `assets/${name}`);

/** The files that a file names, in order. */
const named = (name) => {
  const text = bytesOf(name).toString();
  return assets.filter((asset) => text.includes(asset.slice("assets/".length)));
};

/** What a document leads to, itself first. */
function reach(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const asset of named(name)) reach(asset, seen);
  return seen;
}

/** What is loaded at once: what the document names, and what its scripts import before they begin. */
function firstLoad(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  const text = bytesOf(name).toString();
  const statically = name.endsWith(".html")
    ? named(name)
    : [...text.matchAll(/\b(?:from|import)\s*["'`]\.\/([^"'`]+)["'`]/g)].map(([, file]) => `assets/${file}`);
  for (const asset of statically) firstLoad(asset, seen);
  return seen;
}

/** V8 compiles such a file while it loads, in a thread of its own; else each function when it is first called, while a person waits. */
const COMPILE_HINT = "//# allFunctionsCalledOnLoad\n";

/** What is loaded at once is nearly all called at once. */
function hint() {
  for (const name of firstLoad("index.html")) if (name.endsWith(".js")) writeFileSync(join(folder, name), COMPILE_HINT + bytesOf(name));
}

const sha256 = (bytes, form) => createHash("sha256").update(bytes).digest(form);
const integrity = (bytes) => `sha256-${sha256(bytes, "base64")}`;

/** A script by itself, before which the build has written some constants. */
async function bundled(input) {
  const bundle = await rolldown({ input });
  const { output } = await bundle.generate({ format: "iife", minify: true });
  await bundle.close();
  return output[0].code;
}

/** Draws the studio's first frame, for the script that shows it while all others are still coming. */
async function prerender() {
  const vite = await createServer({
    root: PAGE,
    configFile: false,
    appType: "custom",
    logLevel: "warn",
    server: { middlewareMode: true, ws: false, watch: null },
    // Nothing here is for a browser.
    optimizeDeps: { noDiscovery: true },
    ssr: { external: ["pricetag"] },
  });
  try {
    const { firstFrame } = await vite.ssrLoadModule("/prerender/first-frame.ts");
    const frame = JSON.stringify(await firstFrame());
    writeFileSync(join(folder, PRERENDERED), `const FIRST_FRAME=${frame};\n${await bundled(join(PAGE, "prerender/show.ts"))}`);
  } finally {
    await vite.close();
  }
}

async function writeWorker() {
  const files = [...reach("index.html"), ...BESIDE].map((name) => [
    name === "index.html" ? "/" : `/${name}`,
    integrity(bytesOf(name)),
  ]);
  // A server with another card has nothing there.
  files.push([`/${PRERENDERED}`, `${integrity(bytesOf(PRERENDERED))} ${integrity("")}`]);
  const code = await bundled(WORKER);
  const list = JSON.stringify(files);
  // A worker that works in another way is another version too.
  const version = sha256(list + code, "hex").slice(0, 16);
  writeFileSync(join(folder, "sw.js"), `const VERSION="${version}",FILES=${list};\n${code}`);
}

const compressed = (bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });

function compressAll() {
  const names = readdirSync(folder, { recursive: true }).filter((name) => /\.(html|js|css|svg|txt|wasm|webmanifest|br)$/.test(name));
  // What an earlier build left beside a file that is gone.
  for (const name of names.filter((name) => name.endsWith(".br"))) rmSync(join(folder, name));
  for (const name of names.filter((name) => !name.endsWith(".br"))) {
    const bytes = bytesOf(name);
    const small = compressed(bytes);
    if (small.length < bytes.length) writeFileSync(join(folder, `${name}.br`), small);
  }
}

function weigh() {
  const figure = new Intl.NumberFormat("en");
  const row = (name, cells) => console.log(name.padEnd(44) + cells.map((cell) => cell.padStart(10)).join(""));
  const names = [...firstLoad("index.html"), PRERENDERED, "favicon.svg"];
  console.log();
  row("bytes of the page's first load", ["raw", "gzip", "brotli"]);
  let total = 0;
  for (const name of names) {
    const bytes = bytesOf(name);
    const sizes = [bytes.length, gzipSync(bytes, { level: 9 }).length, compressed(bytes).length];
    row(name, sizes.map(figure.format));
    total += sizes[2];
  }
  const rest = `${figure.format(total)} of at most ${figure.format(LIMIT_BYTES)} bytes`;
  if (total > LIMIT_BYTES) {
    console.error(`error: the first load is too large: ${rest}`);
    process.exitCode = 1;
  } else {
    console.log(`the page's first load: ${rest}`);
  }
}

if (process.argv.includes("--weigh")) {
  weigh();
} else {
  hint();
  await prerender();
  await writeWorker();
  compressAll();
}
