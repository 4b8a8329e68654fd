/** Times contenders in turn, so that what else the machine does meets all of them alike. */

const ROUNDS = 9;
const ROUND_MS = 120;

/** Calls something many times and adds up the numbers that it answers, so that no call can be left out. */
export const loop = (call) => compile("Function", call, "call(i)");

/** The same for something that answers with a promise: one after the other. */
export const asyncLoop = (call) => compile("AsyncFunction", call, "await call(i)");

/**
 * Code of its own for each contender. In one loop for all, the call in it would be to many functions, which an engine
 * does not inline; a program's own loop has one.
 */
function compile(kind, call, expression) {
  const make = { Function, AsyncFunction: async function () {}.constructor }[kind];
  const body = new make("call", "times", `let sum = 0; for (let i = 0; i < times; i += 1) sum += ${expression}; return sum;`);
  return (times) => body(call, times);
}

/** Everything that was answered; read at the end. */
let sink = 0;

async function timed(run, times) {
  const start = performance.now();
  const answered = run(times);
  sink += answered instanceof Promise ? await answered : answered;
  return performance.now() - start;
}

/** How often a contender runs in a round. Finding that out warms it up as well. */
async function calibrated(run) {
  let times = 1;
  for (;;) {
    const time = await timed(run, times);
    if (time > ROUND_MS / 2) return Math.max(1, Math.round((times * ROUND_MS) / time));
    times *= time < ROUND_MS / 20 ? 4 : 2;
  }
}

export const median = (values) => [...values].sort((one, other) => one - other)[values.length >> 1];

/** The median time of one call of each contender, in nanoseconds. */
export async function inTurn(contenders) {
  const runs = [];
  for (const { name, run } of contenders) runs.push({ name, run, times: await calibrated(run), found: [] });
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const { run, times, found } of runs) {
      const time = await timed(run, times);
      // The first round is for warming up.
      if (round > 0) found.push((time / times) * 1e6);
    }
  }
  if (Number.isNaN(sink)) throw new Error("a contender answered something that is no number");
  return Object.fromEntries(runs.map(({ name, found }) => [name, median(found)]));
}
