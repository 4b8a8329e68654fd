// How long the package takes in Node.js: node benches/package.mjs
//
// Each figure is the median of nine rounds, in nanoseconds for one call.
import { performance } from "node:perf_hooks";
import { RateCard } from "pricetag";

const ROUNDS = 9;
const ROUND_MS = 100;

/** The median time of one call, after one round to warm up. */
function measure(call) {
  const times = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const start = performance.now();
    let calls = 0;
    do {
      for (let i = 0; i < 10; i += 1) call(calls + i);
      calls += 10;
    } while (performance.now() - start < ROUND_MS);
    times.push(((performance.now() - start) / calls) * 1e6);
  }
  return times.slice(1).sort((a, b) => a - b)[ROUNDS >> 1];
}

const card = RateCard.builtin();
const item = { operation: "create", model: "stability-core", variations: 4 };
const live = card.live(item);
const one = { items: [item] };
const hundred = { items: Array(100).fill(item) };
const rows = {
  "live.set of one field, then live.total.expected": (i) => live.set("variations", 1 + (i % 10)).total.expected,
  "card.estimate of 1 item": () => card.estimate(one),
  "card.estimate of 100 items": () => card.estimate(hundred),
  "card.alternatives of 10 items": () => card.alternatives({ items: hundred.items.slice(0, 10) }),
  "RateCard.builtin": () => RateCard.builtin().free(),
};
console.log(`Node.js ${process.version}, median of ${ROUNDS} rounds\n`);
for (const [name, call] of Object.entries(rows)) {
  console.log(`${name.padEnd(50)} ${Math.round(measure(call)).toLocaleString("en").padStart(12)} ns`);
}
