/** From the start of a process to its first estimate, over one with an empty script; both in turn. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "../timing.mjs";

const TIMES = 41;

const script = (name) => fileURLToPath(new URL(name, import.meta.url));

function took(path) {
  const start = process.hrtime.bigint();
  const { status } = spawnSync(process.execPath, [path], { stdio: "inherit" });
  if (status !== 0) throw new Error(`${path} failed`);
  return Number(process.hrtime.bigint() - start);
}

/** In nanoseconds. */
export function starting() {
  const [empty, first] = [script("empty.mjs"), script("pricetag.mjs")];
  const found = [];
  for (let time = 0; time <= TIMES; time += 1) {
    const [emptyTook, firstTook] = [took(empty), took(first)];
    // The first of each reads the files from the disk.
    if (time === 0) continue;
    // Of a pair, because a machine may become slower or faster between two.
    found.push(firstTook - emptyTook);
  }
  return median(found);
}
