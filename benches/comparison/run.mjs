// Compares the package with hand-written code and with rules engines: node benches/comparison/run.mjs
//
// First all contenders must agree; then they are timed, in Node.js and in Chromium. What comes out is written to
// docs/speed.md, and its most important lines to README.md.
import { execFileSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { chromium } from "./chromium.mjs";
import { publish } from "./report.mjs";
import { starting } from "./starting/index.mjs";
import { median } from "./timing.mjs";
import { WORKS } from "./works.mjs";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const DIST = path("dist");

/** Translates the hand-written TypeScript. The engines come with it for the page; Node.js finds them itself. */
async function bundle(input, options) {
  const made = await rolldown({ input: path(input), ...options });
  await made.write({ dir: DIST, format: "esm", entryFileNames: "[name].js" });
  await made.close();
}

/** What V8 inlines depends on when it compiles, and so differs from one process to the next by a fifth. */
const PROCESSES = 5;

/** A work in Node.js: of each contender the median of several processes. */
function timedInNode(work) {
  const runs = Array.from({ length: PROCESSES }, () => inNode(work));
  return Object.fromEntries(Object.keys(runs[0]).map((name) => [name, median(runs.map((run) => run[name]))]));
}

function inNode(work) {
  const answer = execFileSync(process.execPath, [path("dist/node.js"), work], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  return JSON.parse(answer);
}

await rm(DIST, { recursive: true, force: true });
await bundle("node.mjs", { platform: "node", external: /^(node:|@?[a-z])/ });
await bundle("page.mjs", { platform: "browser", external: "pricetag" });
// While no browser runs beside it.
const start = starting();
const browser = await chromium(DIST);
try {
  for (const [where, answer] of [["Node.js", inNode], ["Chromium", browser.answer]]) {
    const { valid, faulty } = await answer("agree");
    console.log(`${where}: all agree on ${valid} valid plans, and on ${faulty} with faults`);
  }
  const found = {};
  for (const work of Object.keys(WORKS)) {
    console.log(work);
    found[work] = { node: timedInNode(work), chromium: await browser.answer(work) };
    console.log(found[work]);
  }
  await publish({ found, start, chromium: browser.version });
} finally {
  await browser.close();
  await rm(DIST, { recursive: true, force: true });
}
