// Shows what the package weighs, and fails when it weighs too much: node xtask/js/weigh.mjs <package folder>

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

/** The most that a visitor downloads for a price: module, JavaScript and built-in card, with brotli. Unit: bytes. */
const LIMIT_BYTES = 60_000;
const GOAL_BYTES = 30_000;

const folder = process.argv[2];
const MODULE = "pricetag_bg.wasm";

/** A file and all that it imports, in order, without what other packages bring. */
function reach(path, seen = new Set()) {
  if (seen.has(path)) return seen;
  seen.add(path);
  const text = readFileSync(join(folder, path), "utf8");
  for (const [, name] of text.matchAll(/\b(?:from|import)\s*["'](\.[^"']+)["']/g)) {
    reach(normalize(join(dirname(path), name)), seen);
  }
  return seen;
}

/** Raw, gzip and brotli. Unit: bytes. */
const weigh = (path) => {
  const file = readFileSync(join(folder, path));
  return [file.length, gzipSync(file, { level: 9 }).length, brotliCompressSync(file).length];
};
const sum = (paths) => paths.map(weigh).reduce((total, sizes) => total.map((size, i) => size + sizes[i]), [0, 0, 0]);

const figure = new Intl.NumberFormat("en");
const row = (name, sizes) => console.log(name.padEnd(44) + sizes.map((size) => size.padStart(10)).join(""));
const show = (name, sizes) => row(name, sizes.map((size) => figure.format(size)));

const whole = [...reach("index.js")];
const slim = existsSync(join(folder, "slim.js")) ? [MODULE, ...reach("slim.js")] : [];
const elements = existsSync(join(folder, "elements/index.js")) ? [...reach("elements/index.js")] : [];

console.log();
row("bytes", ["raw", "gzip", "brotli"]);
for (const path of new Set([...slim, ...whole, ...elements])) show(path, weigh(path));
console.log();
const deliveries = [["pricetag (module inside)", sum(whole)]];
if (slim.length > 0) deliveries.push(["pricetag/slim and the module", sum(slim)]);
for (const [name, sizes] of deliveries) show(name, sizes);

const windows = process.platform === "win32";
const packed = spawnSync(windows ? "npm.cmd" : "npm", ["pack", "--dry-run", "--json"], { cwd: folder, encoding: "utf8", shell: windows });
if (packed.status !== 0) throw new Error(`npm pack failed: ${packed.error ?? packed.stderr}`);
const [{ size, unpackedSize, entryCount }] = JSON.parse(packed.stdout);
console.log(`npm: a tarball of ${figure.format(size)} bytes, installed ${figure.format(unpackedSize)} bytes in ${entryCount} files\n`);

for (const [name, [, , brotli]] of deliveries) {
  const rest = `${figure.format(brotli)} of at most ${figure.format(LIMIT_BYTES)} bytes (goal ${figure.format(GOAL_BYTES)})`;
  if (brotli > LIMIT_BYTES) {
    console.error(`error: ${name} is too large: ${rest}`);
    process.exitCode = 1;
  } else {
    console.log(`${name}: ${rest}`);
  }
}
