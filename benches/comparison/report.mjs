/** The figures as tables: docs/speed.md, and between two marks in README.md. */
import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { HAND, PRICETAG } from "./works.mjs";

const PAGE = new URL("../../docs/speed.md", import.meta.url);
const README = new URL("../../README.md", import.meta.url);
const MARKED = /(<!-- speed -->\n)[^]*?(<!-- \/speed -->)/;

/** Each work in words, and what it may take at most. */
const TITLES = {
  live: ["`live.set` of one field, then `live.total.expected`", "3 ×, 100 ns"],
  estimateOne: ["`card.estimate` of 1 item", "2 ×, 1 µs"],
  estimateHundred: ["`card.estimate` of 100 items", "2 ×, 60 µs"],
  columns: ["`card.estimateMany` of a million rows", "1 ×"],
  alternatives: ["`card.alternatives` of 10 items", "200 µs"],
  fit: ["`card.fit` of 500 items", "20 ms"],
};
const START = ["import to the first estimate, over an empty script", "6 ms"];
/** Where there is no figure; never a made-up one. */
const NONE = "–";
const ABSENT = "not there yet";

/** Nanoseconds as a person reads them, with two or three digits that mean something. */
function time(nanoseconds) {
  if (nanoseconds === undefined) return NONE;
  const [unit, figure] = [["ms", 1e6], ["µs", 1e3], ["ns", 1]].map(([unit, size]) => [unit, nanoseconds / size]).find(([unit, figure]) => figure >= 1 || unit === "ns");
  return `${figure >= 100 ? Math.round(figure) : Number(figure.toPrecision(figure >= 10 ? 3 : 2))} ${unit}`;
}

const ratio = (figure, base) => (figure === undefined || base === undefined ? NONE : `${(figure / base).toFixed(figure / base < 10 ? 1 : 0)} ×`);

const table = (head, rows) =>
  [head, head.map((_, column) => (column === 0 ? "---" : "---:")), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** By hand, ours and the ratio, of one work in one place. */
function pair(times) {
  const ours = times[PRICETAG];
  return [time(times[HAND]), ours === undefined ? ABSENT : time(ours), ratio(ours, times[HAND])];
}

function works({ found, start }) {
  const rows = Object.entries(TITLES).map(([work, [title, goal]]) => [title, goal, ...pair(found[work].node), ...pair(found[work].chromium)]);
  const [title, goal] = START;
  rows.push([title, goal, NONE, time(start), NONE, NONE, NONE, NONE]);
  const places = ["Node.js", "Chromium"].flatMap((where) => [`${where}: by hand`, "pricetag", "ratio"]);
  return table(["work", "at most", ...places], rows);
}

function engines({ totalAlone, estimateOne }) {
  const ours = { node: estimateOne.node[PRICETAG], chromium: estimateOne.chromium[PRICETAG] };
  const row = (name, node, chromium) => [name, time(node), ratio(node, ours.node), time(chromium), ratio(chromium, ours.chromium)];
  const names = Object.keys(totalAlone.node).sort((one, other) => totalAlone.node[one] - totalAlone.node[other]);
  const rows = names.map((name) => row(name, totalAlone.node[name], totalAlone.chromium[name]));
  rows.unshift(row("`pricetag`, the full answer", ours.node, ours.chromium));
  return table(["1 item", "Node.js", "× ours", "Chromium", "× ours"], rows);
}

const page = (result) => `# Speed

Written by \`cargo xtask bench package\`. What the package takes for its work, beside the same work of TypeScript that was
written by hand for the built-in card alone ([\`benches/comparison/hand/\`](../benches/comparison/hand)), and beside rules engines.

${machine(result)}.

Each figure is the median of nine rounds of about 120 ms, the contenders in turn; in Node.js the median of five processes of those; that of
the import is the median difference of 41 pairs of processes. Before the clock started, all contenders gave the same answers for 10,000 plans by chance, and the
hand-written code the same faults for 10,000 more.

## The same full work

A range, a size surcharge, a count, the lines of the breakdown, and every fault found: of create, edit and upscale, with plans
by chance that differ from call to call. Ratios are to the hand-written code in the same place.

${works(result)}

${result.found.columns.node[PRICETAG] === undefined ? "`card.estimateMany` is not in this version of the package, so its figures are missing.\n\n" : ""}## Rules engines

What they take for the total of one item *alone*: low, expected and high, without lines and without looking for faults. Their
rules are read once, before the clock starts; how each says them is in
[\`benches/comparison/engines/\`](../benches/comparison/engines). Engines that answer with a promise are awaited, one call after the other.

${engines(result.found)}

\`@gorules/zen-engine\` is native code, for Node.js only. \`@gorules/zen-engine-wasm\` has the engine's expressions without its
decisions, and parses them at each call.
`;

const machine = ({ chromium }) =>
  `Measured on ${cpus().length} cores of ${cpus()[0].model.trim()}, with Node.js ${process.version.slice(1)} and Chromium ${chromium.replace(/^.*\//, "")}`;

/** What the README shows: the first works, in Node.js, and the fastest engine. */
function summary(result) {
  const { found, start } = result;
  const shown = ["live", "estimateOne", "estimateHundred", "columns"].map((work) => [TITLES[work][0], ...pair(found[work].node)]);
  shown.push([START[0], NONE, time(start), NONE]);
  const [fastest, takes] = Object.entries(found.totalAlone.node).sort(([, one], [, other]) => one - other)[0];
  return `${table(["what, in Node.js", "by hand", "pricetag", "ratio"], shown)}

The fastest rules engine, \`${fastest}\`, takes ${time(takes)} for the total of 1 item alone.
${machine(result)}.
`;
}

export async function publish(result) {
  await writeFile(PAGE, page(result));
  const readme = await readFile(README, "utf8");
  if (!MARKED.test(readme)) throw new Error("README.md has no place for the figures: <!-- speed --> and <!-- /speed -->");
  await writeFile(README, readme.replace(MARKED, (_, before, after) => `${before}${summary(result)}${after}`));
  console.log("\nwritten to docs/speed.md and README.md");
}
