// Shows what the package weighs, and fails when it weighs too much: node xtask/js/weigh.mjs <package folder> [--record]
//
// Beside each figure stands how much it grew since docs/sizes.json was written, which `--record` does.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

/** The most that a visitor downloads for a price: module, JavaScript and built-in card, with brotli. Unit: bytes. */
const LIMIT_BYTES = 36_000;
const GOAL_BYTES = 25_000;

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

const weigh = (path) => measured(readFileSync(join(folder, path)));
const sum = (paths) => paths.map(weigh).reduce((total, sizes) => total.map((size, i) => size + sizes[i]), [0, 0, 0]);

/** What the sections of a module are called, by their ids; only those with something in them are shown. */
const SECTIONS = ["custom", "types", "imports", "functions", "tables", "memories", "globals", "exports", "start", "elements", "code", "data", "data count"];

/** The sections of a module: `[name, bytes]`. */
function sections(module) {
  const found = [];
  /** A length in seven bits a byte, the lowest first. */
  const read = (at, shift = 0) => {
    const byte = module[at];
    const [rest, end] = byte < 128 ? [0, at + 1] : read(at + 1, shift + 7);
    return [(byte & 127) * 2 ** shift + rest, end];
  };
  for (let at = 8; at < module.length; ) {
    const [length, start] = read(at + 1);
    found.push([`  ${SECTIONS[module[at]] ?? "unknown"}`, module.subarray(start, start + length)]);
    at = start + length;
  }
  return found;
}

const RECORD = new URL("../../docs/sizes.json", import.meta.url);
const recorded = existsSync(RECORD) ? JSON.parse(readFileSync(RECORD, "utf8")) : {};
const found = {};

const figure = new Intl.NumberFormat("en");
const change = new Intl.NumberFormat("en", { signDisplay: "exceptZero" });
const row = (name, cells) => console.log(name.padEnd(44) + cells.map((cell) => cell.padStart(10)).join(""));
/** Shows a size in bytes, and by how much it grew with brotli. */
function show(name, [raw, gzip, brotli]) {
  found[name.trim()] = brotli;
  const before = recorded[name.trim()];
  row(name, [...[raw, gzip, brotli].map(figure.format), before === undefined ? "new" : before === brotli ? "" : change.format(brotli - before)]);
}
/** Raw, gzip and brotli. Unit: bytes. */
const measured = (bytes) => [bytes.length, gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes).length];

const whole = [...reach("index.js")];
const slim = [MODULE, ...reach("slim.js")];

console.log();
row("bytes", ["raw", "gzip", "brotli", "grown"]);
for (const path of new Set([...slim, ...whole, ...reach("elements/index.js"), ...reach("react.js")])) {
  show(path, weigh(path));
  if (path !== MODULE) continue;
  for (const [name, bytes] of sections(readFileSync(join(folder, path)))) if (bytes.length > 1000) show(name, measured(bytes));
}
console.log();
const deliveries = [
  ["pricetag (module inside)", sum(whole)],
  ["pricetag/slim and the module", sum(slim)],
];
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

if (process.argv.includes("--record")) writeFileSync(RECORD, `${JSON.stringify(found, null, 2)}\n`);
