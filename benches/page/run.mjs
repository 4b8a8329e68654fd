// Measures the page in Chromium and has Lighthouse judge it: node benches/page/run.mjs
//
// It needs the built server in PRICETAG_BIN. What comes out is shown, and written to docs/page.md.
import { writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { serve } from "../../www/tests/serving.mjs";
import { judging, MARKS } from "./judging.mjs";
import { median, p99, using } from "./using.mjs";

const RESULT = new URL("../../docs/page.md", import.meta.url);
const GOALS = { performance: 98, accessibility: 100, "best-practices": 100, seo: 100 };

const ms = (figure) => `${figure.toFixed(figure < 10 ? 1 : 0)} ms`;
const table = (head, rows) =>
  [head, head.map((_, column) => (column === 0 ? "---" : "---:")), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
/** A figure that is over what it may be is marked. */
const held = (figure, most) => (figure <= most ? ms(figure) : `**${ms(figure)}**`);
const medianOf = (loads, name) => median(loads.map((load) => load[name]));

function reactions({ slider, plan, longTasks, loads }) {
  const longest = Math.max(0, ...longTasks);
  // Chromium tells of a frame only if it took 16 ms or more.
  const frame = (frames) => Math.max(16, ...frames);
  const rows = [
    ["key on a slider to the price in the DOM, median", 1, median(slider.keys)],
    ["the same, p99", 4, p99(slider.keys)],
    ["key on an item's quantity to the plan's total in the DOM, median", 1, median(plan.keys)],
    ["the same, p99", 4, p99(plan.keys)],
    ["interaction to next paint, slider, slowest", 32, frame(slider.frames)],
    ["interaction to next paint, quantity, slowest", 32, frame(plan.frames)],
    ["longest task while a slider is dragged", 50, longest],
    ["navigation to the first price on the screen, 4× CPU slowdown, median", 300, medianOf(loads, "shown")],
  ];
  return table(
    ["what, with 50 items in the plan", "at most", "figure"],
    rows.map(([name, most, figure]) => [name, ms(most), name.startsWith("longest") && figure === 0 ? "none over 50 ms" : held(figure, most)]),
  );
}

function marks(found) {
  const cell = (mark, index) => (mark >= GOALS[MARKS[index]] ? String(mark) : `**${mark}**`);
  return table(["view", ...MARKS], [...found.map(({ view, marks }) => [view, ...marks.map(cell)]), ["at least", ...MARKS.map((name) => GOALS[name])]]);
}

/** What else the machine was doing: figures taken beside other work are worse than they are alone. */
const [load] = loadavg();
const server = await serve();
try {
  const used = await using(server.origin);
  const judged = await judging(server.origin);
  const text = `# The page

Written by \`cargo xtask bench page\`. A figure that is over what it may be, or a mark that is under, is bold.

Measured on ${cpus().length} cores of ${cpus()[0].model.trim()} with Node.js ${process.versions.node} and ${used.version.replace("/", " ")}, the page from a
release build of the server on the same machine. Its load average was ${load.toFixed(1)} when this began; only a figure taken near 0 is the page's own.

## How soon it answers

${reactions(used)}

Each is of 300 presses of a real key, one a frame; a frame's time counts in steps of 8 ms, as Chromium tells it. The first price is of 15
navigations, each in a profile that has never seen the page.

The first price is of whoever opens the studio: it is drawn while the page is built, is there before the scripts are, and can be used after
${ms(medianOf(used.loads, "usable"))}. A link that sets the form has its own price, which the scripts must work out: it is on the screen after ${ms(medianOf(used.linked, "shown"))}, at
the same slowdown.

Of that, this browser takes for itself on this machine, in the same run and on a page with nothing but a number field and a word:
${ms(median(used.empty.keys))} from a key to the field's event, before any code of a page's; and ${ms(median(used.empty.loads))} from navigation to the word, at the same slowdown.

## What Lighthouse says

Lighthouse ${judged[0].version}, its mobile setting: a slow telephone on a slow network, simulated.

${marks(judged)}
`;
  await writeFile(RESULT, text);
  console.log(`\n${text}`);
} finally {
  await server.close();
}
